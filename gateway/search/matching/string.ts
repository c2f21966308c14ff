import { fold } from "../fold.ts";
import { expected, isNode, type ParsedValue } from "./value-test.ts";

export type StringModifier = "exact" | "contains";

export const STRING_GRAMMAR = "text with at least one letter or digit";
/** Parts of a HumanName or an Address that are codes and dates, not text. */
const NOT_TEXT: ReadonlySet<string> = new Set(["use", "type", "period", "extension", "id"]);

/** The texts of an element: itself, or every part of a name or an address. */
export function stringValues(element: unknown): readonly string[] {
  if (typeof element === "string") return [element];
  if (!isNode(element)) return [];
  return Object.entries(element).flatMap(([name, part]) => {
    if (NOT_TEXT.has(name)) return [];
    if (typeof part === "string") return [part];
    return Array.isArray(part) ? part.filter((item) => typeof item === "string") : [];
  });
}

/** Whether a folded text begins with another or, where words stand for themselves, one of its words does. */
export function beginsWith(text: string, beginning: string, atWords: boolean): boolean {
  return text.startsWith(beginning) || (atWords && text.includes(` ${beginning}`));
}

/**
 * A string matches by its beginning, folded; `:contains` anywhere, folded; `:exact` as a whole, to the letter. In names
 * of people each word counts, since double names are searched by either part. https://hl7.org/fhir/R4/search.html#string
 */
export function parseStringTest(
  value: string,
  { modifier, atWords }: { readonly modifier: StringModifier | undefined; readonly atWords: boolean },
): ParsedValue {
  if (modifier === "exact") return toTest((text) => text === value);
  const wanted = fold(value);
  if (wanted === "") return expected(STRING_GRAMMAR);
  return modifier === "contains"
    ? toTest((text) => fold(text).includes(wanted))
    : toTest((text) => beginsWith(fold(text), wanted, atWords));
}

function toTest(matches: (text: string) => boolean): ParsedValue {
  return { ok: true, test: (elements) => elements.some((element) => stringValues(element).some(matches)) };
}
