/** Two samples of times, in microseconds, compared. */
export interface Shift {
  /** Median of the first less that of the second. */
  readonly median_us: number;
  /** Within which the shift lies with 95 %, by bootstrap. */
  readonly from_us: number;
  readonly to_us: number;
  /** Of the Mann–Whitney test: how likely so large a difference is by chance, both sides together. */
  readonly p: number;
}

const RESAMPLES = 400;

/** `random` gives numbers from 0 up to, and without, 1. */
export function compareTimes(first: readonly number[], second: readonly number[], random: () => number): Shift {
  const [a, b] = [sorted(first), sorted(second)];
  const shifts = Array.from({ length: RESAMPLES }, () => median(resample(a, random)) - median(resample(b, random)));
  const ordered = sorted(shifts);
  const at = (share: number): number => ordered[Math.min(ordered.length - 1, Math.floor(share * ordered.length))] ?? 0;
  return { median_us: median(a) - median(b), from_us: at(0.025), to_us: at(0.975), p: mannWhitney(a, b) };
}

function sorted(values: readonly number[]): readonly number[] {
  return [...values].sort((one, other) => one - other);
}

function median(ordered: readonly number[]): number {
  const middle = ordered.length / 2;
  const upper = ordered[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((ordered[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
}

/**
 * A sample drawn anew, as far as its median goes: the rank of the median of n draws is normal about n/2 with a deviation
 * of half the root of n.
 */
function resample(ordered: readonly number[], random: () => number): readonly number[] {
  const n = ordered.length;
  // Sum of twelve uniforms less six: normal enough within three deviations.
  const normal = Array.from({ length: 12 }, random).reduce((sum, value) => sum + value, -6);
  const rank = Math.round(n / 2 + (normal * Math.sqrt(n)) / 2);
  return [ordered[Math.min(n - 1, Math.max(0, rank))] ?? Number.NaN];
}

/** Normal approximation, ties at their mean rank. https://doi.org/10.1214/aoms/1177730491 */
export function mannWhitney(first: readonly number[], second: readonly number[]): number {
  const all = [
    ...first.map((value) => ({ value, isFirst: true })),
    ...second.map((value) => ({ value, isFirst: false })),
  ];
  all.sort((one, other) => one.value - other.value);
  let ranks = 0;
  for (let start = 0; start < all.length; ) {
    let end = start;
    while (end < all.length && all[end]?.value === all[start]?.value) end += 1;
    const rank = (start + 1 + end) / 2;
    ranks += rank * all.slice(start, end).filter(({ isFirst }) => isFirst).length;
    start = end;
  }
  const [n, m] = [first.length, second.length];
  const u = ranks - (n * (n + 1)) / 2;
  const z = (u - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
  return Math.min(1, 2 * upperTail(Math.abs(z)));
}

/** Of the standard normal distribution (Abramowitz and Stegun 26.2.17; error below 7.5e-8). */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const polynomial = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
}

/** Whether a shift of no more than the goal can be told from the samples. */
export function isWithin({ median_us }: Pick<Shift, "median_us">, goal_us: number): boolean {
  return Math.abs(median_us) <= goal_us;
}
