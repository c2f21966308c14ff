import { expect, test } from "vitest";
import { isPersonalNumber, toLocalId } from "./local-id.ts";

test("the same details give the same name, however they are cased and padded", () => {
  expect(toLocalId(["383/3999", "Okafor", "Ada", "2020-11-03"])).toBe(
    toLocalId(["383/3999", " OKAFOR", "ADA ", "2020-11-03"]),
  );
});

test.each([
  [
    ["AB", "C"],
    ["A", "BC"],
  ],
  [["A"], ["A", ""]],
  [["F383399925001"], ["J205399925017"]],
])("%j and %j give different names", (one, other) => {
  expect(toLocalId(one)).not.toBe(toLocalId(other));
});

test("a name shows nothing of what it was made from", () => {
  expect(toLocalId(["F383399925001"])).toMatch(/^child-[0-9a-f]{32}$/);
});

test.each([
  ["999 000 0018", true],
  ["f383399925001", true],
  ["REF0001", false],
  ["9990000019", false],
])("%s is a number of the person: %s", (name, expected) => {
  expect(isPersonalNumber(name)).toBe(expected);
});
