import { expect, test } from "vitest";
import { createScorer } from "../compare/score.ts";
import { toFeatures } from "../compare/to-features.ts";
import { HAND_SET } from "../model/hand-set.ts";
import { toPerson } from "../to-person.ts";
import { measurePairs } from "./pair-table.ts";
import { findRivals } from "./rivals.ts";

const FAMILY = { family: "Rigby", birthDate: "2022-03-14", postcode: "LS1 4CI" };
const child = (given: string, told = FAMILY) =>
  toFeatures(toPerson({ localId: "1", given, ...told }), { ...HAND_SET, today: "2026-11-23" });

/** Whether the first of the left has a rival for the first of the right. */
function hasRival(left: readonly string[], right: readonly string[]): boolean {
  const people = { left: left.map((given) => child(given)), right: right.map((given) => child(given)) };
  const pairs = left.flatMap((_, one) => right.map((__, other) => [one, other] as const));
  const candidates = {
    size: pairs.length,
    left: Uint32Array.from(pairs, ([one]) => one),
    right: Uint32Array.from(pairs, ([, other]) => other),
    overflow: [],
  };
  const table = measurePairs(candidates, people, createScorer(HAND_SET));
  return findRivals({ people, candidates, table }).hasRival(0);
}

test.each<[string, readonly string[], readonly string[], boolean]>([
  ["nobody else is there", ["Umar"], ["Omar"], false],
  ["another is called exactly so", ["Umar"], ["Omar", "Umar"], true],
  ["another of another name was born there", ["Umar"], ["Omar", "Edith"], false],
  ["the name of many is nobody else's", ["Muhammad"], ["Muhammad Yusuf"], false],
  ["the name of many is a twin's too", ["Muhammad"], ["Muhammad Yusuf", "Muhammad Omar"], true],
  [
    "a child of that family and day has another name than the name of many",
    ["Muhammad"],
    ["Muhammad Yusuf", "Edith"],
    true,
  ],
])("a pair has a rival or none where %s", (_, left, right, expected) => {
  expect(hasRival(left, right)).toBe(expected);
});
