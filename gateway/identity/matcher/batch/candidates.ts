import type { Features } from "../compare/features.ts";
import { addBatchKeys, KEY_FAMILIES, type KeyFamily } from "./batch-keys.ts";

/** Pairs to compare: places of the left and of the right person, without repetition, in order. */
export interface Candidates {
  readonly size: number;
  readonly left: Uint32Array;
  readonly right: Uint32Array;
  /** Blocks that were too large to compare within, by family of keys, and the pairs in them. */
  readonly overflow: readonly { readonly family: string; readonly blocks: number; readonly pairs: number }[];
}

/** Pairs that one family of keys may bring, a record: of the precise families, and of those that are last resorts. */
const PAIRS_A_RECORD = { precise: 100, resort: 12 } as const;
/** In large files the precise families find nearly all that there is to find. */
const PAIRS_A_RECORD_OF_MANY = { precise: 40, resort: 3 } as const;
const PRECISE_FAMILIES = 8;
/** The last family has dozens of keys a record, and is left out where there are more records than these. */
const RECORDS_FEW_MAX = 60_000;
/** With few records more can be afforded of each. */
const PAIRS_IN_ALL_MIN = 40_000;

/**
 * Pairs of people that have a key in common. Small blocks first; a family whose pairs are spent leaves its larger blocks
 * out and counts them. Without `right`, pairs within `left`.
 *
 * @param only the families of keys to look at, all where it is absent
 */
export function findCandidates(
  left: readonly Features[],
  right: readonly Features[] | undefined,
  only?: readonly KeyFamily[],
): Candidates {
  const records = left.length + (right?.length ?? 0);
  const families = records > RECORDS_FEW_MAX ? KEY_FAMILIES.length - 1 : KEY_FAMILIES.length;
  const shares = records > RECORDS_FEW_MAX ? PAIRS_A_RECORD_OF_MANY : PAIRS_A_RECORD;
  const span = Math.max(left.length, right?.length ?? 0);
  const leftKeys = collectKeys(left, { families, span, only });
  const rightKeys = right === undefined ? leftKeys : collectKeys(right, { families, span, only });
  const width = right?.length ?? left.length;
  const found: Float64Array[] = [];
  const overflow: { family: string; blocks: number; pairs: number }[] = [];
  for (const [family, name] of KEY_FAMILIES.entries()) {
    if (only !== undefined && !only.includes(name)) continue;
    const share = family < PRECISE_FAMILIES ? shares.precise : shares.resort;
    const budget = Math.max(PAIRS_IN_ALL_MIN, share * records);
    const blocks = toBlocks(leftKeys[family], rightKeys[family], right === undefined);
    const { taken, pairs } = takeSmallest(blocks, budget);
    if (taken < blocks.length) {
      const left_out = blocks.slice(taken);
      overflow.push({
        family: name,
        blocks: left_out.length,
        pairs: left_out.reduce((sum, block) => sum + block.pairs, 0),
      });
    }
    found.push(toCodes(blocks.slice(0, taken), pairs, width, right === undefined));
  }
  return { ...toPairs(found, width), overflow };
}

/** Keys in order, and whose they are. */
interface KeyTable {
  readonly keys: Float64Array;
  readonly owners: Uint32Array;
}

function collectKeys(
  people: readonly Features[],
  { families, span, only }: { families: number; span: number; only: readonly KeyFamily[] | undefined },
): readonly KeyTable[] {
  // Key and owner in one number, so that a plain sort of numbers puts both in order.
  const ownerSpan = 2 ** Math.ceil(Math.log2(Math.max(2, span)));
  const keySpan = Number.MAX_SAFE_INTEGER / ownerSpan;
  const entries: number[][] = KEY_FAMILIES.map(() => []);
  const isLeftOut = KEY_FAMILIES.map((name) => only?.includes(name) === false);
  for (const [owner, person] of people.entries()) {
    addBatchKeys(person, families, (family, key) => {
      if (isLeftOut[family] === true) return;
      entries[family]?.push(Math.floor(key % keySpan) * ownerSpan + owner);
    });
  }
  return entries.map((list) => {
    const sorted = Float64Array.from(list).sort();
    let size = 0;
    for (const [at, entry] of sorted.entries()) if (at === 0 || entry !== sorted[at - 1]) sorted[size++] = entry;
    const kept = sorted.subarray(0, size);
    return {
      keys: Float64Array.from(kept, (entry) => Math.floor(entry / ownerSpan)),
      owners: Uint32Array.from(kept, (entry) => entry % ownerSpan),
    };
  });
}

interface Block {
  readonly left: Uint32Array;
  readonly right: Uint32Array;
  readonly pairs: number;
}

const EMPTY: KeyTable = { keys: new Float64Array(), owners: new Uint32Array() };

/** Blocks of both sides, the smallest first. */
function toBlocks(left: KeyTable = EMPTY, right: KeyTable = EMPTY, isWithin: boolean): readonly Block[] {
  const blocks: Block[] = [];
  let at = 0;
  let other = 0;
  while (at < left.keys.length && other < right.keys.length) {
    const key = left.keys[at] ?? 0;
    const otherKey = right.keys[other] ?? 0;
    if (key < otherKey) at++;
    else if (otherKey < key) other++;
    else {
      const end = endOf(left.keys, at);
      const otherEnd = endOf(right.keys, other);
      const pairs = isWithin ? ((end - at) * (end - at - 1)) / 2 : (end - at) * (otherEnd - other);
      if (pairs > 0) {
        blocks.push({ left: left.owners.subarray(at, end), right: right.owners.subarray(other, otherEnd), pairs });
      }
      at = end;
      other = otherEnd;
    }
  }
  return blocks.sort((one, another) => one.pairs - another.pairs);
}

function endOf(keys: Float64Array, from: number): number {
  let end = from + 1;
  while (end < keys.length && keys[end] === keys[from]) end++;
  return end;
}

function takeSmallest(blocks: readonly Block[], budget: number): { taken: number; pairs: number } {
  let pairs = 0;
  for (const [taken, block] of blocks.entries()) {
    if (pairs + block.pairs > budget) return { taken, pairs };
    pairs += block.pairs;
  }
  return { taken: blocks.length, pairs };
}

/** Pairs as `left × width + right`; within one file the smaller place is left. */
function toCodes(blocks: readonly Block[], pairs: number, width: number, isWithin: boolean): Float64Array {
  const codes = new Float64Array(pairs);
  let at = 0;
  for (const { left, right } of blocks) {
    for (let one = 0; one < left.length; one++) {
      const owner = left[one] ?? 0;
      for (let other = isWithin ? one + 1 : 0; other < right.length; other++) {
        const partner = right[other] ?? 0;
        if (!isWithin) codes[at++] = owner * width + partner;
        else if (owner !== partner) codes[at++] = Math.min(owner, partner) * width + Math.max(owner, partner);
      }
    }
  }
  return codes.subarray(0, at);
}

function toPairs(
  found: readonly Float64Array[],
  width: number,
): { size: number; left: Uint32Array; right: Uint32Array } {
  const codes = new Float64Array(found.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of found) {
    codes.set(part, at);
    at += part.length;
  }
  codes.sort();
  let size = 0;
  for (let place = 0; place < codes.length; place++) {
    if (place === 0 || codes[place] !== codes[place - 1]) codes[size++] = codes[place] ?? 0;
  }
  const left = new Uint32Array(size);
  const right = new Uint32Array(size);
  for (let place = 0; place < size; place++) {
    const code = codes[place] ?? 0;
    left[place] = Math.floor(code / width);
    right[place] = code % width;
  }
  return { size, left, right };
}
