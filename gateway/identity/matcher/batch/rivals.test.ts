import { expect, test } from "vitest";
import { createScorer } from "../compare/score.ts";
import { HAND_SET } from "../model/hand-set.ts";
import { type Child, childOf, everyPair, HOME } from "./pairs.fixtures.ts";
import { findRivals } from "./rivals.ts";

const ELSEWHERE = { ...HOME, postcode: "CH41 7KM" };

interface Told {
  readonly here: readonly string[];
  readonly elsewhere?: readonly string[];
}

/** Whether the first of the left has a rival for the first of the right. */
function hasRival(one: Told, other: Told): boolean {
  const toAll = ({ here, elsewhere = [] }: Told) => [
    ...here.map((given) => childOf(given)),
    ...elsewhere.map((given) => childOf(given, ELSEWHERE)),
  ];
  const { score } = createScorer(HAND_SET);
  const { pairs, ...found } = everyPair(toAll(one), toAll(other));
  const probability = Float64Array.from(pairs, (pair) => (score(pair.one, pair.other) > 0 ? 1 : 0));
  return findRivals({ ...found, probability }).hasRival(0);
}

test("a pair of swapped names has a rival in who is called so without a swap", () => {
  const swapped = childOf("Mohamed Hirsi", { ...HOME, family: "Yusuf" });
  const right = [childOf("Yusuf", { ...HOME, family: "Hirsi" })];
  const hasRivalAmong = (left: readonly Child[]): boolean => {
    const { pairs, ...found } = everyPair(left, right);
    return findRivals({ ...found, probability: new Float64Array(pairs.length) }).hasRival(0);
  };
  expect(hasRivalAmong([swapped])).toBe(false);
  expect(hasRivalAmong([swapped, childOf("Yusuf", { ...HOME, family: "Hirsi Yusuf" })])).toBe(true);
});

test.each<[string, Told, Told, boolean]>([
  ["nobody else is there", { here: ["Umar"] }, { here: ["Omar"] }, false],
  ["another is called exactly so", { here: ["Umar"] }, { here: ["Omar", "Umar"] }, true],
  ["another of another name was born there", { here: ["Umar"] }, { here: ["Omar", "Edith"] }, false],
  ["the name of many is nobody else's", { here: ["Muhammad"] }, { here: ["Muhammad Yusuf"] }, false],
  ["the name of many is a twin's too", { here: ["Muhammad"] }, { here: ["Muhammad Yusuf", "Muhammad Omar"] }, true],
  [
    "a child of that family and day has another name than the name of many",
    { here: ["Muhammad"] },
    { here: ["Muhammad Yusuf", "Edith"] },
    true,
  ],
  [
    "one of that family and day lives elsewhere and has nobody there",
    { here: ["Muhammad"] },
    { here: ["Muhammad Yusuf"], elsewhere: ["Edith"] },
    true,
  ],
  [
    "one of that family and day lives elsewhere and is known there",
    { here: ["Muhammad"], elsewhere: ["Edith"] },
    { here: ["Muhammad Yusuf"], elsewhere: ["Edith"] },
    false,
  ],
])("a pair has a rival or none where %s", (_, left, right, expected) => {
  expect(hasRival(left, right)).toBe(expected);
});
