import type { GradedPair } from "./grade-pairs.ts";

/** How many of a group were linked, may be, and were not. */
export interface Stratum {
  readonly column: string;
  readonly value: string;
  readonly records: number;
  readonly linked: number;
  readonly possible: number;
  readonly unlinked: number;
}

/** Counts the records of the left file by each value of each column; all of them first. */
export function countStrata(
  pairs: readonly GradedPair[],
  files: {
    readonly isWithin: boolean;
    readonly records: number;
    readonly columns: ReadonlyMap<string, readonly string[]>;
  },
): readonly Stratum[] {
  const best = new Uint8Array(files.records);
  for (const { left, right, grade } of pairs) {
    const rank = grade === "certain" ? 2 : 1;
    best[left] = Math.max(best[left] ?? 0, rank);
    if (files.isWithin) best[right] = Math.max(best[right] ?? 0, rank);
  }
  const all = countValues(
    "all records",
    Array.from({ length: files.records }, () => ""),
    best,
  );
  return [...all, ...[...files.columns].flatMap(([column, values]) => countValues(column, values, best))];
}

function countValues(column: string, values: readonly string[], best: Uint8Array): readonly Stratum[] {
  const counts = new Map<string, { records: number; linked: number; possible: number }>();
  for (const [at, value] of values.entries()) {
    const count = counts.get(value) ?? { records: 0, linked: 0, possible: 0 };
    count.records++;
    if (best[at] === 2) count.linked++;
    if (best[at] === 1) count.possible++;
    counts.set(value, count);
  }
  return [...counts.entries()]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([value, { records, linked, possible }]) => ({
      column,
      value,
      records,
      linked,
      possible,
      unlinked: records - linked - possible,
    }));
}
