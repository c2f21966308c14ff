/** What parsing gives: the value, or the place (from 1) and the reason. The reason never repeats what stands there. */
export type ParsedJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly line: number; readonly column: number; readonly reason: string };

/**
 * Parses JSON (RFC 8259) and is stricter than `JSON.parse` where a reader downstream could be misled: a property that
 * stands twice, a property `__proto__`, and nesting deeper than `depthMax` are refused.
 */
export function parseJson(text: string, depthMax: number): ParsedJson {
  const flaw = findFlaw(text, depthMax);
  if (flaw !== undefined) return { ok: false, ...toPlace(text, flaw.at), reason: flaw.reason };
  const value: unknown = JSON.parse(text);
  return { ok: true, value };
}

interface Flaw {
  readonly at: number;
  readonly reason: string;
}

function toPlace(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at);
  const line = before.split("\n").length;
  return { line, column: at - before.lastIndexOf("\n") };
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 8259 forbids exactly these inside a string.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

/** Walks over the text once and stops at the first thing that is wrong. */
function findFlaw(text: string, depthMax: number): Flaw | undefined {
  let at = 0;

  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  const wrong = (expected: string): Flaw => ({
    at,
    reason: at >= text.length ? `the text ends where ${expected} is expected` : `expected ${expected}`,
  });
  const value = (depth: number): Flaw | undefined => {
    skip(SPACE);
    const first = text[at];
    if (first === "{" || first === "[") {
      if (depth === depthMax) return { at, reason: `nested deeper than ${depthMax} levels` };
      at += 1;
      return first === "{" ? members(depth + 1) : elements(depth + 1);
    }
    if (first === '"') return skip(STRING) ? undefined : { at, reason: "a string is not closed or not well-formed" };
    return skip(NUMBER) || skip(WORD) ? undefined : wrong("a value");
  };
  const elements = (depth: number): Flaw | undefined => {
    skip(SPACE);
    if (text[at] === "]") return advance();
    while (true) {
      const flaw = value(depth);
      if (flaw !== undefined) return flaw;
      skip(SPACE);
      if (text[at] === "]") return advance();
      if (text[at] !== ",") return wrong("a comma or ]");
      at += 1;
    }
  };
  const members = (depth: number): Flaw | undefined => {
    const names = new Set<string>();
    skip(SPACE);
    if (text[at] === "}") return advance();
    while (true) {
      skip(SPACE);
      const flaw = member(names) ?? value(depth);
      if (flaw !== undefined) return flaw;
      skip(SPACE);
      if (text[at] === "}") return advance();
      if (text[at] !== ",") return wrong("a comma or }");
      at += 1;
    }
  };
  const member = (names: Set<string>): Flaw | undefined => {
    const start = at;
    if (!skip(STRING)) return wrong("a property name in quotation marks");
    const name = String(JSON.parse(text.slice(start, at)));
    if (name === "__proto__") return { at: start, reason: "a property named __proto__ is refused" };
    if (names.has(name)) return { at: start, reason: "a property stands twice in one object" };
    names.add(name);
    skip(SPACE);
    if (text[at] !== ":") return wrong("a colon");
    return advance();
  };
  const advance = (): undefined => {
    at += 1;
    return undefined;
  };

  const flaw = value(0);
  if (flaw !== undefined) return flaw;
  skip(SPACE);
  return at === text.length ? undefined : { at, reason: "something follows the end of the document" };
}
