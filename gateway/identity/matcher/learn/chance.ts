import type { Features } from "../compare/features.ts";
import { FIELD_NAMES, type FieldName } from "../compare/fields.ts";
import { compareInto, createLevels } from "../compare/levels.ts";
import { LEVELS_MAX } from "../compare/score.ts";
import { withFamily } from "../model/family.ts";
import type { FieldModel, Model } from "../model/model.ts";
import { createRandom } from "./random.ts";

const PAIRS_DRAWN = 200_000;
const SEED = 20_261_123;
/** Pairs that the probabilities of the model to start from count for. */
const HELD_PAIRS = 20;

/** Learns how any two people agree by chance, from pairs drawn at random. */
export function learnChance(
  model: Model,
  people: { readonly left: readonly Features[]; readonly right: readonly Features[] | undefined },
): Model {
  const { left, right = left } = people;
  const random = createRandom(SEED);
  const levels = createLevels();
  const counts = new Float64Array(FIELD_NAMES.length * LEVELS_MAX);
  const draws = Math.min(PAIRS_DRAWN, 4 * left.length * right.length);
  for (let draw = 0; draw < draws; draw++) {
    const one = left[Math.floor(random() * left.length)];
    const other = right[Math.floor(random() * right.length)];
    if (one === undefined || other === undefined || one === other) continue;
    compareInto(levels, one, other);
    for (let field = 0; field < FIELD_NAMES.length; field++) {
      const level = levels.level[field] ?? -1;
      if (level >= 0) counts[field * LEVELS_MAX + level] = (counts[field * LEVELS_MAX + level] ?? 0) + 1;
    }
  }
  const fields = Object.fromEntries(
    FIELD_NAMES.map((name, field): [FieldName, FieldModel] => {
      const { same, others: held } = model.fields[name];
      const all = held.map((share, level) => (counts[field * LEVELS_MAX + level] ?? 0) + HELD_PAIRS * share);
      const total = all.reduce((sum, count) => sum + count, 0);
      const others = all.map((count) => count / total);
      return [name, withFamily(name, same, others)];
    }),
  ) as Record<FieldName, FieldModel>;
  return { ...model, fields };
}
