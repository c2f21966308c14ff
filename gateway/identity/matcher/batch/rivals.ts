import { BIRTH_DATE, FAMILY, FIELD, FIELD_NAMES, GIVEN } from "../compare/fields.ts";
import type { Linked } from "./link-people.ts";

/** How well a level of the given name names a child; a rival that is better named stands against a pair. */
const RANK: Readonly<Record<number, number>> = {
  [GIVEN.same]: 0,
  [GIVEN.spelling]: 1,
  [GIVEN.nickname]: 1,
  [GIVEN.part]: 1,
  [GIVEN.close]: 2,
};
const RANK_OF_MANY = 3;
const NO_RANK = 4;

/**
 * Other candidates of the family and the birth date of a record: another pair of either record whose given name fits
 * better is rather the child; and a name of many alone (Muhammad) names a child where nobody else is born there that day.
 */
export function findRivals({ people, candidates, table }: Pick<Linked, "people" | "candidates" | "table">): {
  readonly hasRival: (pair: number) => boolean;
} {
  const { left, right = left } = people;
  const best = { left: new Uint8Array(left.length).fill(NO_RANK), right: new Uint8Array(right.length).fill(NO_RANK) };
  const born = { left: new Uint8Array(left.length), right: new Uint8Array(right.length) };
  const rankOf = (pair: number): number => {
    const level = table.levels[pair * FIELD_NAMES.length + FIELD.given] ?? -1;
    return level === GIVEN.ofMany ? RANK_OF_MANY : (RANK[level] ?? NO_RANK);
  };
  for (let pair = 0; pair < table.size; pair++) {
    const from = pair * FIELD_NAMES.length;
    const family = table.levels[from + FIELD.family] ?? -1;
    if (table.levels[from + FIELD.birthDate] !== BIRTH_DATE.same || family < 0 || family > FAMILY.similar) continue;
    const [one, other] = [candidates.left[pair] ?? 0, candidates.right[pair] ?? 0];
    const rank = rankOf(pair);
    best.left[one] = Math.min(best.left[one] ?? NO_RANK, rank);
    best.right[other] = Math.min(best.right[other] ?? NO_RANK, rank);
    born.left[one] = Math.min(255, (born.left[one] ?? 0) + 1);
    born.right[other] = Math.min(255, (born.right[other] ?? 0) + 1);
  }
  return {
    hasRival(pair) {
      const rank = rankOf(pair);
      if (rank === NO_RANK) return false;
      const [one, other] = [candidates.left[pair] ?? 0, candidates.right[pair] ?? 0];
      if (rank === RANK_OF_MANY && ((born.left[one] ?? 0) > 1 || (born.right[other] ?? 0) > 1)) return true;
      return (best.left[one] ?? NO_RANK) < rank || (best.right[other] ?? NO_RANK) < rank;
    },
  };
}
