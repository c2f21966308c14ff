import { describe, expect, test } from "vitest";
import { isSmall, SUPPRESSED, suppressCodes, suppressPart, suppressParts } from "./suppress.ts";

test.each([
  [[100, 0, 0], [100, 0, 0], true],
  [[100, 20, 5], [100, 20, 5], true],
  [[100, 0, 3], [SUPPRESSED, 0, SUPPRESSED], true],
  [[100, 20, 3], [SUPPRESSED, SUPPRESSED, SUPPRESSED], true],
  [[0, 0, 4], [0, 0, SUPPRESSED], false],
  [[2, 1, 0], [SUPPRESSED, SUPPRESSED, 0], false],
  [[1, 1, 1, 1, 1], Array(5).fill(SUPPRESSED), false],
  [[0, 0, 0], [0, 0, 0], true],
])("the parts %j of a known whole are shown as %j", (parts, shown, isSafe) => {
  expect(suppressParts(parts)).toEqual({ parts: shown, isSafe });
});

test("a part that something else would give away is not shown", () => {
  expect(suppressParts([100, 0, 12], true)).toEqual({ parts: [SUPPRESSED, 0, SUPPRESSED], isSafe: true });
});

test.each([
  [0, 100, 0],
  [100, 100, 1],
  [50, 100, 0.5],
  [3, 100, undefined],
  [97, 100, undefined],
  [0, 4, undefined],
  [4, 4, undefined],
])("%i of %i has the rate %j, or none where it would tell of a few", (part, whole, rate) => {
  expect(suppressPart(part, whole)).toEqual(
    rate === undefined ? { count: SUPPRESSED, rate: SUPPRESSED } : { count: part, rate },
  );
});

describe("whoever knows the rules and sees all that is shown", () => {
  /** All ways to have so many parts of a whole of at most `whole`. */
  function vectors(parts: number, whole: number): number[][] {
    if (parts === 0) return [[]];
    return Array.from({ length: whole + 1 }, (_, count) => count).flatMap((count) =>
      vectors(parts - 1, whole - count).map((rest) => [count, ...rest]),
    );
  }

  test.each([
    [2, 20],
    [3, 20],
    [4, 14],
  ])("cannot tell a small one of %i parts of a whole up to %i", (size, max) => {
    const bySight = new Map<string, number[][]>();
    for (const vector of vectors(size, max)) {
      const { parts, isSafe } = suppressParts(vector);
      const whole = vector.reduce((total, count) => total + count, 0);
      const sight = JSON.stringify(isSafe ? { parts, whole } : "nothing");
      bySight.set(sight, [...(bySight.get(sight) ?? []), vector]);
    }
    const told = [...bySight.values()].filter((same) =>
      same[0]?.some((count, index) => isSmall(count) && same.every((one) => one[index] === count)),
    );
    expect(told).toEqual([]);
    expect(bySight.size).toBeGreaterThan(50);
  });

  test("cannot tell a small code from the whole of its list", () => {
    expect(suppressCodes({ A: 10, B: 3 })).toEqual({ shown: [], others: true });
    expect(suppressCodes({ A: 10, B: 3, C: 4 })).toEqual({ shown: [{ code: "A", records: 10 }], others: true });
    expect(suppressCodes({ A: 10, B: 5 })).toEqual({
      shown: [
        { code: "A", records: 10 },
        { code: "B", records: 5 },
      ],
      others: false,
    });
  });

  test("is told nothing of what does not look like a code, however often it came", () => {
    expect(suppressCodes({ "": 500, A: 10 })).toEqual({ shown: [{ code: "A", records: 10 }], others: true });
  });
});
