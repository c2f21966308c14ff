import { createScorer } from "../compare/score.ts";
import { toFeatures } from "../compare/to-features.ts";
import { HAND_SET } from "../model/hand-set.ts";
import { toPerson } from "../to-person.ts";
import { measurePairs } from "./pair-table.ts";

/** A child as the matcher sees it. */
export type Child = ReturnType<typeof childOf>;

export const HOME = { family: "Rigby", birthDate: "2022-03-14", postcode: "LS1 4CI" };

/** A child of that home, or of what is told instead. */
export function childOf(given: string, told = HOME) {
  return toFeatures(toPerson({ localId: "1", given, ...told }), { ...HAND_SET, today: "2026-11-23" });
}

/** Each of the left with each of the right, measured; those of the first of the left come first. */
export function everyPair(left: readonly Child[], right: readonly Child[]) {
  const people = { left, right };
  const pairs = left.flatMap((one, at) => right.map((other, place) => ({ one, other, at, place })));
  const candidates = {
    size: pairs.length,
    left: Uint32Array.from(pairs, ({ at }) => at),
    right: Uint32Array.from(pairs, ({ place }) => place),
    overflow: [],
  };
  return { people, pairs, candidates, table: measurePairs(candidates, people, createScorer(HAND_SET)) };
}
