import type { NameFeatures } from "../compare/features.ts";
import type { People } from "./pair-table.ts";

/** Fewer are never expected: somebody of that name may be in no file. */
const EXPECTED_MIN = 0.02;

/**
 * How many records of other people to expect, in both files together, that bear both names of a pair. Of the names that
 * the files hold together, those that are there count; beside them what the frequencies of given and family name lead to
 * expect, times how much more often than by chance names of one origin meet.
 */
export function countBearers({ left, right = [] }: People): (one: NameFeatures, other: NameFeatures) => number {
  const given = new Map<string, number>();
  const whole = emptyBorne();
  const words = emptyBorne();
  let records = 0;
  for (const side of [left, right]) {
    for (const { names } of side) {
      for (const name of names) {
        if (name.given === "" || name.family === "") continue;
        records++;
        const forms = formsOf(name);
        for (const form of forms) add(given, form);
        count(whole, forms, [name.family]);
        count(words, forms, wordsOf(name));
      }
    }
  }
  const lift = toLift({ given, family: whole.family, both: whole.both, records });
  const bearersOf = ({ family, both }: Borne, forms: readonly string[], families: readonly string[]): number => {
    const ofGiven = others(sum(forms.map((form) => given.get(form) ?? 0)));
    const ofFamilies = others(sum(families.map((name) => family.get(name) ?? 0)));
    const mean = Math.max(EXPECTED_MIN, (ofGiven * ofFamilies * lift) / records);
    const met = sum(forms.flatMap((form) => families.map((name) => both.get(`${form}|${name}`) ?? 0)));
    return ((others(met) + 1) * mean) / (mean + 1);
  };
  return (one, other) => {
    const forms = sharedForms(one, other);
    const shared = one.family === other.family ? [] : wordsOf(one).filter((word) => wordsOf(other).includes(word));
    if (shared.length > 0) {
      return Math.min(...shared.flatMap((word) => forms.map((group) => bearersOf(words, group, [word]))));
    }
    const families = one.family === other.family ? [one.family] : [one.family, other.family];
    return Math.min(...forms.map((group) => bearersOf(whole, group, families)));
  };
}

/** How many bear a family name, and it with a given name. */
interface Borne {
  readonly family: Map<string, number>;
  readonly both: Map<string, number>;
}

function emptyBorne(): Borne {
  return { family: new Map(), both: new Map() };
}

function count({ family, both }: Borne, forms: ReadonlySet<string>, families: readonly string[]): void {
  for (const name of families) {
    add(family, name);
    for (const form of forms) add(both, `${form}|${name}`);
  }
}

/** Shorter words are particles. */
const WORD_LENGTH_MIN = 3;

/** What a family name may have in common with another of which a part is left out. */
function wordsOf({ family, familyWords }: NameFeatures): readonly string[] {
  return familyWords.length > 1 ? familyWords.filter(({ length }) => length >= WORD_LENGTH_MIN) : [family];
}

/** Without the two records of the pair itself. */
function others(count: number): number {
  return Math.max(0, count - 2);
}

/** All given names run together, and each of them. */
function formsOf({ given, givenWords }: NameFeatures): ReadonlySet<string> {
  return new Set([given, ...givenWords]);
}

/** What both are called, each as the forms of it that count together: the rarest of them is what tells the child. */
function sharedForms(one: NameFeatures, other: NameFeatures): readonly (readonly string[])[] {
  const words = [...formsOf(one)].filter((form) => formsOf(other).has(form));
  return words.length > 0 ? words.map((word) => [word]) : [[...formsOf(one), ...formsOf(other)]];
}

/** How many times more often than by chance two people who share a given name share the family name. */
function toLift(counts: {
  readonly given: ReadonlyMap<string, number>;
  readonly family: ReadonlyMap<string, number>;
  readonly both: ReadonlyMap<string, number>;
  readonly records: number;
}): number {
  const pairsOf = (table: ReadonlyMap<string, number>): number => {
    let pairs = 0;
    for (const count of table.values()) pairs += count * count;
    return pairs;
  };
  const byChance = (pairsOf(counts.given) * pairsOf(counts.family)) / Math.max(1, counts.records) ** 2;
  return Math.max(1, pairsOf(counts.both) / Math.max(1, byChance));
}

function add(table: Map<string, number>, key: string): void {
  table.set(key, (table.get(key) ?? 0) + 1);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
