import { expect, test } from "vitest";
import { fitCode, NOT_A_CODE } from "./unmapped-code.ts";

test.each([["2"], ["N"], ["WBRI"], ["CH010"], ["8H7A."], ["1082771000000100"], ["99-1"], [" 07 "]])(
  "%j looks like a code and may be told",
  (code) => {
    expect(fitCode(code)).toBe(code.trim());
  },
);

test.each([
  ["Amina"],
  ["EXAMPLE"],
  ["an unheard-of word"],
  ["9990000018"],
  ["999 000 0018"],
  ["J383399021001"],
  ["LS6 1CI"],
  ["LS61CI"],
  ["2020-02-03"],
  ["20200203"],
  ["03/02/2020"],
  ["03022020"],
  ["3.2.20"],
  ["<b>1</b>"],
  ["=1+1"],
  ["1".repeat(19)],
  [""],
])("%j does not, and is counted without being told", (text) => {
  expect(fitCode(text)).toBe(NOT_A_CODE);
});
