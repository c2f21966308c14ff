import { otherSpellings, shortFormsOf } from "./names/variants.ts";
import type { SourceRecord } from "./source-record.ts";

function words(text: string): string[] {
  return text
    .normalize("NFKD")
    .replace(/\p{Mn}/gu, "")
    .replaceAll("ł", "l")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

function namesOne(one: readonly string[], other: readonly string[]): boolean {
  const known = new Set(other);
  for (const word of other)
    for (const form of [...shortFormsOf(capital(word)), ...otherSpellings(capital(word))])
      known.add(form.toLowerCase());
  return one.length > 0 && one.every((word) => known.has(word));
}

/**
 * Whether two children, as written, could be told apart by nobody: born on one day, and the given name of one is also a
 * name of the other (the same, a part of it, a usual short form, another spelling), as when Bella was written Ella and
 * her twin sister is Ella. Such a pair is drawn anew: nothing is learned from what has no right answer. Placeholders stay:
 * that they name nobody can be seen.
 */
export function isUndecidable(one: SourceRecord, other: SourceRecord): boolean {
  if (one.isPlaceholder || other.isPlaceholder || one.birthDate !== other.birthDate) return false;
  const [a, b] = [words(one.given), words(other.given)];
  return namesOne(a, b) || namesOne(b, a) || a.join("") === b.join("");
}
