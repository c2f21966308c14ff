import { expect, test } from "vitest";
import { gradeOfLast, type Told } from "./place.fixtures.ts";

const RARE = { given: "Zubaydette", family: "Whistlecroft", born: "2022-03-14", postcode: "LS1 4CI" };
const DOUBLE = { ...RARE, family: "Whistlecroft Dunnington" };
const TWO_NAMES = { ...RARE, given: "Zubaydette Perpetuelle" };
const OF_MANY = { ...RARE, given: "Mohammed Zubayd" };
const THERE = "CH41 7KM";

test.each<[string, readonly Told[], readonly Told[], boolean]>([
  ["nobody else bears the names", [RARE], [{ ...RARE, postcode: THERE }], true],
  ["one has a partner at home", [RARE], [RARE, { ...RARE, postcode: THERE }], false],
  [
    "two live elsewhere",
    [RARE],
    [
      { ...RARE, postcode: "LS9 1KK" },
      { ...RARE, postcode: THERE },
    ],
    false,
  ],
  ["one family name is cut short", [DOUBLE], [{ ...DOUBLE, family: "Whistlecroft", postcode: THERE }], true],
  ["two family names share a part", [DOUBLE], [{ ...DOUBLE, family: "Whistlecroft Ede", postcode: THERE }], false],
  [
    "a slip makes the difference",
    [{ ...RARE, given: "Olivia" }],
    [{ ...RARE, given: "Olivva", postcode: THERE }],
    true,
  ],
  ["a second name is left out", [TWO_NAMES], [{ ...RARE, postcode: THERE }], true],
  [
    "the second name of one is all that the other has",
    [TWO_NAMES],
    [{ ...RARE, given: "Perpetuelle", postcode: THERE }],
    false,
  ],
  ["the name of many of one is left out", [OF_MANY], [{ ...RARE, given: "Zubayd", postcode: THERE }], true],
])("who moved is told from a namesake born that day: %s", (_, left, right, isCertain) => {
  expect(gradeOfLast(left, right) === "certain").toBe(isCertain);
});
