import { expect, test } from "vitest";
import { isNhsNumber, normaliseNhsNumber } from "./nhs-number.ts";

test.each([
  ["9990000018", true, "a right check digit"],
  ["999 000 0018", true, "spaces as printed"],
  ["9990000019", false, "a wrong check digit"],
  ["9990000108", false, "two digits exchanged"],
  ["999000001", false, "nine digits"],
  ["99900000180", false, "eleven digits"],
  ["999000001X", false, "a letter"],
  ["0000000000", false, "ten zeros, which pass the arithmetic"],
  ["1111111111", false, "ten ones, which pass the arithmetic"],
  ["", false, "nothing"],
])("%s is an NHS number: %s (%s)", (text, expected) => {
  expect(isNhsNumber(text)).toBe(expected);
});

test("a number whose check digit would be ten is never an NHS number", () => {
  const validAfter = (nine: string) => Array.from({ length: 10 }, (_, digit) => `${nine}${digit}`).filter(isNhsNumber);
  expect(validAfter("999000000")).toEqual([]);
  expect(validAfter("999000001")).toEqual(["9990000018"]);
});

test("the printed form is normalised to ten digits", () => {
  expect(normaliseNhsNumber("999-000 0018")).toBe("9990000018");
});
