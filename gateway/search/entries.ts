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

/** Entries that were made together, as bytes; made again when they are asked for after they had to go. */
interface Stretch {
  bytes: Buffer | undefined;
  /** Asked for since it was last looked whether it can go. */
  isUsed: boolean;
}

/**
 * The memory in which all stretches of many records lie, bounded: what has not been asked for since the last round goes
 * first. To make one again costs a tenth of reading its record anew, so that more records are kept without theirs.
 */
export class Stretches {
  readonly #limit_bytes: () => number;
  readonly #all: Stretch[] = [];
  #held_bytes = 0;
  #hand = 0;

  /** `limit_bytes` may be another whenever it is asked for. */
  constructor(limit_bytes: () => number) {
    this.#limit_bytes = limit_bytes;
  }

  get held_bytes(): number {
    return this.#held_bytes;
  }

  add(stretch: Stretch): void {
    this.#held_bytes += stretch.bytes?.length ?? 0;
    const limit_bytes = this.#limit_bytes();
    while (this.#held_bytes > limit_bytes && this.#all.length > 0) this.#turn();
    this.#all.push(stretch);
  }

  /** Looks at the next one: it goes, or has until the next round to be asked for. */
  #turn(): void {
    this.#hand %= this.#all.length;
    const next = this.#all[this.#hand];
    if (next?.isUsed === true) {
      next.isUsed = false;
      this.#hand += 1;
      return;
    }
    const last = this.#all.pop();
    if (next === undefined || last === undefined) return;
    if (next !== last) this.#all[this.#hand] = last;
    this.#held_bytes -= next.bytes?.length ?? 0;
    next.bytes = undefined;
  }
}

/**
 * Resources as entries of a searchset, in stretches of one memory each, made when the first of a stretch is asked for: of
 * most records no more than the newest findings ever are.
 */
export class Entries {
  readonly #contents: (Content | undefined)[];
  readonly #fhirBase: string;
  readonly #stretches: (Stretch | undefined)[] = [];
  readonly #kept: Stretches | undefined;
  /** Where an entry begins in its stretch, where its resource begins and where that ends: three numbers an entry. */
  readonly #offsets: Int32Array;

  /** `fhirBase` is the base of every `fullUrl`; `kept` is where the stretches lie, each for as long as these where it is absent. */
  constructor(contents: readonly Content[], fhirBase: string, kept?: Stretches) {
    this.#contents = [...contents];
    this.#fhirBase = fhirBase;
    this.#kept = kept;
    this.#offsets = new Int32Array(contents.length * 3);
  }

  /** The bytes of a resource for a look at them: no stretch is made for it. */
  glimpse(entry: number): Buffer {
    const isMade = this.#stretches[Math.floor(entry / STRETCH)]?.bytes !== undefined;
    return isMade ? this.resource(entry) : (this.#contents[entry]?.body ?? NO_BODY);
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
    const place = Math.floor(entry / STRETCH);
    const known = this.#stretches[place];
    if (known?.bytes !== undefined) {
      known.isUsed = true;
      return known.bytes;
    }
    const bytes = this.#make(place * STRETCH);
    const made = { bytes, isUsed: false };
    this.#stretches[place] = made;
    if (this.#kept !== undefined) this.#kept.add(made);
    // What it was made of is needed no more.
    else this.#contents.fill(undefined, place * STRETCH, (place + 1) * STRETCH);
    return bytes;
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
    return bytes;
  }
}

const NO_BODY = Buffer.alloc(0);
