import { findFlaw, type JsonFlaw } from "./json-flaw.ts";
import { type Place, toPlace } from "./place.ts";

/** What parsing gives: the value, or the place (from 1) and the reason. The reason never repeats what stands there. */
export type ParsedJson =
  | {
      readonly ok: true;
      readonly value: unknown;
      /** Whether a number of the text has digits that a JavaScript number does not keep, as `1.00`. */
      readonly losesDigits: boolean;
    }
  | ({ readonly ok: false; readonly reason: string } & Place);

/**
 * Parses JSON (RFC 8259) and is stricter than `JSON.parse` where a reader downstream could be misled: a property that
 * stands twice, a property `__proto__`, half of a surrogate pair, and nesting deeper than `depthMax` are refused.
 */
export function parseStrictJson(text: string, depthMax: number): ParsedJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refused(text, findFlaw(text, depthMax) ?? { at: 0, reason: "expected a value" });
  }
  // A property that stands twice has vanished from the value: the text has more colons than the value has properties.
  const { colons, losesDigits } = scan(text);
  const properties = countProperties(value, depthMax);
  const isPlain = properties === colons && !HALF_CHARACTER.test(text) && text.isWellFormed();
  const flaw = isPlain ? undefined : findFlaw(text, depthMax);
  return flaw === undefined ? { ok: true, value, losesDigits } : refused(text, flaw);
}

/** An escaped surrogate: it may be half of a character, which the walk over the text decides. */
const HALF_CHARACTER = /\\u[dD][89a-fA-F]/;
const QUOTE = 34;
const PLUS = 43;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const CAPITAL_E = 69;
const BACKSLASH = 92;
const SMALL_E = 101;
/** Every whole number of so many characters is kept exactly. */
const SAFE_LENGTH = 15;

function refused(text: string, { at, reason }: JsonFlaw): ParsedJson {
  return { ok: false, ...toPlace(text, at), reason };
}

/** Goes over a text that is JSON, past its strings. */
function scan(text: string): { readonly colons: number; readonly losesDigits: boolean } {
  let colons = 0;
  let losesDigits = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === COLON) colons += 1;
    else if (character === QUOTE) at = endOfString(text, at);
    else if (character === MINUS || (character >= ZERO && character <= NINE)) {
      const end = endOfNumber(text, at);
      losesDigits ||= isChanged(text, at, end);
      at = end - 1;
    }
  }
  return { colons, losesDigits };
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}

function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && isOfNumber(text.charCodeAt(end))) end += 1;
  return end;
}

function isOfNumber(character: number): boolean {
  return (
    (character >= ZERO && character <= NINE) ||
    character === POINT ||
    character === SMALL_E ||
    character === CAPITAL_E ||
    character === PLUS ||
    character === MINUS
  );
}

function isChanged(text: string, start: number, end: number): boolean {
  const number = text.slice(start, end);
  // A whole number of few digits needs no second look; "-0" does.
  if (number.length <= SAFE_LENGTH && /^[1-9][0-9]*$/.test(number)) return false;
  return String(Number(number)) !== number;
}

/** How many properties there are in all; -1 where one is `__proto__` or something is nested deeper than allowed. */
function countProperties(value: unknown, depth: number): number {
  if (typeof value !== "object" || value === null) return 0;
  if (depth === 0) return Number.NEGATIVE_INFINITY;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === "object") count += countProperties(item, depth - 1);
    return count;
  }
  for (const [name, child] of Object.entries(value)) {
    if (name === "__proto__") return Number.NEGATIVE_INFINITY;
    count += 1;
    if (typeof child === "object") count += countProperties(child, depth - 1);
  }
  return count;
}
