import { LIMITS } from "../limits.ts";

/** Names of the records that a delivery has brought so far. */
export interface SeenRecords {
  /** Notes a name; true when it came before. */
  addAgain(name: string): boolean;
}

const SLOTS_FIRST = 4_096;

/**
 * Keeps 53 bits of each name, in at most twice eight bytes for each of `max` names; names beyond count as new. Of a
 * million names two share their bits once in 18,000 deliveries, and one more then counts as having come before.
 */
export function createSeenRecords(max: number = LIMITS.seen_records_max): SeenRecords {
  let slots = new Float64Array(SLOTS_FIRST);
  let count = 0;

  const grow = (): void => {
    const before = slots;
    slots = new Float64Array(before.length * 2);
    for (const digest of before) if (digest !== 0) slots[placeOf(slots, digest)] = digest;
  };
  return {
    addAgain(name) {
      const digest = digestOf(name);
      const place = placeOf(slots, digest);
      if (slots[place] === digest) return true;
      if (count >= max) return false;
      slots[place] = digest;
      count += 1;
      if (count * 3 > slots.length * 2) grow();
      return false;
    },
  };
}

/** Where the digest stands, or would. */
function placeOf(slots: Float64Array, digest: number): number {
  let place = digest % slots.length;
  while (slots[place] !== 0 && slots[place] !== digest) place = (place + 1) % slots.length;
  return place;
}

/** Two hashes of 32 bits (MurmurHash2's steps) put together; never 0. */
function digestOf(name: string): number {
  let left = 0xdeadbeef;
  let right = 0x41c6ce57;
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    left = Math.imul(left ^ code, 2_654_435_761);
    right = Math.imul(right ^ code, 1_597_334_677);
  }
  left = Math.imul(left ^ (left >>> 16), 2_246_822_507) ^ Math.imul(right ^ (right >>> 13), 3_266_489_909);
  right = Math.imul(right ^ (right >>> 16), 2_246_822_507) ^ Math.imul(left ^ (left >>> 13), 3_266_489_909);
  return 4_294_967_296 * (2_097_151 & right) + (left >>> 0) + 1;
}
