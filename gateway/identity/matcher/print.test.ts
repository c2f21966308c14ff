import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NOBODY, type Person } from "../person.ts";
import { createMatcher } from "./create-matcher.ts";
import { ENGLAND } from "./model/england.ts";
import { toPerson } from "./to-person.ts";

const matcher = createMatcher(ENGLAND, { today: () => "2026-11-23" });

const GIVEN = ["Amina", "Aminah", "Muhammad Yusuf", "Yusuf", "Zi Hao", "Zihao", "Lizzie", "Elizabeth", "E", "Zoë-May"];
const FAMILY = ["Khan", "de Souza", "Souza", "O’Brien-Smith", "Smith", "Amina", "van der", "Łukasz", "محمد"];
const UNNAMED = ["Baby", "Male Infant", "Twin 1", "", " ", "-", "a,b", "x".repeat(80)];

const told = fc.record(
  {
    given: fc.oneof(fc.constantFrom(...GIVEN, ...UNNAMED), fc.string({ maxLength: 12 })),
    family: fc.oneof(fc.constantFrom(...FAMILY, ...UNNAMED), fc.string({ maxLength: 12 })),
    birthDate: fc.constantFrom("2020-05-04", "2020-04-05", "2020-05-14", "2019-05-04", "2020-02-30", "2031-01-01", "x"),
    postcode: fc.constantFrom("LS1 4CI", "LS14CO", "LS11 4CI", "LS9 1CM", "BD1 4CI", "ZZ99 3WZ", "10115", "D,1"),
    gender: fc.constantFrom("female", "male", "other", "unknown"),
    nhsNumber: fc.constantFrom("9990000018", "9990000026", "0000000000"),
    upn: fc.constantFrom("J383399021001", "Z395000190001", "none"),
  },
  { requiredKeys: [] },
);

test("a print is held back exactly where the one whom it was made of does not come to so many bits", () => {
  let [prints, held] = [0, 0];
  fc.assert(
    fc.property(told, told, fc.constantFrom(-30, -12, -6, 0, 9), (one, other, least_bits) => {
      const asked = matcher.toComparable(toPerson({ localId: "1", ...one }));
      const known = matcher.toComparable(toPerson({ localId: "2", ...other }));
      const print = matcher.printOf(known);
      if (print === undefined) return;
      prints++;
      const [bits, passes] = [matcher.score(asked, known), matcher.sieve(asked, least_bits)(print)];
      if (!passes) held++;
      expect(passes).toBe(bits >= least_bits);
      expect(matcher.sieve(asked, bits)(print)).toBe(true);
      expect(matcher.sieve(asked, bits + 1e-9)(print)).toBe(false);
    }),
    { numRuns: 4_000 },
  );
  expect(prints).toBeGreaterThan(2_000);
  expect(held).toBeGreaterThan(500);
});

describe("there is no print of", () => {
  test.each<[string, Partial<Person>]>([
    ["two names", { names: [{ given: "Amina" }, { given: "Mina" }] }],
    ["two birth dates", { birthDates: ["2020-05-04", "2020-04-05"] }],
    ["two postcodes", { postcodes: ["LS1 4CI", "BD1 4CI"] }],
    ["a birth date that lies ahead", { birthDates: ["2031-01-01"] }],
    ["an address", { addressLines: ["1 High Street"] }],
    ["a number of another kind", { identifiers: ["urn:ward|ABC12345"] }],
    ["a place among twins", { birthOrder: 2 }],
  ])("%s", (_, person) => {
    expect(matcher.printOf(matcher.toComparable({ ...NOBODY, ...person }))).toBeUndefined();
  });
});

test("a print of another version says nothing", () => {
  const asked = matcher.toComparable(toPerson({ localId: "1", given: "Amina", birthDate: "2020-05-04" }));
  const print = matcher.printOf(asked) ?? "";
  expect(matcher.sieve(asked, 99)(print)).toBe(false);
  expect(matcher.sieve(asked, 99)(`0${print}`)).toBe(true);
});
