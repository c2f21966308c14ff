import { describe, expect, it } from "vitest";
import { countByCluster, scoreOf } from "./clusters.ts";

describe("clusters", () => {
  it("hold every pair that links join, by whatever path", () => {
    const counts = countByCluster(
      ["a", "a", "a", "b"],
      [
        [0, 1],
        [1, 2],
      ],
    );
    expect(counts).toEqual({ truePairs: 3, given: 3, right: 3 });
  });

  it("count all pairs that one wrong link brings together", () => {
    const counts = countByCluster(
      ["a", "a", "b", "b"],
      [
        [0, 1],
        [2, 3],
        [1, 2],
      ],
    );
    expect(counts).toEqual({ truePairs: 2, given: 6, right: 2 });
    expect(scoreOf(counts)).toEqual({ precision: 1 / 3, recall: 1, f1: 0.5 });
  });

  it("give no score where nothing was linked", () => {
    expect(scoreOf(countByCluster(["a", "a"], []))).toEqual({ precision: 0, recall: 0, f1: 0 });
  });
});
