/** Numbers from 0 up to 1, the same for the same seed (Mulberry32). */
export type Random = () => number;

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How unevenly children are asked for: a few often, most seldom. What was measured before used the same. */
const ZIPF_EXPONENT = 0.99;

/**
 * So many draws with replacement, each value's share falling with its rank by Zipf's law. No value follows itself while
 * there is another: an answer is never the one just given.
 */
export function zipfDraws<T>(values: readonly T[], count: number, random: Random): readonly T[] {
  const sums: number[] = [];
  let sum = 0;
  for (let rank = 1; rank <= values.length; rank += 1) {
    sum += rank ** -ZIPF_EXPONENT;
    sums.push(sum);
  }
  const draws: T[] = [];
  let last = -1;
  while (draws.length < count && values.length > 0) {
    let place = placeOf(sums, random() * sum);
    if (place === last) place = (place + 1) % values.length;
    const value = values[place];
    if (value === undefined) break;
    draws.push(value);
    last = place;
  }
  return draws;
}

/** The first place whose sum reaches the mark. */
function placeOf(sums: readonly number[], mark: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 0) < mark) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** All values once, in an order that the seed decides. */
export function shuffled<T>(values: readonly T[], random: Random): readonly T[] {
  const keyed = values.map((value) => ({ value, key: random() }));
  return keyed.sort((one, other) => one.key - other.key).map(({ value }) => value);
}
