/**
 * A body as it is kept: what it has in common with all others by its place in a text of words, the rest as it came.
 *
 *     0           a body that begins with any other byte is kept as it came
 *     vocabulary  number of the text of words
 *     length      bytes of the body
 *     tokens      0x80 + n, place     n + 6 bytes of the words, from that place (two bytes, low one first);
 *                                     n = 127 is followed by what is to be added to it
 *                 0x7f, 16 bytes      a UUID in small letters
 *                 n, n + 1 bytes      bytes as they are, n below 127
 *
 * Numbers are of seven bits a byte, the lowest first, the eighth bit set in all but the last. Each body is read by itself.
 */
export const CODED = 0;
export const COPY = 0x80;
export const UUID = 0x7f;
export const COPY_MIN = 6;
/** So much and more is told by what is to be added to it. */
export const LONG = 0x7f;
export const UUID_CHARACTERS = 36;
export const HYPHEN = 45;
/** From here on a byte of a number is followed by another. */
const MORE = 0x80;
const DIGITS = Buffer.from("0123456789abcdef");
/** A call that copies costs more than so many bytes one by one. */
const CALL_BYTES = 24;

/** The number of the words against which a body is kept that begins at `start`; `undefined` where it is kept as it came. */
export function vocabularyOf(kept: Uint8Array, start = 0): number | undefined {
  return kept[start] === CODED ? numberAt(kept, start + 1) : undefined;
}

/** Bytes of a body that is kept from `start` to `end`, told without reading it. */
export function lengthOf(kept: Uint8Array, start = 0, end = kept.length): number {
  if (kept[start] !== CODED) return end - start;
  let at = start + 1;
  while ((kept[at] ?? 0) >= MORE) at++;
  return numberAt(kept, at + 1);
}

/** Asked of each body that is read, looked at or not: without a Decoder. */
function numberAt(kept: Uint8Array, start: number): number {
  let value = 0;
  for (let at = start, bits = 0; ; at++, bits += 7) {
    const byte = kept[at];
    if (byte === undefined) throw new TypeError(BROKEN);
    value += (byte & 0x7f) << bits;
    if (byte < MORE) return value;
  }
}

/** @throws TypeError where it is not whole, or its words are others */
export function decodeBody(kept: Uint8Array, words: Uint8Array | undefined): Buffer {
  if (kept[0] !== CODED) return Buffer.from(kept.buffer, kept.byteOffset, kept.byteLength);
  if (words === undefined) throw new TypeError("The words of a body are not known.");
  return new Decoder(kept).decode(words);
}

class Decoder {
  readonly #coded: Uint8Array;
  #at = 1;

  constructor(coded: Uint8Array) {
    this.#coded = coded;
  }

  decode(words: Uint8Array): Buffer {
    const coded = this.#coded;
    this.number();
    const length = this.number();
    const body = Buffer.allocUnsafe(length);
    let to = 0;
    while (to < length) {
      const token = this.#byte();
      if (token === UUID) {
        to = this.#uuid(body, to);
        continue;
      }
      const isCopy = token >= COPY;
      const bytes = isCopy ? this.#copied(token) : token + 1;
      const from = isCopy ? this.#byte() | (this.#byte() << 8) : this.#at;
      const source = isCopy ? words : coded;
      if (to + bytes > length || from + bytes > source.length) throw new TypeError(BROKEN);
      if (bytes < CALL_BYTES) for (let n = 0; n < bytes; n++) body[to + n] = source[from + n] ?? 0;
      else body.set(source.subarray(from, from + bytes), to);
      if (!isCopy) this.#at += bytes;
      to += bytes;
    }
    return body;
  }

  number(): number {
    let value = 0;
    for (let bits = 0; ; bits += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) << bits;
      if (byte < 0x80) return value;
    }
  }

  #copied(token: number): number {
    const over = token & 0x7f;
    return COPY_MIN + over + (over === LONG ? this.number() : 0);
  }

  #uuid(body: Buffer, start: number): number {
    let to = start;
    if (to + UUID_CHARACTERS > body.length) throw new TypeError(BROKEN);
    for (let n = 0; n < 16; n++) {
      if (n === 4 || n === 6 || n === 8 || n === 10) body[to++] = HYPHEN;
      const byte = this.#byte();
      body[to++] = DIGITS[byte >>> 4] ?? 0;
      body[to++] = DIGITS[byte & 0xf] ?? 0;
    }
    return to;
  }

  #byte(): number {
    const byte = this.#coded[this.#at++];
    if (byte === undefined) throw new TypeError(BROKEN);
    return byte;
  }
}

const BROKEN = "The store holds a body that ends before its end.";
