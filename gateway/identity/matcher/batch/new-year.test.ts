import { expect, test } from "vitest";
import { NOBODY, type Person } from "../../person.ts";
import { toFeatures } from "../compare/to-features.ts";
import { HAND_SET } from "../model/hand-set.ts";
import { findNewYears } from "./new-year.ts";
import { type Child, everyPair } from "./pairs.fixtures.ts";
import { gradeOfLast } from "./place.fixtures.ts";

interface Told {
  readonly given: string;
  readonly family: string;
  readonly birthDate: string;
  readonly postcode: string;
  readonly line: string;
  readonly more?: Partial<Person>;
}

const KNOWN: Told = {
  given: "Tarek",
  family: "Farah Warsame",
  birthDate: "2022-11-13",
  postcode: "LS1 4CI",
  line: "113 Oak Road",
};
const NEW_YEAR: Told = { ...KNOWN, birthDate: "2022-01-01" };

function childOf({ given, family, birthDate, postcode, line, more = {} }: Told): Child {
  const person: Person = {
    ...NOBODY,
    names: [{ given, family }],
    birthDates: [birthDate],
    postcodes: [postcode],
    genders: ["male"],
    addressLines: line === "" ? [] : [line],
    ...more,
  };
  return toFeatures(person, { ...HAND_SET, today: "2026-11-23" });
}

/** Whether the first of the left and the first of the right count as one child. */
function isNewYear(left: readonly Told[], right: readonly Told[]): boolean {
  return findNewYears(everyPair(left.map(childOf), right.map(childOf)))(0);
}

test.each<[string, Told]>([
  ["all else as told", NEW_YEAR],
  ["a short word for the street", { ...NEW_YEAR, line: "113 Oak Rd" }],
  ["the flat left out", { ...NEW_YEAR, line: "Flat 2, 113 Oak Road" }],
  ["a second name beside", { ...NEW_YEAR, given: "Tarek Said" }],
  ["a part of the family name left out", { ...NEW_YEAR, family: "Farah" }],
  ["no gender", { ...NEW_YEAR, more: { genders: [] } }],
])("the first of January of the year stands for a birth date: %s", (_, told) => {
  expect(isNewYear([KNOWN], [told])).toBe(true);
  expect(isNewYear([told], [KNOWN])).toBe(true);
});

test.each<[string, Partial<Told>]>([
  ["another year", { birthDate: "2021-01-01" }],
  ["another day", { birthDate: "2022-01-02" }],
  ["the first of another month", { birthDate: "2022-10-01" }],
  ["the same day", { birthDate: KNOWN.birthDate }],
  ["another given name", { given: "Idris" }],
  ["no given name", { given: "Baby" }],
  ["an initial", { given: "T" }],
  ["a similar name", { given: "Tareq" }],
  ["another child's second name", { given: "Said Tarek" }],
  ["another family name", { family: "Hirsi Guled" }],
  ["the house next door", { line: "115 Oak Road" }],
  ["no address", { line: "" }],
  ["a postcode next door", { postcode: "LS1 4CO" }],
  ["another gender", { more: { genders: ["female"] } }],
  ["another place among twins", { more: { birthOrder: 2 } }],
  ["an NHS number each", { more: { nhsNumbers: [{ value: "9990000018", isVerified: false }] } }],
  ["a UPN each", { more: { upns: ["J383399021001"] } }],
  ["another number each", { more: { identifiers: ["urn:ward|ABC12345"] } }],
  ["a second birth date", { more: { birthDates: ["2022-01-01", "2022-03-04"] } }],
])("it does not stand for one beside %s", (_, told) => {
  const { nhsNumbers = [], upns = [], identifiers = [] } = told.more ?? {};
  const known = { ...KNOWN, more: { nhsNumbers, upns, identifiers, birthOrder: 1 } };
  const other = { ...NEW_YEAR, ...told };
  expect(isNewYear([known], [other])).toBe(false);
  expect(isNewYear([other], [known])).toBe(false);
});

test.each<[string, Told, boolean]>([
  ["a child of the name there", KNOWN, false],
  ["a brother there", { ...KNOWN, given: "Idris", birthDate: "2020-05-04" }, false],
  ["a cousin of a part of the name next door", { ...KNOWN, family: "Warsame", line: "115 Oak Road" }, false],
  ["one who is spelled otherwise there", { ...KNOWN, family: "Farrah Warsamme" }, false],
  ["one whose names are swapped there", { ...KNOWN, given: "Warsame", family: "Idris" }, false],
  ["another family there", { ...KNOWN, given: "Edith", family: "Rigby" }, true],
  ["a child of the name elsewhere", { ...KNOWN, postcode: "CH41 7KM" }, true],
])("with %s in either file", (_, third, expected) => {
  expect(isNewYear([KNOWN, third], [NEW_YEAR])).toBe(expected);
  expect(isNewYear([KNOWN], [NEW_YEAR, third])).toBe(expected);
});

test("two who were both written down as born on the first of January have one birth date", () => {
  expect(isNewYear([NEW_YEAR], [NEW_YEAR])).toBe(false);
});

test("one file tells nobody's birth date by the first of January", () => {
  const { people, ...found } = everyPair([childOf(KNOWN)], [childOf(NEW_YEAR)]);
  expect(findNewYears({ ...found, people: { left: people.left, right: undefined } })(0)).toBe(false);
});

test.each<[string, string, string]>([
  ["the first of January of the year", "2022-01-01", "certain"],
  ["another day", "2022-03-15", "probable"],
])("a child whose other birth date is %s (%s) is %s", (_, born, expected) => {
  const child = {
    given: "Zubaydette",
    family: "Whistlecroft",
    born: "2022-03-14",
    postcode: "LS1 4CI",
    address: "7 Oak Road",
  };
  expect(gradeOfLast([child], [{ ...child, born }])).toBe(expected);
});
