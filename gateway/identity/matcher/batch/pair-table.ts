import type { Features } from "../compare/features.ts";
import { FIELD_NAMES } from "../compare/fields.ts";
import type { Scorer } from "../compare/score.ts";
import type { PairTable } from "../learn/estimate.ts";
import type { Candidates } from "./candidates.ts";

const FIELDS_COUNT = FIELD_NAMES.length;
const PAIRS_A_STEP = 20_000;

export interface People {
  readonly left: readonly Features[];
  /** Absent: pairs within `left`. */
  readonly right: readonly Features[] | undefined;
}

/** Compares every candidate pair once, and keeps what the comparison found. */
export function measurePairs(
  candidates: Candidates,
  { left, right = left }: People,
  scorer: Scorer,
  onProgress: (share: number) => void = () => {},
): PairTable {
  const levels = new Int8Array(candidates.size * FIELDS_COUNT);
  const rarity_bits = new Float32Array(candidates.size * 2);
  for (let pair = 0; pair < candidates.size; pair++) {
    const one = left[candidates.left[pair] ?? 0];
    const other = right[candidates.right[pair] ?? 0];
    if (one === undefined || other === undefined) continue;
    scorer.measure(one, other);
    levels.set(scorer.levels.level, pair * FIELDS_COUNT);
    rarity_bits[2 * pair] = scorer.rarity_bits[0] ?? 0;
    rarity_bits[2 * pair + 1] = scorer.rarity_bits[1] ?? 0;
    if (pair % PAIRS_A_STEP === 0) onProgress(pair / candidates.size);
  }
  onProgress(1);
  return { size: candidates.size, levels, rarity_bits };
}
