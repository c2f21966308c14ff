import { describe, expect, it } from "vitest";
import { binomialAtMost, lowerBound, upperBound } from "./proportion.ts";

describe("bounds of a share", () => {
  it.each([
    [0, 10, 0.5, 0.0009765625],
    [5, 10, 0.5, 0.623046875],
    [1, 3, 0.2, 0.896],
    [3, 3, 0.2, 1],
  ])("at most %i of %i at %d has the probability %d", (successes, trials, probability, expected) => {
    expect(binomialAtMost(successes, trials, probability)).toBeCloseTo(expected, 9);
  });

  it.each([
    [0, 10, 0.258866],
    [1, 10, 0.394163],
    [0, 1_000_000, 2.99573e-6],
    [4, 1_000_000, 9.15349e-6],
    [5, 1_000_000, 1.051302e-5],
  ])("%i of %i is at most %d at 95 %%", (successes, trials, expected) => {
    expect(upperBound(successes, trials) / expected).toBeCloseTo(1, 3);
  });

  it("mirrors from below", () => {
    expect(lowerBound(10, 10)).toBeCloseTo(1 - 0.258866, 5);
    expect(lowerBound(0, 0)).toBe(0);
  });
});
