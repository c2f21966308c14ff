import { expect, test } from "vitest";
import { createScorer } from "../compare/score.ts";
import { HAND_SET } from "../model/hand-set.ts";
import { childOf, everyPair } from "./pairs.fixtures.ts";
import { findSeenTwins, type SeenTwins } from "./seen-twins.ts";

/** What is seen of the first of the left and the first of the right, all of one home. */
function look(left: readonly string[], right: readonly string[]): SeenTwins {
  const { pairs, ...found } = everyPair(
    left.map((given) => childOf(given)),
    right.map((given) => childOf(given)),
  );
  const probability = Float64Array.from(pairs, ({ at, place }) => (left[at] === right[place] ? 0.99 : 0.1));
  return findSeenTwins({ ...found, probability, model: HAND_SET });
}

test.each<[string, readonly string[], readonly string[], boolean]>([
  ["no twin is seen", ["Sameer"], ["Samir"], false],
  ["a twin is seen on both sides", ["Sameer", "Edith"], ["Samir", "Edith"], true],
  ["a twin is seen on one side alone", ["Sameer", "Edith"], ["Samir"], false],
  ["a twin on the other side may be either", ["Sameer"], ["Samir", "Edith"], false],
  ["a twin is called otherwise on the other side", ["Sameer", "Edith"], ["Samir", "Ede"], false],
  ["one of two twins is seen on one side alone", ["Sameer", "Edith", "Leo"], ["Samir", "Edith"], false],
])("a pair is told from its twin or not where %s", (_, left, right, isTold) => {
  expect(look(left, right).accounted(0) !== undefined).toBe(isTold);
});

test("a pair whose twin is another record is likelier than one of whose twin nothing is known", () => {
  const { accounted } = look(["Sameer", "Edith"], ["Samir", "Edith"]);
  const { score } = createScorer(HAND_SET);
  expect(accounted(0) ?? 0).toBeGreaterThan(1 / (1 + 2 ** -score(childOf("Sameer"), childOf("Samir"))));
});

test.each<[string, readonly string[], readonly string[], boolean]>([
  ["short forms may be of either name", ["Harry", "Harrison"], ["Harrry"], true],
  ["names begin alike", ["Frederick", "Frea"], ["Fred"], true],
  ["the other side's twin is called alike", ["Olie"], ["Oliver", "Olivia"], true],
  ["the twin has another name", ["Harry", "Edith"], ["Harrry"], false],
  ["there is no twin", ["Harry"], ["Harrry"], false],
])("a twin is called alike or not where %s", (_, left, right, isAlike) => {
  expect(look(left, right).hasAlike(0)).toBe(isAlike);
});
