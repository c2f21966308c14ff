/** A stream of numbers that depends on nothing but the key it was made from; the same on every machine. */
export interface Random {
  /** A number from 0 up to, and without, 1. */
  next(): number;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
  /** A number with mean 0 and standard deviation 1, never beyond ±4.25. */
  normal(): number;
}

/** Parts of a key: the seed first, then what the stream is for, so that no two purposes share one stream. */
export type RandomKey = readonly (string | number)[];

/** Sum of uniforms: no logarithm or cosine, whose last bit may differ between machines. */
const UNIFORMS_IN_NORMAL = 6;

/** Generator xoshiro128** (Blackman and Vigna), its state filled by splitmix32 from a hash of the key. */
export function createRandom(...key: RandomKey): Random {
  let splitmix = hashKey(key);
  const fill = (): number => {
    splitmix = (splitmix + 0x9e3779b9) | 0;
    return mix(splitmix);
  };
  let a = fill();
  let b = fill();
  let c = fill();
  let d = fill() | 1;

  function next(): number {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result / 0x1_0000_0000;
  }
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: (items) => items[between(0, items.length - 1)] ?? items[0],
    normal: () => {
      let sum = -UNIFORMS_IN_NORMAL / 2;
      for (let drawn = 0; drawn < UNIFORMS_IN_NORMAL; drawn++) sum += next();
      return sum * Math.SQRT2;
    },
  };
}

/** 32 bits from a key. A text and a number that look alike give the same: a seed is often read from a command line. */
export function hashKey(key: RandomKey): number {
  let hash = 0x811c9dc5;
  for (const part of key) {
    const text = String(part);
    for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    hash = mix(hash ^ 0x1f);
  }
  return hash;
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return mixed ^ (mixed >>> 15);
}
