import { expect, test } from "vitest";
import { ASQ3, ASQSE2 } from "#profiles/generated/codes.ts";
import { isSnomedCode } from "./snomed-code.ts";

const CODES = ["27113001", "363812007", "50373000", "1078501000000104", ...ASQ3.keys(), ...ASQSE2.keys()];

test.each(CODES)("%s has a right check digit", (code) => {
  expect(isSnomedCode(code)).toBe(true);
});

test.each(CODES)("no other last digit would be right for %s", (code) => {
  const others = [..."0123456789"].filter((digit) => !code.endsWith(digit)).map((digit) => code.slice(0, -1) + digit);
  expect(others.filter(isSnomedCode)).toEqual([]);
});

test.each(["71078501000000104", "953261000000100", "27113010", "12345", "027113001", "9.53261E+14", ""])(
  "%j is no SNOMED CT identifier",
  (text) => {
    expect(isSnomedCode(text)).toBe(false);
  },
);
