import { expect, test } from "vitest";
import { createRandom } from "../../../mappers/synthetic/random.ts";
import { compareTimes, isWithin, mannWhitney } from "./statistics.ts";

const random = createRandom("timing");
const around = (middle: number): readonly number[] =>
  Array.from({ length: 2_000 }, () => middle + 40 * random.normal());

test("times from one distribution are not told apart", () => {
  const shift = compareTimes(around(500), around(500), random.next);
  expect(shift.from_us).toBeLessThan(0);
  expect(shift.to_us).toBeGreaterThan(0);
  expect(shift.p).toBeGreaterThan(0.01);
  expect(isWithin(shift, 100)).toBe(true);
});

test("a shift is found, with its size and its sign", () => {
  const shift = compareTimes(around(650), around(500), random.next);
  expect(shift.median_us).toBeGreaterThan(140);
  expect(shift.median_us).toBeLessThan(160);
  expect(shift.from_us).toBeGreaterThan(130);
  expect(shift.p).toBeLessThan(1e-6);
  expect(isWithin(shift, 100)).toBe(false);
});

test.each([
  { first: [1, 2, 3], second: [4, 5, 6], p: 0.0495 },
  { first: [1, 1, 1], second: [1, 1, 1], p: 1 },
])("the rank sum of $first and $second has p $p", ({ first, second, p }) => {
  expect(mannWhitney(first, second)).toBeCloseTo(p, 3);
});
