/** One record as bytes, without its line end, or the place of one that was too long to keep. */
export type RecordBytes =
  | { readonly kind: "bytes"; readonly line: number; readonly bytes: Buffer }
  | { readonly kind: "too-long"; readonly line: number; readonly lastLine: number };

interface SplitOptions {
  readonly bytesMax: number;
  /** Whether a line end inside quotation marks belongs to the record, as in CSV. */
  readonly quoted: boolean;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;

/** Where in a CSV field the scanner stands. */
const FIELD_START = 0;
const PLAIN = 1;
const QUOTED = 2;
const QUOTE_IN_QUOTED = 3;

/**
 * Cuts a stream into records at its line ends. Holds one record at most: what grows beyond `bytesMax` is let go as it
 * comes, and the next line end, in quotation marks or not, begins a new record.
 */
export async function* splitRecords(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: SplitOptions,
): AsyncGenerator<RecordBytes> {
  const kept = new KeptBytes(options.bytesMax);
  let state = FIELD_START;
  let line = 1;
  let recordLine = 1;
  for await (const piece of body) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte !== LINE_FEED) {
        if (options.quoted) state = nextState(state, byte);
        continue;
      }
      line += 1;
      if (state === QUOTED && !kept.wouldOverflow(at - start)) continue;
      kept.add(chunk.subarray(start, at));
      yield kept.take(recordLine, line - 1);
      start = at + 1;
      recordLine = line;
      state = FIELD_START;
    }
    kept.add(chunk.subarray(start));
  }
  if (!kept.isEmpty()) yield kept.take(recordLine, line);
}

function nextState(state: number, byte: number | undefined): number {
  if (state === QUOTED) return byte === QUOTE ? QUOTE_IN_QUOTED : QUOTED;
  if (byte === COMMA) return FIELD_START;
  if (byte === QUOTE && state !== PLAIN) return QUOTED;
  return PLAIN;
}

/** The bytes of the record being read. Copies what outlives its chunk, so that a small rest does not hold a large one. */
class KeptBytes {
  readonly #bytesMax: number;
  #pieces: Buffer[] = [];
  #size = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  isEmpty(): boolean {
    return this.#size === 0;
  }

  wouldOverflow(more: number): boolean {
    return this.#size + more > this.#bytesMax;
  }

  add(bytes: Buffer): void {
    this.#size += bytes.length;
    if (this.#size > this.#bytesMax) this.#pieces = [];
    else if (bytes.length > 0) this.#pieces.push(Buffer.from(bytes));
  }

  take(line: number, lastLine: number): RecordBytes {
    const tooLong = this.#size > this.#bytesMax;
    const bytes = withoutCarriageReturn(Buffer.concat(this.#pieces));
    this.#pieces = [];
    this.#size = 0;
    return tooLong ? { kind: "too-long", line, lastLine } : { kind: "bytes", line, bytes };
  }
}

function withoutCarriageReturn(bytes: Buffer): Buffer {
  return bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes;
}
