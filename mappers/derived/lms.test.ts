import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { lmsAt, partAt, toCentile, toDecimalAge, toZScore } from "./lms.ts";
import { BODY_MASS_INDEX, HEAD_CIRCUMFERENCE, LENGTH_OR_HEIGHT, WEIGHT, type WhoTable } from "./who-2006.ts";

const DAYS_A_YEAR = 365.25;

describe("the reference at an age", () => {
  test.each([
    ["weight", WEIGHT, "female", 1, { l: -0.2024, m: 8.9481, s: 0.12268 }],
    ["length", LENGTH_OR_HEIGHT, "male", 0.5, { l: 1, m: 67.6236, s: 0.03165 }],
    ["height", LENGTH_OR_HEIGHT, "male", 2, { l: 1, m: 87.1161, s: 0.03507 }],
    ["head circumference", HEAD_CIRCUMFERENCE, "female", 0.75, { l: 1, m: 43.83, s: 0.0305 }],
  ] as const)("is what WHO publishes for %s where a point of the table lies", (_name, table, sex, age, lms) => {
    const found = lmsAt(table, sex, age);
    expect(found?.l).toBeCloseTo(lms.l, 4);
    expect(found?.m).toBeCloseTo(lms.m, 4);
    expect(found?.s).toBeCloseTo(lms.s, 4);
  });

  test("lies between its neighbours, and on the curve rather than the chord", () => {
    const [before, between, after] = [12, 12.5, 13].map(
      (months) => lmsAt(WEIGHT, "male", months / 12)?.m ?? Number.NaN,
    );
    expect(between).toBeGreaterThan(before ?? 0);
    expect(between).toBeLessThan(after ?? 0);
    expect(between).toBeGreaterThan(((before ?? 0) + (after ?? 0)) / 2);
  });

  test("never goes across the second birthday: lengths end there and heights begin, 0.7 cm shorter", () => {
    const last = lmsAt(LENGTH_OR_HEIGHT, "female", 730 / DAYS_A_YEAR)?.m ?? 0;
    const first = lmsAt(LENGTH_OR_HEIGHT, "female", 731 / DAYS_A_YEAR)?.m ?? 0;
    expect(last - first).toBeGreaterThan(0.6);
    expect(last - first).toBeLessThan(0.75);
  });

  test("is linear in the last month before the second birthday, where no point lies beyond", () => {
    const [left, middle, right] = [23, 23.5, 24 - 1e-7].map(
      (months) => lmsAt(WEIGHT, "female", months / 12)?.m ?? Number.NaN,
    );
    expect(middle).toBeCloseTo(((left ?? 0) + (right ?? 0)) / 2, 6);
  });

  test.each([
    [13, undefined],
    [14, "infants"],
    [730, "infants"],
    [731, "children"],
    [1460, "children"],
    [1461, undefined],
    [-3, undefined],
    [Number.NaN, undefined],
  ])("at %s days is that of %s", (days, part) => {
    expect(partAt(days / DAYS_A_YEAR)).toBe(part);
    expect(lmsAt(WEIGHT, "male", days / DAYS_A_YEAR) === undefined).toBe(part === undefined);
  });
});

test("age counts days, whatever the time of day and its offset", () => {
  expect(toDecimalAge("2022-03-14", "2022-03-28") * DAYS_A_YEAR).toBeCloseTo(14, 9);
  expect(toDecimalAge("2022-03-14", "2022-03-28T23:50:00+01:00") * DAYS_A_YEAR).toBeCloseTo(14, 9);
  expect(toDecimalAge("2024-02-29", "2025-02-28") * DAYS_A_YEAR).toBeCloseTo(365, 9);
});

test.each([
  [0, 50],
  [1, 84.1345],
  [-1, 15.8655],
  [1.959964, 97.5],
  [-2.6521, 0.4],
  [3.5, 99.9767],
  [-5, 0.00002867],
])("a z-score of %s is centile %s", (zScore, centile) => {
  expect(toCentile(zScore)).toBeCloseTo(centile, 4);
});

test("without skewness the z-score is that of the logarithm", () => {
  expect(toZScore({ l: 0, m: 10, s: 0.1 }, 11)).toBeCloseTo(Math.log(1.1) / 0.1, 12);
  expect(toZScore({ l: 1e-9, m: 10, s: 0.1 }, 11)).toBeCloseTo(Math.log(1.1) / 0.1, 6);
});

const TABLES: Readonly<Record<string, WhoTable>> = {
  weight: WEIGHT,
  length_height: LENGTH_OR_HEIGHT,
  head_circumference: HEAD_CIRCUMFERENCE,
  bmi: BODY_MASS_INDEX,
};
const computed = new URL("../../../shared/data/growth/who2006_test_rows.csv", import.meta.url);

test("agrees with rows that others computed, where they are at hand", () => {
  if (!existsSync(computed)) return;
  const [, ...lines] = readFileSync(computed, "utf8").trim().split("\n");
  const wrong = lines.filter((line) => {
    const [, sex = "", measure = "", , days, , value, , , , , sds] = line.split(",");
    const table = TABLES[measure];
    const lms =
      table === undefined ? undefined : lmsAt(table, sex === "male" ? "male" : "female", Number(days) / DAYS_A_YEAR);
    const tolerance = measure === "head_circumference" ? 1e-2 : 1e-3;
    return lms === undefined || !(Math.abs(toZScore(lms, Number(value)) - Number(sds)) <= tolerance);
  });
  expect(lines).toHaveLength(688);
  expect(wrong).toEqual([]);
});
