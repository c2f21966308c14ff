export interface WireAnswer {
  readonly status: number;
  /** Empty unless it was asked for. */
  readonly body: Buffer;
}

export interface AnswerParser {
  /** `keepsBody` counts for the answer that is under way. */
  take(chunk: Buffer, keepsBody: boolean): void;
  /** The connection has ended; true if that was the end of an answer. */
  end(): boolean;
}

const EMPTY = Buffer.alloc(0);
const HEAD_END = Buffer.from("\r\n\r\n");

interface UnderWay {
  readonly status: number;
  readonly parts: Buffer[];
  /** Bytes of the body that are still to come; `chunked` and `until-close` tell their end themselves. */
  left: number | "chunked" | "until-close";
}

/** HTTP/1.1 answers out of chunks of bytes, as far as a load generator needs them (RFC 9112 section 6). */
export function createAnswerParser(onAnswer: (answer: WireAnswer) => void): AnswerParser {
  let held: Buffer = EMPTY;
  let answer: UnderWay | undefined;
  const finish = () => {
    const done = answer;
    answer = undefined;
    if (done !== undefined) onAnswer({ status: done.status, body: Buffer.concat(done.parts) });
  };
  const readHead = (): boolean => {
    const end = held.indexOf(HEAD_END);
    if (end === -1) return false;
    const head = held.toString("latin1", 0, end);
    held = held.subarray(end + HEAD_END.length);
    const status = Number(head.slice(9, 12));
    // An interim answer is followed by the real one.
    if (status >= 200) answer = { status, parts: [], left: lengthFrom(head, status) };
    return true;
  };
  const readBody = (keepsBody: boolean): boolean => {
    if (answer === undefined) return false;
    if (answer.left === "chunked") {
      const decoded = decodeChunks(held);
      if (decoded === undefined) return false;
      if (keepsBody) answer.parts.push(...decoded.parts);
      held = held.subarray(decoded.bytes);
      finish();
      return held.length > 0;
    }
    const taken = answer.left === "until-close" ? held.length : Math.min(answer.left, held.length);
    if (keepsBody && taken > 0) answer.parts.push(Buffer.from(held.subarray(0, taken)));
    held = held.subarray(taken);
    if (answer.left !== "until-close") answer.left -= taken;
    if (answer.left === 0) finish();
    return held.length > 0 && answer === undefined;
  };
  return {
    take(chunk, keepsBody) {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      while (answer === undefined ? readHead() : readBody(keepsBody));
    },
    end() {
      const isEnd = answer?.left === "until-close";
      if (isEnd) finish();
      return isEnd;
    },
  };
}

function lengthFrom(head: string, status: number): UnderWay["left"] {
  if (status === 204 || status === 304) return 0;
  if (/\r\ntransfer-encoding:[^\r]*chunked/i.test(head)) return "chunked";
  const length = /\r\ncontent-length:\s*(\d+)/i.exec(head)?.[1];
  return length === undefined ? "until-close" : Number(length);
}

/** Undefined while the last chunk is not there. */
function decodeChunks(bytes: Buffer): { readonly parts: readonly Buffer[]; readonly bytes: number } | undefined {
  const parts: Buffer[] = [];
  let place = 0;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", place);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(bytes.toString("latin1", place, lineEnd), 16);
    const start = lineEnd + 2;
    if (size === 0) {
      // Trailer fields, if there are any, and an empty line.
      const isBare = bytes.toString("latin1", start, start + 2) === "\r\n";
      const end = isBare ? start + 2 : bytes.indexOf(HEAD_END, start) + HEAD_END.length;
      return end < start + 2 || (!isBare && end < start + HEAD_END.length) ? undefined : { parts, bytes: end };
    }
    if (bytes.length < start + size + 2) return undefined;
    parts.push(Buffer.from(bytes.subarray(start, start + size)));
    place = start + size + 2;
  }
}
