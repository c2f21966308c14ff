import { BIRTH_DATE, FAMILY, FIELD, FIELD_NAMES, GIVEN } from "../compare/fields.ts";
import { isElsewhere } from "../grade.ts";
import { findSettled, levelsAt } from "./homes.ts";
import type { Linked } from "./link-people.ts";

/** How well a level of the given name names a child; a rival that is better named stands against a pair. */
const RANK: Readonly<Record<number, number>> = {
  [GIVEN.same]: 0,
  [GIVEN.spelling]: 1,
  [GIVEN.nickname]: 1,
  [GIVEN.part]: 1,
  [GIVEN.close]: 2,
  [GIVEN.swapped]: 2,
};
const RANK_OF_MANY = 3;
const NO_RANK = 4;

/**
 * Other candidates of the family and the birth date of a record: another pair of either record whose given name fits
 * better is rather the child; and a name of many alone (Muhammad) names a child where nobody else is born there that day.
 * Who lives elsewhere and has a partner of that name there is nobody's rival.
 */
export function findRivals(linked: Pick<Linked, "people" | "candidates" | "table" | "probability">): {
  readonly hasRival: (pair: number) => boolean;
} {
  const { people, candidates, table } = linked;
  const settled = findSettled(linked);
  const { left, right = left } = people;
  const best = { left: new Uint8Array(left.length).fill(NO_RANK), right: new Uint8Array(right.length).fill(NO_RANK) };
  const born = { left: new Uint8Array(left.length), right: new Uint8Array(right.length) };
  const rankOf = (pair: number): number => {
    const level = table.levels[pair * FIELD_NAMES.length + FIELD.given] ?? -1;
    return level === GIVEN.ofMany ? RANK_OF_MANY : (RANK[level] ?? NO_RANK);
  };
  const note = (side: "left" | "right", at: number, rank: number): void => {
    best[side][at] = Math.min(best[side][at] ?? NO_RANK, rank);
    born[side][at] = Math.min(255, (born[side][at] ?? 0) + 1);
  };
  for (let pair = 0; pair < table.size; pair++) {
    const level = levelsAt(linked, pair);
    const family = level[FIELD.family] ?? -1;
    if (level[FIELD.birthDate] !== BIRTH_DATE.same || family < 0 || family > FAMILY.similar) continue;
    const [one, other] = [candidates.left[pair] ?? 0, candidates.right[pair] ?? 0];
    const isThere = !isElsewhere(level);
    const rank = rankOf(pair);
    if (isThere || settled.right[other] !== 1) note("left", one, rank);
    if (isThere || settled.left[one] !== 1) note("right", other, rank);
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
