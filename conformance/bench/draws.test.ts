import { describe, expect, test } from "vitest";
import { createRandom, shuffled, zipfDraws } from "./draws.ts";

const VALUES = Array.from({ length: 100 }, (_each, n) => n);

describe("draws", () => {
  const draws = zipfDraws(VALUES, 20_000, createRandom(1));
  const countOf = (value: number) => draws.filter((each) => each === value).length;

  test("are the same for the same seed, and others for another", () => {
    expect(zipfDraws(VALUES, 50, createRandom(1))).toEqual(draws.slice(0, 50));
    expect(zipfDraws(VALUES, 50, createRandom(2))).not.toEqual(draws.slice(0, 50));
  });

  test("fall off with the rank as Zipf's law says", () => {
    const shares = VALUES.map((_each, rank) => (rank + 1) ** -0.99);
    const sum = shares.reduce((total, each) => total + each, 0);
    // Nobody follows itself, which takes from the first what it gives to the second.
    expect(countOf(0) + countOf(1)).toBeGreaterThan(20_000 * (((shares[0] ?? 0) + (shares[1] ?? 0)) / sum) * 0.9);
    expect(countOf(0)).toBeGreaterThan(countOf(9) * 4);
    expect(countOf(9)).toBeGreaterThan(countOf(99) * 3);
    expect(countOf(99)).toBeGreaterThan(0);
  });

  test("never ask for the same twice in turn while there is another", () => {
    expect(draws.some((each, place) => place > 0 && each === draws[place - 1])).toBe(false);
    expect(zipfDraws(["one"], 3, createRandom(1))).toEqual(["one", "one", "one"]);
  });

  test("of nothing are nothing", () => {
    expect(zipfDraws([], 3, createRandom(1))).toEqual([]);
  });

  test("of each once are all of them in another order", () => {
    const mixed = shuffled(VALUES, createRandom(3));
    expect(mixed).not.toEqual(VALUES);
    expect([...mixed].sort((one, other) => one - other)).toEqual(VALUES);
  });
});
