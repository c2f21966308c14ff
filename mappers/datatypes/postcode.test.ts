import { expect, test } from "vitest";
import { isPseudoPostcode, normalisePostcode } from "./postcode.ts";

test.each([
  ["ls14ci", "LS1 4CI"],
  ["LS1 4CI", "LS1 4CI"],
  ["  w6   9ko ", "W6 9KO"],
  ["EC1A 1VM", "EC1A 1VM"],
  ["L1 8CV", "L1 8CV"],
  ["zz993vz", "ZZ99 3VZ"],
  ["GIR0AA", "GIR 0AA"],
  ["LS1", undefined],
  ["3000", undefined],
  ["", undefined],
])("%s has the canonical form %s", (text, expected) => {
  expect(normalisePostcode(text)).toBe(expected);
});

test.each([
  ["ZZ99 3VZ", true],
  ["zz993cz", true],
  ["ZZ9 3VZ", false],
  ["LS1 4CI", false],
])("%s is a pseudo-postcode: %s", (text, expected) => {
  expect(isPseudoPostcode(text)).toBe(expected);
});
