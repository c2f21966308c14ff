/** What is wrong with a JSON text, and at which index. The reason never repeats what stands there. */
export interface JsonFlaw {
  readonly at: number;
  readonly reason: string;
}

const BYTE_ORDER_MARK = 0xfeff;
const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 8259 forbids exactly these inside a string.
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;

/** Walks over the text once and stops at the first thing that is wrong. */
export function findFlaw(text: string, depthMax: number): JsonFlaw | undefined {
  if (text.charCodeAt(0) === BYTE_ORDER_MARK) return { at: 0, reason: "a byte order mark stands before the document" };
  const walk = new Walk(text, depthMax);
  return walk.document();
}

class Walk {
  readonly #text: string;
  readonly #depthMax: number;
  #at = 0;

  constructor(text: string, depthMax: number) {
    this.#text = text;
    this.#depthMax = depthMax;
  }

  document(): JsonFlaw | undefined {
    const flaw = this.#value(0);
    if (flaw !== undefined) return flaw;
    this.#skip(SPACE);
    if (this.#at === this.#text.length) return undefined;
    return { at: this.#at, reason: "something follows the end of the document" };
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }

  #wrong(expected: string): JsonFlaw {
    const isEnd = this.#at >= this.#text.length;
    return { at: this.#at, reason: isEnd ? `the text ends where ${expected} is expected` : `expected ${expected}` };
  }

  #value(depth: number): JsonFlaw | undefined {
    this.#skip(SPACE);
    const start = this.#at;
    const first = this.#text[start];
    if (first === '"') return this.#string() === undefined ? this.#brokenString(start) : undefined;
    if (first !== "{" && first !== "[") {
      return this.#skip(NUMBER) || this.#skip(WORD) ? undefined : this.#wrong("a value");
    }
    if (depth === this.#depthMax) return { at: start, reason: "nested deeper than allowed" };
    this.#at += 1;
    return first === "{" ? this.#members(depth + 1) : this.#elements(depth + 1);
  }

  #elements(depth: number): JsonFlaw | undefined {
    this.#skip(SPACE);
    if (this.#text[this.#at] === "]") return this.#advance();
    while (true) {
      const flaw = this.#value(depth);
      if (flaw !== undefined) return flaw;
      this.#skip(SPACE);
      if (this.#text[this.#at] === "]") return this.#advance();
      if (this.#text[this.#at] !== ",") return this.#wrong("a comma or a closing bracket");
      this.#at += 1;
    }
  }

  #members(depth: number): JsonFlaw | undefined {
    const names = new Set<string>();
    this.#skip(SPACE);
    if (this.#text[this.#at] === "}") return this.#advance();
    while (true) {
      this.#skip(SPACE);
      const flaw = this.#name(names) ?? this.#value(depth);
      if (flaw !== undefined) return flaw;
      this.#skip(SPACE);
      if (this.#text[this.#at] === "}") return this.#advance();
      if (this.#text[this.#at] !== ",") return this.#wrong("a comma or a closing brace");
      this.#at += 1;
    }
  }

  #name(names: Set<string>): JsonFlaw | undefined {
    const start = this.#at;
    if (this.#text[start] !== '"') return this.#wrong("a property name in quotation marks");
    const name = this.#string();
    if (name === undefined) return this.#brokenString(start);
    if (name === "__proto__") return { at: start, reason: "a property named __proto__ is refused" };
    if (names.has(name)) return { at: start, reason: "a property stands twice in one object" };
    names.add(name);
    this.#skip(SPACE);
    return this.#text[this.#at] === ":" ? this.#advance() : this.#wrong("a colon");
  }

  /** Passes over a string and gives its value; nothing where it is broken. */
  #string(): string | undefined {
    const start = this.#at;
    if (!this.#skip(STRING)) return undefined;
    const value = String(JSON.parse(this.#text.slice(start, this.#at)));
    return value.isWellFormed() ? value : undefined;
  }

  #brokenString(at: number): JsonFlaw {
    const isHalf = this.#at > at;
    return { at, reason: isHalf ? "a string holds half of a character" : "a string is not closed or not well formed" };
  }

  #advance(): undefined {
    this.#at += 1;
    return undefined;
  }
}
