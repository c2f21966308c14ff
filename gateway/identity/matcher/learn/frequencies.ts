import type { Features } from "../compare/features.ts";
import type { Frequencies, Model } from "../model/model.ts";

/** Records, and which person each is of as far as is known: values are counted once a person. */
export interface Population {
  readonly people: readonly Features[];
  /** Number of the person of each record; every record a person of its own where it is absent. */
  readonly persons?: Uint32Array | undefined;
}

type Field = keyof Model["frequencies"];
const FIELDS: readonly Field[] = ["given", "family", "birthDate", "postcode"];

/**
 * How often values are had among people. Of several files those count in which a birth date is had by several people
 * no more often than in the others: where it is, people are there with several records.
 */
export function countFrequencies(populations: readonly Population[]): Model["frequencies"] {
  const tallies = populations.map(tally);
  const chances = tallies.map(({ birthDate }) => chanceOf([birthDate]));
  const least = Math.min(...chances);
  const counted = tallies.filter((_, at) => (chances[at] ?? 1) <= REPEATED_FACTOR * least);
  const [given, family, birthDate, postcode] = FIELDS.map((field) =>
    toFrequencies(
      counted.map((one) => one[field]),
      field === "birthDate",
    ),
  );
  if (given === undefined || family === undefined || birthDate === undefined || postcode === undefined) {
    throw new RangeError("a field was not counted");
  }
  return { given, family, birthDate, postcode };
}

const REPEATED_FACTOR = 1.5;

interface Tally {
  readonly counts: Map<string, number>;
  total: number;
}

function tally({ people, persons }: Population): Readonly<Record<Field, Tally>> {
  const tallies = {
    given: { counts: new Map<string, number>(), total: 0 },
    family: { counts: new Map<string, number>(), total: 0 },
    birthDate: { counts: new Map<string, number>(), total: 0 },
    postcode: { counts: new Map<string, number>(), total: 0 },
  };
  const seen = new Set<string>();
  for (const [at, { names, birthDates, postcodes }] of people.entries()) {
    const add = (field: Field, value: string): void => {
      if (value === "") return;
      if (persons !== undefined) {
        const key = `${field}|${persons[at] ?? at}|${value}`;
        if (seen.has(key)) return;
        seen.add(key);
      }
      const { counts } = tallies[field];
      counts.set(value, (counts.get(value) ?? 0) + 1);
      tallies[field].total++;
    };
    for (const { given, family } of names) {
      add("given", given);
      add("family", family);
    }
    for (const { date } of birthDates) add("birthDate", String(date));
    for (const { code } of postcodes) add("postcode", code);
  }
  return tallies;
}

/** Chance that two different people agree on the value. */
function chanceOf(tallies: readonly Tally[]): number {
  let agreeing = 1;
  let pairs = 2;
  for (const { counts, total } of tallies) {
    for (const count of counts.values()) agreeing += count * (count - 1);
    pairs += total * (total - 1);
  }
  return agreeing / pairs;
}

/** What a value that one person alone has counts for: somebody else may have it who is not in the files. */
const UNSEEN = 0.5;
/** A birth date had by this many times more people than most stands for "not known", as the first of January. */
const CROWDED = 4;

function toFrequencies(tallies: readonly Tally[], isEven: boolean): Frequencies {
  const chance = chanceOf(tallies);
  const people = tallies.reduce((sum, { total }) => sum + total, 0) / Math.max(1, tallies.length);
  const unlisted = isEven ? chance : UNSEEN / Math.max(1, people);
  const counts = new Map<string, number>();
  for (const tallied of tallies) {
    for (const [value, count] of tallied.counts) counts.set(value, (counts.get(value) ?? 0) + count / tallies.length);
  }
  const values: Record<string, number> = Object.create(null);
  for (const [value, count] of counts) {
    const others = (count - 1) / Math.max(1, people);
    const isListed = isEven ? others > CROWDED * chance && count > CROWDED : others > unlisted;
    if (isListed) values[value] = others;
  }
  return { values, unlisted, average_bits: -Math.log2(chance) };
}
