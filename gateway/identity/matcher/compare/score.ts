import type { FieldEvidence } from "../matcher.ts";
import type { Model } from "../model/model.ts";
import type { Features } from "./features.ts";
import { FIELD, FIELD_NAMES, FIELDS } from "./fields.ts";
import { compareInto, createLevels, type Levels } from "./levels.ts";

const LEVELS_MAX = 10;
/** A slip may have struck either value, so that the rarity of what nearly agrees counts for half, within bounds. */
const RARITY_SHARE = 0.5;
const RARITY_BOUND_bits = 4;

/** Weighs pairs by one model. */
export interface Scorer {
  /** Log2 odds of one person after all evidence. Allocates nothing. Leaves the levels in `levels`. */
  score(left: Features, right: Features): number;
  /** Evidence of the pair that was scored last; its bits add up to the score. */
  explain(): readonly FieldEvidence[];
  /** Levels of the pair that was scored last. */
  readonly levels: Levels;
}

export function createScorer(model: Model): Scorer {
  const levels = createLevels();
  const one = toWeights(model, "same");
  const twins = toWeights(model, "twins");
  const siblings = toWeights(model, "siblings");
  const average_bits = FIELD_NAMES.map((name) => -Math.log2(model.fields[name].others[0] ?? 1));

  const rarity = (field: number, level: number): number => {
    const average = average_bits[field] ?? 0;
    const above = (levels.rarity_bits[field] ?? 0) - average;
    if (level === 0) return field === FIELD.birthDate ? Math.min(0, above) : above;
    return Math.max(-RARITY_BOUND_bits, Math.min(RARITY_BOUND_bits, above * RARITY_SHARE));
  };

  /** Bits that come from the value, beside those of the level. */
  const rarityOf = (field: number, level: number): number => {
    if (levels.rarity_bits[field] === 0) return 0;
    if (field === FIELD.given || field === FIELD.family) return rarity(field, level);
    return level === 0 && (field === FIELD.postcode || field === FIELD.birthDate) ? rarity(field, level) : 0;
  };

  const tie = (twins_bits: number, siblings_bits: number): number =>
    -Math.log2(1 + 2 ** twins_bits + 2 ** siblings_bits);

  let twins_bits = 0;
  let siblings_bits = 0;

  return {
    levels,
    score(left, right) {
      compareInto(levels, left, right);
      let bits = model.prior_bits;
      twins_bits = model.twinsPrior_bits;
      siblings_bits = model.siblingsPrior_bits;
      for (let field = 0; field < FIELD_NAMES.length; field++) {
        const level = levels.level[field] ?? -1;
        if (level < 0) continue;
        const at = field * LEVELS_MAX + level;
        const value_bits = rarityOf(field, level);
        bits += (one[at] ?? 0) + value_bits;
        twins_bits += (twins[at] ?? 0) + (field === FIELD.given ? 0 : value_bits);
        siblings_bits += (siblings[at] ?? 0) + (field === FIELD.given || field === FIELD.birthDate ? 0 : value_bits);
      }
      return bits + tie(twins_bits, siblings_bits);
    },
    explain() {
      const evidence: FieldEvidence[] = [{ field: "prior", level: "before any evidence", bits: model.prior_bits }];
      for (const [field, name] of FIELD_NAMES.entries()) {
        const level = levels.level[field] ?? -1;
        if (level < 0) continue;
        const bits = (one[field * LEVELS_MAX + level] ?? 0) + rarityOf(field, level);
        evidence.push({ field: name, level: FIELDS[name][level] ?? "", bits });
      }
      evidence.push({
        field: "family-tie",
        level: "what twins, brothers and sisters share too",
        bits: tie(twins_bits, siblings_bits),
      });
      return evidence;
    },
  };
}

function toWeights(model: Model, kind: "same" | "twins" | "siblings"): Float64Array {
  const weights = new Float64Array(FIELD_NAMES.length * LEVELS_MAX);
  for (const [field, name] of FIELD_NAMES.entries()) {
    const { [kind]: probabilities, others } = model.fields[name];
    for (let level = 0; level < probabilities.length; level++) {
      weights[field * LEVELS_MAX + level] = Math.log2((probabilities[level] ?? 1) / (others[level] ?? 1));
    }
  }
  return weights;
}
