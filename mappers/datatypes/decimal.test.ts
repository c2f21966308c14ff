import { expect, test } from "vitest";
import { isDecimal, shiftDecimal } from "./decimal.ts";

test.each([
  ["0.905", 2, "90.5"],
  ["1.005", 2, "100.5"],
  ["0.57", 2, "57"],
  ["1", 2, "100"],
  ["0.9051", 2, "90.51"],
  ["905", -1, "90.5"],
  ["9", -1, "0.9"],
  ["4", -3, "0.004"],
  ["3420", -3, "3.42"],
  ["03.40", 0, "3.4"],
  ["0", 2, "0"],
])("%s times ten to the power %i is %s", (text, places, expected) => {
  expect(shiftDecimal(text, places)).toBe(expected);
});

test.each(["12", "0.905", "000.5"])("%s is a plain decimal", (text) => {
  expect(isDecimal(text)).toBe(true);
});

test.each(["", ".5", "5.", "-1", "1e3", "1,5", "12 kg", "NaN"])("%j is not a plain decimal", (text) => {
  expect(isDecimal(text)).toBe(false);
});
