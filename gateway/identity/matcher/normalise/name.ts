import { foldWords } from "./fold.ts";

/** Names as they are compared. Empty where nothing is known. */
export interface NormalName {
  /** All given names run together. */
  readonly given: string;
  readonly givenWords: readonly string[];
  /** The family name run together, particles included. */
  readonly family: string;
  readonly familyWords: readonly string[];
}

/** No word is compared beyond this: similarity costs the product of two lengths. */
const WORD_LENGTH_MAX = 32;
const WORDS_MAX = 5;

/** What stands in a name field before a child has a name; it names nobody, and twins share it. */
const PLACEHOLDERS: ReadonlySet<string> = new Set(
  (
    "baby babyboy babygirl babe boy girl child infant newborn male female unknown unnamed notknown nk na none null " +
    "noname nofirstname nosurname tbc tba test twin triplet quad quads twins fetus foetus neonate unborn surname " +
    "forename firstname lastname son daughter sibling bb bg anon anonymous notgiven notstated awaited pending"
  ).split(" "),
);

/** Words that make a placeholder together with another: `male infant`, `baby of`, `twin one`, `not known`. */
const FILLERS: ReadonlySet<string> = new Set(
  "a b c d i ii iii 1 2 3 4 one two three four first second third of the not known given stated name yet no".split(" "),
);

const PARTICLES: ReadonlySet<string> = new Set(
  "al el bin binti bint ibn abu ben ap de da di do dos das del della der den van von la le st mc mac ul ur o".split(
    " ",
  ),
);

/** Whether words stand for "no name yet". */
export function isPlaceholder(words: readonly string[]): boolean {
  if (words.length === 0) return false;
  if (words.length === 1 && /^[0-9]+$/.test(words[0] ?? "")) return true;
  let stands = false;
  for (const word of words) {
    if (PLACEHOLDERS.has(word)) stands = true;
    else if (FILLERS.has(word)) continue;
    else if (/^(?:twin|baby|triplet)(?:[0-9]{1,2}|[a-c])$/.test(word)) stands = true;
    else return false;
  }
  return stands || words.join("") === "notknown" || words.join("") === "notgiven";
}

/**
 * Names as they are compared. A given name that is a placeholder, or is the family name again, counts as missing:
 * `Baby Smith` with the family name Smith has none.
 */
export function normaliseName(name: { readonly given?: string; readonly family?: string }): NormalName {
  const familyAsTold = bound(foldWords(name.family ?? ""));
  const familyWords = isPlaceholder(familyAsTold) ? [] : familyAsTold;
  const givenWords = toGivenWords(bound(foldWords(name.given ?? "")), familyWords);
  return {
    given: givenWords.join("").slice(0, WORD_LENGTH_MAX),
    givenWords,
    family: familyWords.join("").slice(0, WORD_LENGTH_MAX),
    familyWords: familyWords.filter((word) => !PARTICLES.has(word)),
  };
}

function toGivenWords(told: readonly string[], familyWords: readonly string[]): readonly string[] {
  if (told.length > 0 && told.join("") === familyWords.join("")) return [];
  const withoutFamily = told.length > 1 ? told.filter((word) => !familyWords.includes(word)) : told;
  return isPlaceholder(withoutFamily) || (withoutFamily.length < told.length && withoutFamily.length === 0)
    ? []
    : isPlaceholder(told)
      ? []
      : told;
}

function bound(words: readonly string[]): readonly string[] {
  return words.slice(0, WORDS_MAX).map((word) => word.slice(0, WORD_LENGTH_MAX));
}
