import { LIMITS } from "../limits.ts";

/** What an entry is made of. */
export interface Content {
  readonly type: string;
  readonly id: string;
  readonly body: Buffer;
}

const MATCH_TAIL = Buffer.from(',"search":{"mode":"match"}},');
/** Entries that are made together: those of a first page, which is what most answers are. */
const STRETCH = LIMITS.page_entries_default;

/**
 * Resources as entries of a searchset, in stretches of one memory each, made when the first of a stretch is asked for: of
 * most records no more than the newest findings ever are.
 */
export class Entries {
  readonly #contents: (Content | undefined)[];
  readonly #fhirBase: string;
  readonly #stretches: (Buffer | undefined)[] = [];
  /** Where an entry begins in its stretch, where its resource begins and where that ends: three numbers an entry. */
  readonly #offsets: Int32Array;

  /** `fhirBase` is the base of every `fullUrl`. */
  constructor(contents: readonly Content[], fhirBase: string) {
    this.#contents = [...contents];
    this.#fhirBase = fhirBase;
    this.#offsets = new Int32Array(contents.length * 3);
  }

  /** The bytes of a resource for a look at them, after which they are not kept: no stretch is made for it. */
  glimpse(entry: number): Buffer {
    return this.#contents[entry]?.body ?? this.resource(entry);
  }

  resource(entry: number): Buffer {
    const bytes = this.#made(entry);
    return bytes.subarray(this.#offsets[entry * 3 + 1] ?? 0, this.#offsets[entry * 3 + 2] ?? 0);
  }

  open(entry: number): Buffer {
    const bytes = this.#made(entry);
    return bytes.subarray(this.#offsets[entry * 3] ?? 0, this.#offsets[entry * 3 + 2] ?? 0);
  }

  /** The memory that holds an entry: neighbours in one are one copy. */
  stretch(entry: number): Buffer {
    return this.#made(entry);
  }

  /** Where a match of a searchset begins in its stretch, once that is made, and where it ends, its comma included. */
  start(entry: number): number {
    return this.#offsets[entry * 3] ?? 0;
  }

  end(entry: number): number {
    return (this.#offsets[entry * 3 + 2] ?? 0) + MATCH_TAIL.length;
  }

  #made(entry: number): Buffer {
    const stretch = Math.floor(entry / STRETCH);
    const made = this.#stretches[stretch] ?? this.#make(stretch * STRETCH);
    this.#stretches[stretch] = made;
    return made;
  }

  #make(first: number): Buffer {
    const offsets = this.#offsets;
    const contents = this.#contents.slice(first, first + STRETCH);
    const heads = contents.map((one) => `{"fullUrl":"${this.#fhirBase}/${one?.type}/${one?.id}","resource":`);
    const bodies = contents.map((one) => one?.body ?? NO_BODY);
    let size = 0;
    for (const [n, head] of heads.entries()) {
      const at = (first + n) * 3;
      offsets[at] = size;
      offsets[at + 1] = size + Buffer.byteLength(head);
      offsets[at + 2] = (offsets[at + 1] ?? 0) + (bodies[n]?.length ?? 0);
      size = (offsets[at + 2] ?? 0) + MATCH_TAIL.length;
    }
    const bytes = Buffer.allocUnsafeSlow(size);
    for (const [n, head] of heads.entries()) {
      const at = (first + n) * 3;
      bytes.write(head, offsets[at] ?? 0);
      bytes.set(bodies[n] ?? NO_BODY, offsets[at + 1] ?? 0);
      bytes.set(MATCH_TAIL, offsets[at + 2] ?? 0);
    }
    // What it was made of is needed no more.
    this.#contents.fill(undefined, first, first + STRETCH);
    return bytes;
  }
}

const NO_BODY = Buffer.alloc(0);
