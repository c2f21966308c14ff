import { isSmall } from "./suppress.ts";

/** Days from the latest date in a record to its receipt, each bucket up to and including `upTo`; the last is without end. */
export const TIMELINESS_BUCKETS: readonly { readonly name: string; readonly upTo_days: number }[] = [
  { name: "within a week", upTo_days: 7 },
  { name: "within a month", upTo_days: 31 },
  { name: "within 3 months", upTo_days: 92 },
  { name: "within 6 months", upTo_days: 183 },
  { name: "within a year", upTo_days: 366 },
  { name: "within 2 years", upTo_days: 731 },
  { name: "later", upTo_days: Number.POSITIVE_INFINITY },
];

const DAY_MS = 86_400_000;

/** Index of the bucket; none for what is no date. A date after the receipt counts as no delay. */
export function bucketOf(date: string, receivedAt: number): number | undefined {
  const at = Date.parse(date);
  if (Number.isNaN(at)) return undefined;
  const days = Math.floor((receivedAt - at) / DAY_MS);
  return TIMELINESS_BUCKETS.findIndex(({ upTo_days }) => days <= upTo_days);
}

/** Buckets from fine to coarse, each the number of fine ones that it joins; what is without a date comes last. */
const COARSENESS: readonly (readonly number[])[] = [
  [1, 1, 1, 1, 1, 1, 1, 1],
  [3, 2, 2, 1],
  [5, 3],
];
const UNDATED = "without a date";

export interface Delay {
  readonly name: string;
  readonly records: number;
}

/**
 * The delays in the finest buckets none of which is small; none at all where even the coarsest has a small one. Counts are
 * those of TIMELINESS_BUCKETS.
 */
export function toDelays(ages: readonly number[], undated: number): readonly Delay[] | undefined {
  const fine = [
    ...TIMELINESS_BUCKETS.map(({ name }, index) => ({ name, records: ages[index] ?? 0 })),
    { name: UNDATED, records: undated },
  ];
  return COARSENESS.map((sizes) => joined(fine, sizes)).find(
    (delays) => !delays.some(({ records }) => isSmall(records)),
  );
}

/** The bucket in which the middle one of all that are dated lies. */
export function medianOf(delays: readonly Delay[]): string | undefined {
  const dated = delays.filter(({ name }) => name !== UNDATED);
  const all = dated.reduce((sum, { records }) => sum + records, 0);
  let below = 0;
  for (const { name, records } of dated) {
    below += records;
    if (all > 0 && below * 2 >= all) return name;
  }
  return undefined;
}

function joined(fine: readonly Delay[], sizes: readonly number[]): readonly Delay[] {
  let at = 0;
  return sizes.map((size) => {
    const together = fine.slice(at, at + size);
    at += size;
    const last = together.at(-1)?.name ?? "";
    const isEnd = at === fine.length && size > 1;
    return {
      name: isEnd ? "later, or without a date" : last,
      records: together.reduce((sum, { records }) => sum + records, 0),
    };
  });
}
