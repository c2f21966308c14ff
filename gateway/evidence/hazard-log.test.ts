import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LIKELIHOODS, ratingOf, SEVERITIES } from "./hazard.ts";
import { HAZARDS, hazardSection } from "./hazard-log.ts";

const ROOT = join(import.meta.dirname, "../..");

test("at least twenty hazards are logged, each under an id of its own and in order", () => {
  expect(HAZARDS.length).toBeGreaterThanOrEqual(20);
  expect(HAZARDS.map(({ id }) => id)).toEqual(HAZARDS.map((_, index) => `H${String(index + 1).padStart(2, "0")}`));
});

test.each(HAZARDS)(
  "$id, $name, is held by tests that are there, by their exact titles",
  ({ tests, controls, causes }) => {
    expect(Math.min(tests.length, controls.length, causes.length)).toBeGreaterThan(0);
    for (const [file, title] of tests) {
      const titles = titlesIn(readFileSync(join(ROOT, file), "utf8"));
      expect(titles, `${file}: ${title}`).toContain(title);
    }
  },
);

test("a title is found as a test's own, not where it is mentioned", () => {
  expect(titlesIn('// test of "a thing"\n  test("a thing", () => {});\ntest(\n  "another",\n')).toEqual([
    "a thing",
    "another",
  ]);
  expect(titlesIn('test.each([1])("each %d", () => {});\ntest.skip("left out", () => {});')).toEqual(["each %d"]);
});

test("the rating grows with likelihood and with severity, from 1 to 5", () => {
  for (const [row, likelihood] of LIKELIHOODS.entries()) {
    for (const [column, severity] of SEVERITIES.entries()) {
      const rating = ratingOf({ likelihood, severity });
      const [less, milder] = [LIKELIHOODS[row - 1], SEVERITIES[column - 1]];
      if (less) expect(ratingOf({ likelihood: less, severity })).toBeLessThanOrEqual(rating);
      if (milder) expect(ratingOf({ likelihood, severity: milder })).toBeLessThanOrEqual(rating);
    }
  }
  expect(ratingOf({ likelihood: "very low", severity: "minor" })).toBe(1);
  expect(ratingOf({ likelihood: "very high", severity: "catastrophic" })).toBe(5);
});

test("what is left of a risk is left to the clinical safety officer", () => {
  const [hazards] = hazardSection().tables;
  const place = hazards?.head.indexOf("Residual risk") ?? -1;
  expect(new Set(hazards?.rows.map((row) => row[place]))).toEqual(
    new Set(["to be set by the clinical safety officer"]),
  );
});

/** Titles of tests that run, whether they stand on the line of their call or on the next. */
function titlesIn(text: string): readonly string[] {
  const calls = /^\s*(?:test(?:\.each\(.*\))?|\]\))\(\s*"((?:[^"\\]|\\.)*)"/gm;
  return Array.from(text.matchAll(calls), ([, title = ""]) => title);
}
