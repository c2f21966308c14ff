import { describe, expect, test } from "vitest";
import { createRandom } from "./random.ts";

const draws = (...key: readonly (string | number)[]): number[] => {
  const random = createRandom(...key);
  return Array.from({ length: 8 }, () => random.next());
};

describe("a stream of random numbers", () => {
  test("is the same for the same key on every machine", () => {
    expect(draws(1, "story", 7).slice(0, 3)).toMatchInlineSnapshot(`
      [
        0.8030400243587792,
        0.2267806027084589,
        0.8374262514989823,
      ]
    `);
  });

  test.each([
    ["another seed", [2, "story", 7]],
    ["another purpose", [1, "birth", 7]],
    ["another child", [1, "story", 8]],
    ["parts cut elsewhere", [1, "story7", ""]],
  ])("is another one for %s", (_, key) => {
    expect(draws(...key)).not.toEqual(draws(1, "story", 7));
  });

  test("takes a seed as a number or as the text of the number", () => {
    expect(draws("1", "story")).toEqual(draws(1, "story"));
  });

  test("spreads evenly, with the mean and the deviation it promises", () => {
    const random = createRandom("spread");
    const count = 20_000;
    const uniform = Array.from({ length: count }, () => random.next());
    const normal = Array.from({ length: count }, () => random.normal());
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
    expect(mean(uniform)).toBeCloseTo(0.5, 1);
    expect(mean(normal)).toBeCloseTo(0, 1);
    expect(Math.sqrt(mean(normal.map((value) => value * value)))).toBeCloseTo(1, 1);
  });

  test("draws whole numbers within both bounds and reaches them", () => {
    const random = createRandom("bounds");
    const drawn = new Set(Array.from({ length: 500 }, () => random.between(3, 6)));
    expect([...drawn].sort()).toEqual([3, 4, 5, 6]);
  });
});
