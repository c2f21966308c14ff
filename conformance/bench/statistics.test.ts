import { describe, expect, test } from "vitest";
import { createHistogram, median, percentile } from "./statistics.ts";

describe("a percentile", () => {
  test.each([
    { values: [3, 1, 2], percent: 50, expected: 2 },
    { values: [1, 2, 3, 4], percent: 50, expected: 2 },
    { values: [5], percent: 99, expected: 5 },
    { values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], percent: 99, expected: 10 },
    { values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], percent: 95, expected: 10 },
    { values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], percent: 90, expected: 9 },
  ])("$percent of $values is a value that occurred", ({ values, percent, expected }) => {
    expect(percentile(values, percent)).toBe(expected);
  });

  test("of nothing is not a number", () => {
    expect(median([])).toBeNaN();
    expect(createHistogram().percentile_ms(50)).toBeNaN();
  });
});

describe("a histogram", () => {
  const values = Array.from({ length: 5_000 }, (_each, n) => ((n * 7_919) % 5_000) / 37 + 0.0004);
  const histogram = createHistogram();
  for (const value of values) histogram.record(value);

  test.each([1, 25, 50, 95, 99, 100])(
    "holds percentile %d to within one in a hundred, and never below it",
    (percent) => {
      const exact = percentile(values, percent);
      expect(histogram.percentile_ms(percent)).toBeGreaterThanOrEqual(exact * 0.999999);
      expect(histogram.percentile_ms(percent)).toBeLessThanOrEqual(Math.max(exact * 1.0101, 0.001));
    },
  );

  test("counts what was recorded and keeps the greatest as it was", () => {
    expect(histogram.count()).toBe(values.length);
    expect(histogram.max_ms()).toBe(Math.max(...values));
  });

  test("takes what is longer than it reaches as its longest", () => {
    const long = createHistogram();
    long.record(5_000_000);
    expect(long.percentile_ms(50)).toBeGreaterThan(800_000);
  });
});
