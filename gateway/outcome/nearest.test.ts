import { expect, test } from "vitest";
import { nearest } from "./nearest.ts";

const KNOWN = ["_id", "_lastUpdated", "identifier", "birthdate", "patient", "patient.identifier", "code", "status"];

test.each([
  { word: "birthdat", expected: "birthdate" },
  { word: "birthDate", expected: "birthdate" },
  { word: "identifer", expected: "identifier" },
  { word: "patient.identifer", expected: "patient.identifier" },
  { word: "stauts", expected: "status" },
  { word: "lastUpdated", expected: "_lastUpdated" },
  { word: "ident", expected: "identifier" },
  { word: "code-value", expected: "code" },
  { word: "zzz", expected: undefined },
  { word: "x", expected: undefined },
  { word: "", expected: undefined },
  { word: "organization", expected: undefined },
  { word: "a".repeat(5_000), expected: undefined },
])("the known word nearest to '$word' is $expected", ({ word, expected }) => {
  expect(nearest(word, KNOWN)).toBe(expected);
});

test("the closest word wins over the first one", () => {
  expect(nearest("date", ["gate", "dates", "date"])).toBe("date");
});
