/**
 * What the guard looks at in most bodies, read from their bytes without making all that they say. No more is understood than
 * compact JSON in which nothing is escaped: of any other body, and of one that says twice what counts, there is no gist, and
 * whoever wants to know parses it.
 */
export interface Gist {
  /** Type, id, source, labels, and whom it is about, as they stand in the resource; nothing else of it. */
  readonly resource: Members;
  /** System and code in turn, of each object with both, but for what stands in any `meta`. */
  readonly codings: readonly string[];
}

type Members = Readonly<Record<string, unknown>>;

export function toGist(bytes: Buffer): Gist | undefined {
  const skim = new Skim(bytes);
  try {
    return skim.gist();
  } catch (error) {
    if (error === NO_GIST) return undefined;
    throw error;
  }
}

/** Thrown by whatever is not understood: seldom, and with no trace that would have to be made. */
const NO_GIST = Symbol("no gist");

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const FIRST_CHARACTER = 0x20;
const BEYOND_ASCII = 0x80;
const SCALAR = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;
/** No resource that the gateway takes goes deeper. */
const DEPTH_MAX = 64;

/** Codes and systems that were read before: most bodies have the same few, and each is found again by its bytes. */
const WORDS: (string | undefined)[] = Array.from({ length: 2_048 });

/** Names of members that are kept of an object. */
type Kept = readonly string[];

const NOTHING: Kept = [];
const NO_MEMBERS = {};
const OF_ROOT: Kept = ["resourceType", "id", "meta", "subject", "patient"];
const OF_META: Kept = ["source", "security"];
const OF_LABEL: Kept = ["system", "code"];
const OF_REFERENCE: Kept = ["reference"];

class Skim {
  readonly #bytes: Buffer;
  readonly #codings: string[] = [];
  #at = 0;
  #depth = 0;
  /** Within a `meta`, where codes say nothing of what is told. */
  #isMeta = false;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  gist(): Gist {
    const resource = this.#object(OF_ROOT);
    if (this.#at !== this.#bytes.length) throw NO_GIST;
    return { resource, codings: this.#codings };
  }

  #object(kept: Kept): Members {
    const members: Record<string, unknown> = kept === NOTHING ? NO_MEMBERS : {};
    let system: string | undefined;
    let code: string | undefined;
    this.#open(OPEN);
    if (this.#isNext(CLOSE)) return this.#closed(members);
    do {
      const start = this.#at + 1;
      this.#skipString();
      const end = this.#at - 1;
      this.#expect(COLON);
      const name = kept === NOTHING ? undefined : this.#nameAt(kept, start, end);
      if (name !== undefined) {
        if (name in members) throw NO_GIST;
        members[name] = this.#kept(name);
      } else if (this.#isName("meta", start, end)) this.#inMeta(NOTHING);
      else if (!this.#isMeta && this.#isName("code", start, end) && this.#bytes[this.#at] === QUOTE) {
        if (code !== undefined) throw NO_GIST;
        code = this.#word();
      } else if (!this.#isMeta && this.#isName("system", start, end)) {
        if (system !== undefined) throw NO_GIST;
        system = this.#word();
      } else this.#skip();
    } while (this.#isNext(COMMA));
    this.#expect(CLOSE);
    if (system !== undefined && code !== undefined) this.#codings.push(system, code);
    return this.#closed(members);
  }

  /** A value of which something is kept. */
  #kept(name: string): unknown {
    if (name === "meta") return this.#inMeta(OF_META);
    if (name === "subject" || name === "patient") return this.#object(OF_REFERENCE);
    return name === "security" ? this.#labels() : this.#string();
  }

  #inMeta(kept: Kept): Members | undefined {
    const before = this.#isMeta;
    this.#isMeta = true;
    const meta = kept === NOTHING ? this.#skip() : this.#object(kept);
    this.#isMeta = before;
    return meta ?? undefined;
  }

  #labels(): readonly Members[] {
    const labels: Members[] = [];
    this.#open(OPEN_LIST);
    if (this.#isNext(CLOSE_LIST)) return this.#closed(labels);
    do labels.push(this.#object(OF_LABEL));
    while (this.#isNext(COMMA));
    this.#expect(CLOSE_LIST);
    return this.#closed(labels);
  }

  #skip(): undefined {
    const first = this.#bytes[this.#at];
    if (first === QUOTE) this.#skipString();
    else if (first === OPEN) this.#object(NOTHING);
    else if (first === OPEN_LIST) this.#skipList();
    else this.#skipScalar();
  }

  #skipList(): void {
    this.#open(OPEN_LIST);
    if (!this.#isNext(CLOSE_LIST)) {
      do this.#skip();
      while (this.#isNext(COMMA));
      this.#expect(CLOSE_LIST);
    }
    this.#closed(undefined);
  }

  #skipScalar(): void {
    const start = this.#at;
    let one = this.#bytes[start];
    while (one !== undefined && one !== COMMA && one !== CLOSE && one !== CLOSE_LIST) {
      this.#at += 1;
      one = this.#bytes[this.#at];
    }
    if (!SCALAR.test(this.#bytes.toString("latin1", start, this.#at))) throw NO_GIST;
  }

  /** Text that is compared with other text: of anything beyond ASCII the bytes are not what it says. */
  #string(): string {
    const start = this.#at + 1;
    if (this.#skipString() >= BEYOND_ASCII) throw NO_GIST;
    return this.#bytes.toString("latin1", start, this.#at - 1);
  }

  /** The same of text that is likely to have been read before. */
  #word(): string {
    const start = this.#at + 1;
    if (this.#skipString() >= BEYOND_ASCII) throw NO_GIST;
    const end = this.#at - 1;
    let place = 0;
    for (let at = start; at < end; at++) place = (Math.imul(place, 31) + (this.#bytes[at] ?? 0)) | 0;
    place &= WORDS.length - 1;
    const known = WORDS[place];
    if (known !== undefined && this.#isName(known, start, end)) return known;
    const read = this.#bytes.toString("latin1", start, end);
    WORDS[place] = read;
    return read;
  }

  /** Answers with a number that is beyond ASCII where one of its characters is. */
  #skipString(): number {
    const bytes = this.#bytes;
    this.#expect(QUOTE);
    let at = this.#at;
    let all = 0;
    for (let one = bytes[at]; one !== QUOTE; one = bytes[at]) {
      if (one === undefined || one < FIRST_CHARACTER || one === BACKSLASH) throw NO_GIST;
      all |= one;
      at += 1;
    }
    this.#at = at + 1;
    return all;
  }

  #nameAt(kept: Kept, start: number, end: number): string | undefined {
    for (const name of kept) if (this.#isName(name, start, end)) return name;
    return undefined;
  }

  #isName(name: string, start: number, end: number): boolean {
    if (end - start !== name.length) return false;
    for (let n = 0; n < name.length; n++) if (this.#bytes[start + n] !== name.charCodeAt(n)) return false;
    return true;
  }

  #open(bracket: number): void {
    this.#expect(bracket);
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw NO_GIST;
  }

  #closed<T>(value: T): T {
    this.#depth -= 1;
    return value;
  }

  #isNext(character: number): boolean {
    if (this.#bytes[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #expect(character: number): void {
    if (!this.#isNext(character)) throw NO_GIST;
  }
}
