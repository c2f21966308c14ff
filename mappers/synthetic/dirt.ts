import { toDate, toDay } from "./calendar.ts";
import { POSTCODES_IN_OUTWARD, postcodeOf } from "./identifiers.ts";
import type { Person } from "./people.ts";
import type { Random } from "./random.ts";
import type { Flaw, Held, RecordKind, SourceRecord } from "./records.ts";

/** What went wrong with a record: what it says of the child, that it came twice, or that it is no record at all. */
export type Soiled =
  | { readonly kind: "held"; readonly held: Held }
  | { readonly kind: "duplicate" }
  | { readonly kind: "flaw"; readonly flaw: Flaw };

type Dirt =
  | "given-typo"
  | "family-typo"
  | "upper-case"
  | "postcode-missing"
  | "postcode-former"
  | "nhs-number-late"
  | "birth-date-swapped"
  | "birth-date-off-by-one"
  | "duplicate"
  | Flaw;

/** How often each happens among a hundred dirty records; a kind that a source cannot have is drawn again as a typo. */
const FREQUENCIES: readonly (readonly [Dirt, number])[] = [
  ["given-typo", 16],
  ["family-typo", 12],
  ["upper-case", 8],
  ["postcode-missing", 14],
  ["postcode-former", 10],
  ["nhs-number-late", 12],
  ["birth-date-swapped", 6],
  ["birth-date-off-by-one", 3],
  ["duplicate", 9],
  ["impossible-date", 3],
  ["wrong-check-digit", 3],
  ["unknown-outcome", 2],
  ["wrong-column-count", 2],
];

interface Surroundings {
  readonly person: Person;
  readonly random: Random;
}

/** One thing wrong with a record of a kind. */
export function soil(kind: RecordKind, held: Held, { person, random }: Surroundings): Soiled {
  const dirt = dirtOf(kind, random);
  switch (dirt) {
    case "duplicate":
      return { kind: "duplicate" };
    case "impossible-date":
    case "wrong-check-digit":
    case "unknown-outcome":
    case "wrong-column-count":
      return { kind: "flaw", flaw: dirt };
    case "given-typo":
      return { kind: "held", held: { ...held, given: withTypo(held.given, random) } };
    case "family-typo":
      return { kind: "held", held: { ...held, family: withTypo(held.family, random) } };
    case "upper-case":
      return { kind: "held", held: { ...held, given: held.given.toUpperCase(), family: held.family.toUpperCase() } };
    case "postcode-missing":
      return { kind: "held", held: without(held, "postcode") };
    case "postcode-former":
      return { kind: "held", held: { ...held, postcode: formerPostcode(person, random) } };
    case "nhs-number-late":
      return { kind: "held", held: withoutNhsNumber(held) };
    case "birth-date-swapped":
      return { kind: "held", held: { ...held, birthDate: withDayAndMonthSwapped(held.birthDate) } };
    case "birth-date-off-by-one":
      return { kind: "held", held: { ...held, birthDate: toDate(toDay(held.birthDate) - 1) } };
  }
}

/** The second copy of a record. A community provider registers the child anew; every other source sends the same again. */
export function duplicateOf<Story>(kind: RecordKind, record: SourceRecord<Story>): SourceRecord<Story> {
  if (kind !== "health") return record;
  return { ...record, held: { ...record.held, localId: `${record.held.localId}D` } };
}

function dirtOf(kind: RecordKind, random: Random): Dirt {
  let left = random.next() * FREQUENCIES.reduce((sum, [, frequency]) => sum + frequency, 0);
  for (const [dirt, frequency] of FREQUENCIES) {
    left -= frequency;
    if (left < 0) return isPossible(dirt, kind) ? dirt : "given-typo";
  }
  return "given-typo";
}

function isPossible(dirt: Dirt, kind: RecordKind): boolean {
  if (dirt === "nhs-number-late") return kind !== "profile" && kind !== "census";
  // A message is no row of columns.
  if (dirt === "wrong-column-count") return kind !== "progress" && kind !== "adt";
  return true;
}

function without<Key extends keyof Held>(held: Held, key: Key): Omit<Held, Key> {
  const { [key]: _, ...others } = held;
  return others;
}

function withoutNhsNumber(held: Held): Held {
  const { nhsNumber: _, nhsNumberStatus: status, ...others } = held;
  return status === undefined ? others : { ...others, nhsNumberStatus: "03" };
}

function formerPostcode(person: Person, random: Random): string {
  return postcodeOf(random.pick(person.area.outwardCodes), random.between(0, POSTCODES_IN_OUTWARD - 1));
}

/** Day and month exchanged where that gives a real date, else the year before. */
function withDayAndMonthSwapped(date: string): string {
  const [year = "", month = "", day = ""] = date.split("-");
  return Number(day) <= 12 && day !== month ? `${year}-${day}-${month}` : `${Number(year) - 1}${date.slice(4)}`;
}

/** Letters beside each other on a keyboard. */
// biome-ignore format: one keyboard a glance
const NEIGHBOURS: Readonly<Record<string, string>> = {
  a: "s", b: "v", c: "x", d: "f", e: "r", f: "g", g: "h", h: "j", i: "o", j: "k", k: "l", l: "k", m: "n",
  n: "m", o: "p", p: "o", q: "w", r: "t", s: "d", t: "y", u: "i", v: "b", w: "e", x: "z", y: "u", z: "x",
};

/** A slip of the fingers past the first letter: one letter left out, doubled, exchanged with the next or its neighbour's. */
function withTypo(name: string, random: Random): string {
  if (name.length < 3) return `${name}${name.slice(-1)}`;
  const place = random.between(1, name.length - 2);
  const [before, letter, next, after] = [
    name.slice(0, place),
    name.charAt(place),
    name.charAt(place + 1),
    name.slice(place + 2),
  ];
  const slips = [
    before + next + after,
    before + letter + letter + next + after,
    before + next + letter + after,
    before + (NEIGHBOURS[letter] ?? "e") + next + after,
  ].filter((slip) => slip !== name);
  return slips[random.between(0, slips.length - 1)] ?? `${name}e`;
}
