import { expect, test } from "vitest";
import { createSeenRecords } from "./seen-records.ts";

const names = Array.from({ length: 50_000 }, (_, n) => `CYP201CareContact/C${n}`);

test("a name is told again when it came before, and never else", () => {
  const seen = createSeenRecords();
  expect(names.filter((name) => seen.addAgain(name))).toEqual([]);
  expect(names.filter((name) => !seen.addAgain(name))).toEqual([]);
  expect(seen.addAgain("")).toBe(false);
  expect(seen.addAgain("")).toBe(true);
});

test("names beyond the bound count as new ones, and those before it are known on", () => {
  const seen = createSeenRecords(100);
  for (const name of names.slice(0, 100)) seen.addAgain(name);
  expect(seen.addAgain("one more")).toBe(false);
  expect(seen.addAgain("one more")).toBe(false);
  expect(names.slice(0, 100).every((name) => seen.addAgain(name))).toBe(true);
});
