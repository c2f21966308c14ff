import type { FieldEvidence } from "../matcher.ts";
import type { Model } from "../model/model.ts";
import type { Features, Unnamed } from "./features.ts";
import { FIELD, FIELD_NAMES, FIELDS, GIVEN } from "./fields.ts";
import { compareAllButNames, compareInto, createLevels, type Levels, leaveOutMove } from "./levels.ts";

/** Room for the levels of one field in a table of weights. */
export const LEVELS_MAX = 12;
/** A slip may have struck either value, so that the rarity of what nearly agrees counts for half, within bounds. */
const RARITY_SHARE = 0.5;
const RARITY_BOUND_bits = 4;

const HAIR_bits = 1e-6;

/** The fields whose values are had by few or many, by their places; they come first among the fields. */
const RARE_FIELDS = [
  [FIELD.given, "given"],
  [FIELD.family, "family"],
  [FIELD.birthDate, "birthDate"],
  [FIELD.postcode, "postcode"],
] as const;

/** Weighs pairs by one model. Allocates nothing but in `explain`. */
export interface Scorer {
  /** Compares a pair, field by field, into `levels` and `rarity_bits`. */
  measure(left: Features, right: Features): void;
  /** Log2 odds of one person after all evidence. */
  score(left: Features, right: Features): number;
  /** Bits that no names of somebody could add to, when compared with one whose names are not known. */
  mostOfNames(asked: Features): number;
  /** What the score could be at most, whatever the names, of which `most_bits` is known. */
  scoreAtMost(left: Features, right: Unnamed, most_bits: number): number;
  /** Evidence of the pair that was scored last; its bits add up to the score. */
  explain(): readonly FieldEvidence[];
  /** Levels of the pair that was measured or scored last. */
  readonly levels: Levels;
  /** Bits that the rarity of its values adds for one person, and for people of one family. */
  readonly rarity_bits: Float64Array;
}

export function createScorer(model: Model): Scorer {
  const levels = createLevels();
  const { level } = levels;
  const [same, twins] = [toClassWeights(model, "same"), toClassWeights(model, "twins")];
  const siblings = toClassWeights(model, "siblings");
  const namesakes = toClassWeights(model, "namesakes");
  const average_bits = RARE_FIELDS.map(([, name]) => model.frequencies[name].average_bits);
  const [rarity_bits, class_bits] = [new Float64Array(2), new Float64Array(3)];

  /** Bits that come from the value of a field, beside those of its level. */
  const rarityOf = (place: number): number => {
    const field = RARE_FIELDS[place]?.[0] ?? 0;
    const bits = levels.rarity_bits[field] ?? 0;
    if (bits === 0) return 0;
    const average = average_bits[place] ?? 0;
    if (level[field] === 0) return field === FIELD.birthDate ? Math.min(average, bits) : bits;
    if (field === FIELD.given && level[field] === GIVEN.swapped) return bits;
    return Math.max(-RARITY_BOUND_bits, Math.min(RARITY_BOUND_bits, (bits - average) * RARITY_SHARE));
  };

  const tie = (): number =>
    -Math.log2(1 + 2 ** (class_bits[0] ?? 0) + 2 ** (class_bits[1] ?? 0) + 2 ** (class_bits[2] ?? 0));

  const measure = (left: Features, right: Features): void => {
    compareInto(levels, left, right);
    leaveOutMove(level);
    const given = rarityOf(0);
    const shared = rarityOf(1) + rarityOf(2) + rarityOf(3);
    rarity_bits[0] = given + shared;
    // Two names of one family that are alike are no slip of one another; a rare name sounds like its spellings too.
    rarity_bits[1] = (level[FIELD.given] ?? GIVEN.different) <= GIVEN.spelling ? given + shared : shared;
  };

  return {
    levels,
    rarity_bits,
    measure,
    score(left, right) {
      measure(left, right);
      let same_bits = model.prior_bits + (rarity_bits[0] ?? 0);
      let twins_bits = model.twinsPrior_bits + (rarity_bits[1] ?? 0);
      let siblings_bits = model.siblingsPrior_bits + (rarity_bits[1] ?? 0);
      let namesakes_bits = model.namesakesPrior_bits + (rarity_bits[0] ?? 0);
      for (let field = 0, from = 0; field < level.length; field++, from += LEVELS_MAX) {
        const reached = level[field] ?? -1;
        if (reached < 0) continue;
        same_bits += same[from + reached] ?? 0;
        twins_bits += twins[from + reached] ?? 0;
        siblings_bits += siblings[from + reached] ?? 0;
        namesakes_bits += namesakes[from + reached] ?? 0;
      }
      class_bits[0] = twins_bits;
      class_bits[1] = siblings_bits;
      class_bits[2] = namesakes_bits;
      return same_bits + tie();
    },
    mostOfNames: createMostOfNames(same, average_bits),
    scoreAtMost(left, right, most_bits) {
      compareAllButNames(levels, left, right);
      leaveOutMove(level);
      let bits = model.prior_bits + most_bits + rarityOf(2) + rarityOf(3);
      for (let field = FIELD.birthDate; field < level.length; field++) {
        const reached = level[field] ?? -1;
        if (reached >= 0) bits += same[field * LEVELS_MAX + reached] ?? 0;
      }
      // Added in another order, the same bits may differ by a hair.
      return bits + HAIR_bits;
    },
    explain() {
      const evidence: FieldEvidence[] = [{ field: "prior", level: "before any evidence", bits: model.prior_bits }];
      for (const [field, name] of FIELD_NAMES.entries()) {
        const reached = level[field] ?? -1;
        if (reached < 0) continue;
        const bits = (same[field * LEVELS_MAX + reached] ?? 0) + (field < RARE_FIELDS.length ? rarityOf(field) : 0);
        evidence.push({ field: name, level: FIELDS[name][reached] ?? "", bits });
      }
      evidence.push({ field: "family-tie", level: "what twins, siblings and namesakes share too", bits: tie() });
      return evidence;
    },
  };
}

/**
 * What agrees throughout gives most, or what nearly agrees, of which no value counts as rarer than the one asked for;
 * swapped names, those of both at once.
 */
function createMostOfNames(same: Float64Array, average_bits: readonly number[]): Scorer["mostOfNames"] {
  const atLevel = (field: number, level: number): number => same[field * LEVELS_MAX + level] ?? 0;
  const mostOf = (place: number): ((bits: number) => number) => {
    const field = RARE_FIELDS[place]?.[0] ?? 0;
    const average = average_bits[place] ?? 0;
    const levels = Array.from({ length: LEVELS_MAX - 1 }, (_, at) => at + 1);
    const near = levels.filter((level) => field !== FIELD.given || level !== GIVEN.swapped);
    const nearly = Math.max(...near.map((level) => atLevel(field, level)));
    const rarity = (bits: number): number => Math.max(0, Math.min(RARITY_BOUND_bits, (bits - average) * RARITY_SHARE));
    return (bits) => Math.max(0, nearly + rarity(bits), atLevel(field, 0) + bits);
  };
  const [mostOfGiven, mostOfFamily] = [mostOf(0), mostOf(1)];
  return ({ names }) => {
    let [given, family, both] = [0, 0, 0];
    for (const { given_bits, family_bits } of names) {
      given = Math.max(given, given_bits);
      family = Math.max(family, family_bits);
      both = Math.max(both, given_bits + family_bits);
    }
    const [mostGiven, mostFamily] = [mostOfGiven(given), mostOfFamily(family)];
    const swapped = atLevel(FIELD.given, GIVEN.swapped) + both;
    return names.length > 1 ? Math.max(mostGiven, swapped) + mostFamily : Math.max(mostGiven + mostFamily, swapped);
  };
}

/** What two records may be of. */
export type PairClass = "same" | "twins" | "siblings" | "namesakes";

/**
 * Log2 of how much more often each level comes about in a class of pairs than by chance; where the chance depends on the
 * value agreed on, its rarity takes the place of the chance.
 */
export function toClassWeights(model: Model, kind: PairClass): Float64Array {
  const weights = new Float64Array(FIELD_NAMES.length * LEVELS_MAX);
  for (const [field, name] of FIELD_NAMES.entries()) {
    const { [kind]: probabilities, others } = model.fields[name];
    for (let level = 0; level < probabilities.length; level++) {
      const isRarity = isByRarity(field, level, kind);
      weights[field * LEVELS_MAX + level] = Math.log2(
        (probabilities[level] ?? 1) / (isRarity ? 1 : (others[level] ?? 1)),
      );
    }
  }
  return weights;
}

/** Whether the chance of agreement is told by how rare the values are. Swapped names are of no brother or sister. */
function isByRarity(field: number, level: number, kind: PairClass): boolean {
  if (level === 0) return field < RARE_FIELDS.length;
  return (kind === "same" || kind === "namesakes") && field === FIELD.given && level === GIVEN.swapped;
}
