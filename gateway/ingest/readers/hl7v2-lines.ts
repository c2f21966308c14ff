/** One line of a file of HL7 v2 messages, or the place of one that was too long to keep. */
export type Hl7Line =
  | { readonly kind: "line"; readonly line: number; readonly bytes: Buffer }
  | { readonly kind: "too-long"; readonly line: number; readonly bytes: Buffer }
  /** The framing of MLLP: no segment goes on across it. */
  | { readonly kind: "frame"; readonly line: number };

const LINE_FEED = 0x0a;
const START_OF_BLOCK = 0x0b;
const CARRIAGE_RETURN = 0x0d;
const END_OF_BLOCK = 0x1c;

/** Of a line that is too long this much is kept, to tell what it was. */
const BEGINNING_bytes = 8;

/**
 * Cuts a stream into lines, which end with CR, LF or both. Holds one line of at most `bytesMax` bytes; what grows beyond
 * is let go as it comes. Empty lines are left out.
 */
export async function* splitHl7Lines(body: AsyncIterable<Uint8Array>, bytesMax: number): AsyncGenerator<Hl7Line> {
  const kept = new KeptLine(bytesMax);
  let line = 1;
  let previous = -1;
  for await (const piece of body) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? -1;
      if (byte > END_OF_BLOCK || !isEnd(byte)) {
        previous = byte;
        continue;
      }
      kept.add(chunk.subarray(start, at));
      start = at + 1;
      if (!kept.isEmpty()) yield kept.take(line);
      if (byte === START_OF_BLOCK || byte === END_OF_BLOCK) yield { kind: "frame", line };
      else if (byte === CARRIAGE_RETURN || previous !== CARRIAGE_RETURN) line += 1;
      previous = byte;
    }
    kept.add(chunk.subarray(start));
  }
  if (!kept.isEmpty()) yield kept.take(line);
}

function isEnd(byte: number): boolean {
  return byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === START_OF_BLOCK || byte === END_OF_BLOCK;
}

/** The bytes of the line being read. Copies what outlives its chunk, so that a small rest does not hold a large one. */
class KeptLine {
  readonly #bytesMax: number;
  #pieces: Buffer[] = [];
  #size = 0;
  #beginning: Buffer = Buffer.alloc(0);

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  isEmpty(): boolean {
    return this.#size === 0;
  }

  add(bytes: Buffer): void {
    if (bytes.length === 0) return;
    if (this.#beginning.length < BEGINNING_bytes) {
      this.#beginning = Buffer.concat([this.#beginning, bytes.subarray(0, BEGINNING_bytes)]);
    }
    this.#size += bytes.length;
    if (this.#size > this.#bytesMax) this.#pieces = [];
    else this.#pieces.push(Buffer.from(bytes));
  }

  take(line: number): Hl7Line {
    const isTooLong = this.#size > this.#bytesMax;
    const bytes = isTooLong ? this.#beginning : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#size = 0;
    this.#beginning = Buffer.alloc(0);
    return { kind: isTooLong ? "too-long" : "line", line, bytes };
  }
}
