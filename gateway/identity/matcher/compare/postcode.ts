import type { PostcodeFeatures } from "./features.ts";
import { FIELD, MISSING, POSTCODE } from "./fields.ts";
import type { Levels } from "./levels.ts";
import { isOneSlip } from "./similarity.ts";

export function comparePostcodes(
  levels: Levels,
  left: readonly PostcodeFeatures[],
  right: readonly PostcodeFeatures[],
): void {
  let best: number = left.length === 0 || right.length === 0 ? MISSING : POSTCODE.different;
  let rarity_bits = 0;
  for (const one of left) {
    for (const other of right) {
      const level = compareCodes(one, other);
      if (level < best) {
        best = level;
        if (level === POSTCODE.same) rarity_bits = one.bits;
      }
    }
  }
  levels.level[FIELD.postcode] = best;
  levels.rarity_bits[FIELD.postcode] = rarity_bits;
}

function compareCodes(left: PostcodeFeatures, right: PostcodeFeatures): number {
  if (left.code === right.code) return POSTCODE.same;
  if (isOneSlip(left.code, right.code)) return POSTCODE.slip;
  if (left.outward !== "" && left.outward === right.outward) return POSTCODE.district;
  return left.area !== "" && left.area === right.area ? POSTCODE.area : POSTCODE.different;
}
