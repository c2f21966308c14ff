import type { Features } from "../compare/features.ts";
import { FIELD, FIELD_NAMES, GIVEN } from "../compare/fields.ts";
import type { PairTable } from "../learn/estimate.ts";
import type { Pairs } from "./one-to-one.ts";

/**
 * Names that twins of one file bear side by side, by the level at which these agree. Two records of a file are two
 * children, so their names are those of two, whatever they sound like.
 */
export type TwinNames = ReadonlyMap<number, ReadonlySet<string>>;

/** Levels at which names may be one child's or those of twins who are called alike. */
const LEVELS: readonly number[] = [GIVEN.spelling, GIVEN.nickname, GIVEN.close, GIVEN.ofMany];

/** @param areTwins of the levels of a pair, all but the given name */
export function collectTwinNames(
  people: readonly Features[],
  pairs: Pairs,
  table: PairTable,
  areTwins: (level: Int8Array) => boolean,
): TwinNames {
  const sideBySide = new Map(LEVELS.map((level) => [level, new Set<string>()]));
  for (let pair = 0; pair < table.size; pair++) {
    const level = table.levels.subarray(pair * FIELD_NAMES.length, (pair + 1) * FIELD_NAMES.length);
    const given = level[FIELD.given] ?? GIVEN.same;
    if (given <= GIVEN.same || !areTwins(level)) continue;
    const names = namesOf(people[pairs.left[pair] ?? 0], people[pairs.right[pair] ?? 0]);
    for (const name of names) sideBySide.get(given)?.add(name);
  }
  return sideBySide;
}

export function joinTwinNames(files: readonly TwinNames[]): TwinNames {
  const of = (level: number): readonly string[] => files.flatMap((names) => [...(names.get(level) ?? [])]);
  return new Map(LEVELS.map((level) => [level, new Set(of(level))]));
}

/** Whether two are called as twins of the files are, so that the names may as well tell two children. */
export function areNamesOfTwins(sideBySide: TwinNames, level: number, left: Features, right: Features): boolean {
  const known = sideBySide.get(level);
  return known !== undefined && namesOf(left, right).some((name) => known.has(name));
}

/** The first word in which the given names of two differ, of each of their names. */
function namesOf(left: Features | undefined, right: Features | undefined): readonly string[] {
  return (left?.names ?? []).flatMap(({ givenWords: one }) =>
    (right?.names ?? []).flatMap(({ givenWords: other }) => {
      const at = one.findIndex((word, place) => word !== other[place]);
      return at < 0 ? [] : [[one[at] ?? "", other[at] ?? ""].toSorted().join(" ")];
    }),
  );
}
