const START_OF_BLOCK = 0x0b;
const END_OF_BLOCK = 0x1c;

/** One message as it came between the framing bytes, or the beginning of one that was too long to keep. */
export type Frame =
  | { readonly kind: "message"; readonly bytes: Buffer }
  | { readonly kind: "too-long"; readonly beginning: Buffer };

/** Of a frame that is too long this much is kept: its header says to whom the refusal goes. */
const BEGINNING_bytes = 1_024;

/**
 * Takes a stream apart into the frames of the Minimal Lower Layer Protocol: a start byte, the message, an end byte. The
 * carriage return behind it is not waited for. A start byte within a frame begins it anew, since no text holds one. Keeps
 * at most `bytesMax` bytes; what grows beyond is let go as it comes.
 */
export class FrameReader {
  readonly #bytesMax: number;
  #pieces: Buffer[] = [];
  #size = 0;
  #isInFrame = false;
  #stray_bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Whether a frame has begun and not ended. */
  get isInFrame(): boolean {
    return this.#isInFrame;
  }

  /** How many bytes came outside any frame, line ends aside. */
  get stray_bytes(): number {
    return this.#stray_bytes;
  }

  *read(chunk: Buffer): Generator<Frame> {
    let start = 0;
    while (start < chunk.length) {
      if (!this.#isInFrame) {
        const begin = chunk.indexOf(START_OF_BLOCK, start);
        this.#countStray(chunk.subarray(start, begin === -1 ? chunk.length : begin));
        if (begin === -1) return;
        this.#begin();
        start = begin + 1;
        continue;
      }
      const end = chunk.indexOf(END_OF_BLOCK, start);
      const part = chunk.subarray(start, end === -1 ? chunk.length : end);
      const again = part.lastIndexOf(START_OF_BLOCK);
      if (again !== -1) this.#begin();
      this.#add(part.subarray(again + 1));
      if (end === -1) return;
      yield this.#take();
      start = end + 1;
    }
  }

  #begin(): void {
    this.#isInFrame = true;
    this.#pieces = [];
    this.#size = 0;
  }

  /** Copies what outlives its chunk. Beyond the limit only the beginning stays. */
  #add(bytes: Buffer): void {
    const wasKept = this.#size <= this.#bytesMax;
    this.#size += bytes.length;
    if (this.#size <= this.#bytesMax) {
      if (bytes.length > 0) this.#pieces.push(Buffer.from(bytes));
    } else if (wasKept) {
      this.#pieces = [Buffer.from(Buffer.concat([...this.#pieces, bytes]).subarray(0, BEGINNING_bytes))];
    }
  }

  #take(): Frame {
    const bytes = Buffer.concat(this.#pieces);
    const isTooLong = this.#size > this.#bytesMax;
    this.#isInFrame = false;
    this.#pieces = [];
    this.#size = 0;
    return isTooLong ? { kind: "too-long", beginning: bytes } : { kind: "message", bytes };
  }

  #countStray(bytes: Buffer): void {
    for (const byte of bytes) if (byte !== 0x0d && byte !== 0x0a) this.#stray_bytes += 1;
  }
}

/** A message framed to be sent. */
export function toFrame(message: string): Buffer {
  return Buffer.from(`\x0b${message}\x1c\r`, "latin1");
}
