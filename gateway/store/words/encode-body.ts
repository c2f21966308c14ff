import { CODED, COPY, COPY_MIN, HYPHEN, LONG, UUID, UUID_CHARACTERS } from "./body-code.ts";

const PLAIN_BYTES_MAX = 127;
/** Words are found by two bytes. */
const WORDS_BYTES_MAX = 65_536;
const HASH_BITS = 15;
/** Places looked at for one that goes on alike, and a length with which the search is content. */
const PLACES_MAX = 12;
const CONTENT_WITH = 48;
const HYPHENS = [8, 13, 18, 23] as const;
/** A mark and two numbers of at most five bytes. */
const HEAD_BYTES_MAX = 11;

/** Where words are found again by how they begin. */
export interface WordIndex {
  readonly words: Uint8Array;
  /** The first place of a hash, and for each place the next of the same hash; -1 for none. */
  readonly first: Int32Array;
  readonly next: Int32Array;
}

export function indexWords(words: Uint8Array): WordIndex {
  if (words.length > WORDS_BYTES_MAX)
    throw new RangeError("The words of bodies are too many to be found by two bytes.");
  const first = new Int32Array(1 << HASH_BITS).fill(-1);
  const next = new Int32Array(words.length).fill(-1);
  for (let at = words.length - COPY_MIN; at >= 0; at--) {
    const hash = hashAt(words, at);
    next[at] = first[hash] ?? -1;
    first[hash] = at;
  }
  return { words, first, next };
}

/** A body whose end was coded before, against the words of new bodies: in another thread, which knows no numbers of the store. */
export interface EndCoded {
  readonly start: Uint8Array;
  /** Tokens of the end. */
  readonly end: Uint8Array;
  /** Bytes that they stand for. */
  readonly end_bytes: number;
}

/** A body as it is kept, against words that the store knows by a number; as it came, where that is shorter. */
export function encodeBody(body: Uint8Array | EndCoded, vocabulary: number, index: WordIndex): Uint8Array {
  if (!(body instanceof Uint8Array)) {
    const { start, end, end_bytes } = body;
    const encoder = new Encoder(start, index);
    encoder.head(vocabulary, start.length + end_bytes);
    encoder.tokens();
    return Buffer.concat([encoder.coded(), end]);
  }
  const encoder = new Encoder(body, index);
  encoder.head(vocabulary, body.length);
  encoder.tokens();
  const coded = encoder.coded();
  if (coded.length >= body.length && body[0] !== CODED) return body;
  // Of its own: the buffer that it was written into is several times as long.
  return Buffer.from(coded);
}

/** The end of a body as the tokens that stand for it; `undefined` where these would be as long. */
export function encodeEnd(end: Uint8Array, index: WordIndex): Uint8Array | undefined {
  const encoder = new Encoder(end, index);
  encoder.tokens();
  const coded = encoder.coded();
  return coded.length < end.length ? coded : undefined;
}

class Encoder {
  readonly #body: Uint8Array;
  readonly #index: WordIndex;
  readonly #coded: Buffer;
  #at = 0;

  constructor(body: Uint8Array, index: WordIndex) {
    this.#body = body;
    this.#index = index;
    this.#coded = Buffer.allocUnsafe(HEAD_BYTES_MAX + body.length + Math.ceil(body.length / PLAIN_BYTES_MAX));
  }

  head(vocabulary: number, body_bytes: number): void {
    this.#byte(CODED);
    this.#number(vocabulary);
    this.#number(body_bytes);
  }

  tokens(): void {
    const body = this.#body;
    let plain = 0;
    let at = 0;
    while (at < body.length) {
      if (isUuid(body, at)) {
        this.#plain(plain, at);
        this.#uuid(at);
        at += UUID_CHARACTERS;
        plain = at;
        continue;
      }
      const length = this.#copyFrom(plain, at);
      at += length === 0 ? 1 : length;
      if (length > 0) plain = at;
    }
    this.#plain(plain, body.length);
  }

  /** What was written, in the buffer that it was written into. */
  coded(): Buffer {
    return this.#coded.subarray(0, this.#at);
  }

  /** Writes what goes on as in the words, after what is plain before it; answers with its length, 0 where nothing does. */
  #copyFrom(plain: number, at: number): number {
    const body = this.#body;
    if (at + COPY_MIN > body.length) return 0;
    const { words, first, next } = this.#index;
    let best = COPY_MIN - 1;
    let from = -1;
    let place = first[hashAt(body, at)] ?? -1;
    for (let looked = 0; place >= 0 && looked < PLACES_MAX && best < CONTENT_WITH; looked++) {
      if (words[place + best] === body[at + best]) {
        const length = alike(body, at, { words, place });
        if (length > best) {
          best = length;
          from = place;
        }
      }
      place = next[place] ?? -1;
    }
    if (from < 0) return 0;
    this.#plain(plain, at);
    const over = best - COPY_MIN;
    this.#byte(COPY | Math.min(over, LONG));
    if (over >= LONG) this.#number(over - LONG);
    this.#byte(from & 0xff);
    this.#byte(from >>> 8);
    return best;
  }

  #plain(from: number, to: number): void {
    for (let at = from; at < to; ) {
      const end = Math.min(to, at + PLAIN_BYTES_MAX);
      this.#byte(end - at - 1);
      while (at < end) this.#byte(this.#body[at++] ?? 0);
    }
  }

  #uuid(from: number): void {
    this.#byte(UUID);
    const body = this.#body;
    for (let at = from; at < from + UUID_CHARACTERS; ) {
      if (body[at] === HYPHEN) at++;
      this.#byte((digitOf(body[at] ?? 0) << 4) | digitOf(body[at + 1] ?? 0));
      at += 2;
    }
  }

  #number(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest >>>= 7) this.#byte((rest & 0x7f) | 0x80);
    this.#byte(rest);
  }

  #byte(value: number): void {
    this.#coded[this.#at++] = value;
  }
}

/** How many bytes are the same in both from there on. */
function alike(
  body: Uint8Array,
  from: number,
  { words, place }: { readonly words: Uint8Array; readonly place: number },
): number {
  const most = Math.min(body.length - from, words.length - place);
  let length = 0;
  while (length < most && body[from + length] === words[place + length]) length++;
  return length;
}

function hashAt(bytes: Uint8Array, at: number): number {
  const low =
    (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
  const high = (bytes[at + 4] ?? 0) | ((bytes[at + 5] ?? 0) << 8);
  return (Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)) >>> (32 - HASH_BITS);
}

function isUuid(body: Uint8Array, from: number): boolean {
  if (from + UUID_CHARACTERS > body.length) return false;
  for (const hyphen of HYPHENS) if (body[from + hyphen] !== HYPHEN) return false;
  for (let at = 0; at < UUID_CHARACTERS; at++) {
    const character = body[from + at] ?? 0;
    const isHyphen = at === 8 || at === 13 || at === 18 || at === 23;
    if (!isHyphen && digitOf(character) < 0) return false;
  }
  return true;
}

/** Of a small hexadecimal digit; -1 for anything else. */
function digitOf(character: number): number {
  if (character >= 48 && character <= 57) return character - 48;
  return character >= 97 && character <= 102 ? character - 87 : -1;
}
