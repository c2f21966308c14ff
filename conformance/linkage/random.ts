/** A stream of chance that is the same for the same seed on every machine. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** An integer in [0, below). */
  below(below: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
}

/** FNV-1a over UTF-16 code units, started from a salt, so that four of them make the state of one stream. */
function hash(text: string, salt: number): number {
  let state = (0x811c9dc5 ^ salt) >>> 0;
  for (let index = 0; index < text.length; index += 1) {
    state ^= text.charCodeAt(index);
    state = Math.imul(state, 0x01000193) >>> 0;
  }
  return state;
}

/** Chris Doty-Humphrey's small fast counter generator (sfc32), seeded by text. */
export function createRandom(seed: string): Random {
  let a = hash(seed, 0x9e3779b9);
  let b = hash(seed, 0x85ebca6b);
  let c = hash(seed, 0xc2b2ae35);
  let counter = 1;
  const step = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 15; round += 1) step();
  const next = () => step() / 4_294_967_296;
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (list) => {
      const picked = list[below(list.length)];
      if (picked === undefined) throw new Error("nothing to pick from");
      return picked;
    },
  };
}

/** Fisher–Yates, in place. */
export function shuffle<T>(list: T[], random: Random): void {
  for (let index = list.length - 1; index > 0; index -= 1) {
    const other = random.below(index + 1);
    const [here, there] = [list[index], list[other]];
    if (here === undefined || there === undefined) continue;
    list[index] = there;
    list[other] = here;
  }
}

/** Picks by weight; the cumulated weights are made once. */
export function weighted<T>(entries: readonly (readonly [T, number])[]): (random: Random) => T {
  let total = 0;
  const ends = entries.map(([, weight]) => {
    total += weight;
    return total;
  });
  return (random) => {
    const point = random.next() * total;
    let low = 0;
    let high = ends.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) <= point) low = middle + 1;
      else high = middle;
    }
    const entry = entries[low];
    if (entry === undefined) throw new Error("nothing to pick from");
    return entry[0];
  };
}

/** Picks from words in order of frequency: the weight of the n-th is (n + offset) to the power of −exponent. */
export function ranked(words: string, exponent = 0.75, offset = 2): (random: Random) => string {
  return weighted(listOf(words).map((word, rank) => [word, (rank + offset) ** -exponent] as const));
}

/** Words of one text; `_` stands for a space inside a name. */
export function listOf(words: string): string[] {
  return words
    .trim()
    .split(/\s+/)
    .map((word) => word.replaceAll("_", " "));
}
