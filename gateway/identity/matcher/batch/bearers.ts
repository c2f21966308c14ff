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
  const family = new Map<string, number>();
  const both = new Map<string, number>();
  let records = 0;
  for (const side of [left, right]) {
    for (const { names } of side) {
      for (const name of names) {
        if (name.given === "" || name.family === "") continue;
        records++;
        add(family, name.family);
        for (const form of formsOf(name)) {
          add(given, form);
          add(both, `${form}|${name.family}`);
        }
      }
    }
  }
  const lift = toLift({ given, family, both, records });
  return (one, other) => {
    const forms = sharedForms(one, other);
    const families = one.family === other.family ? [one.family] : [one.family, other.family];
    const ofFamilies = sum(families.map((name) => family.get(name) ?? 0));
    const least = forms.map((shared) => {
      const expected = (others(sum(shared.map((form) => given.get(form) ?? 0))) * others(ofFamilies) * lift) / records;
      const met = sum(shared.flatMap((form) => families.map((name) => both.get(`${form}|${name}`) ?? 0)));
      const mean = Math.max(EXPECTED_MIN, expected);
      return ((others(met) + 1) * mean) / (mean + 1);
    });
    return Math.min(...least);
  };
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
