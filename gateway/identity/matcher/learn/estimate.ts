import { FIELD_NAMES, type FieldName, GIVEN } from "../compare/fields.ts";
import { LEVELS_MAX, toClassWeights } from "../compare/score.ts";
import { withFamily } from "../model/family.ts";
import type { FieldModel, Model } from "../model/model.ts";

/** Levels and rarities of many pairs, column by column. */
export interface PairTable {
  readonly size: number;
  /** `FIELD_NAMES.length` levels a pair. */
  readonly levels: Int8Array;
  /** Bits that the rarity of values adds for one person, and for people of one family: two a pair. */
  readonly rarity_bits: Float32Array;
}

export interface Priors {
  readonly prior_bits: number;
  readonly twinsPrior_bits: number;
  readonly siblingsPrior_bits: number;
  readonly namesakesPrior_bits: number;
}

const ROUNDS_MAX = 40;
const ENOUGH = 1e-4;
/** Pairs that the probabilities set by hand count for, so that no level gets probability 0. */
const HELD_PAIRS = 8;
const FIELDS_COUNT = FIELD_NAMES.length;

/**
 * Learns, without labels, how records of one person agree and how many such pairs there are, by expectation and
 * maximisation. Every pair outside the table counts as of two people; chance agreement (`others`) is given and stays.
 *
 * @param pairsInAll number of pairs of the files, blocked or not
 * @param families number of pairs of twins and of siblings, where it is known otherwise and not to be learned, and the
 *   most that records of one person may differ in the given name: what does so more often in a file is twins
 */
export function estimate(
  table: PairTable,
  start: Model,
  pairsInAll: number,
  families: { readonly twins?: number; readonly siblings?: number; readonly otherGivenMax?: number } = {},
): Model {
  let model = start;
  let before = Number.NEGATIVE_INFINITY;
  let looked = table;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    if (round === ROUNDS_WITH_ALL) looked = leaveOutHopeless(table, model);
    const expected = expect(looked, model);
    const { otherGivenMax, ...known } = families;
    model = maximise(model, { ...expected, ...known }, start, pairsInAll);
    if (otherGivenMax !== undefined) model = withNamesakes(boundOtherGiven(model, otherGivenMax));
    if (Math.abs(expected.same - before) < ENOUGH * Math.max(1, before)) break;
    before = expected.same;
  }
  return model;
}

const ROUNDS_WITH_ALL = 3;
/** Below this chance of being more than two of any people a pair teaches nothing. */
const HOPELESS = 1e-6;

/** The pairs that may still be of one person or of relatives. */
function leaveOutHopeless(table: PairTable, model: Model): PairTable {
  const weigh = createWeigher(table, model);
  const kept = new Uint32Array(table.size);
  let size = 0;
  for (let pair = 0; pair < table.size; pair++) {
    const { same, twins, siblings, namesakes } = weigh(pair);
    if (same + twins + siblings + namesakes > HOPELESS) kept[size++] = pair;
  }
  const levels = new Int8Array(size * FIELDS_COUNT);
  const rarity_bits = new Float32Array(size * 2);
  for (let at = 0; at < size; at++) {
    const pair = kept[at] ?? 0;
    levels.set(table.levels.subarray(pair * FIELDS_COUNT, (pair + 1) * FIELDS_COUNT), at * FIELDS_COUNT);
    rarity_bits[2 * at] = table.rarity_bits[2 * pair] ?? 0;
    rarity_bits[2 * at + 1] = table.rarity_bits[2 * pair + 1] ?? 0;
  }
  return { size, levels, rarity_bits };
}

interface Expected {
  readonly same: number;
  readonly twins: number;
  readonly siblings: number;
  readonly namesakes: number;
  /** Pairs of one person at each level. */
  readonly levels: Float64Array;
}

/** Odds of a pair of being of one person, of twins, of siblings, against any two people. */
export interface ClassOdds {
  same: number;
  twins: number;
  siblings: number;
  namesakes: number;
}

/** Gives the odds of each pair of a table, one after the other, in one object that is written anew each time. */
export function createWeigher({ levels, rarity_bits }: PairTable, model: Model): (pair: number) => ClassOdds {
  const same = toClassWeights(model, "same");
  const twins = toClassWeights(model, "twins");
  const siblings = toClassWeights(model, "siblings");
  const namesakes = toClassWeights(model, "namesakes");
  const odds: ClassOdds = { same: 0, twins: 0, siblings: 0, namesakes: 0 };
  return (pair) => {
    let same_bits = model.prior_bits + (rarity_bits[2 * pair] ?? 0);
    let twins_bits = model.twinsPrior_bits + (rarity_bits[2 * pair + 1] ?? 0);
    let siblings_bits = model.siblingsPrior_bits + (rarity_bits[2 * pair + 1] ?? 0);
    let namesakes_bits = model.namesakesPrior_bits + (rarity_bits[2 * pair] ?? 0);
    const from = pair * FIELDS_COUNT;
    for (let field = 0, row = 0; field < FIELDS_COUNT; field++, row += LEVELS_MAX) {
      const level = levels[from + field] ?? -1;
      if (level < 0) continue;
      same_bits += same[row + level] ?? 0;
      twins_bits += twins[row + level] ?? 0;
      siblings_bits += siblings[row + level] ?? 0;
      namesakes_bits += namesakes[row + level] ?? 0;
    }
    odds.same = 2 ** same_bits;
    odds.twins = 2 ** twins_bits;
    odds.siblings = 2 ** siblings_bits;
    odds.namesakes = 2 ** namesakes_bits;
    return odds;
  };
}

function expect(table: PairTable, model: Model): Expected {
  const weigh = createWeigher(table, model);
  const counts = new Float64Array(FIELDS_COUNT * LEVELS_MAX);
  const sums = { same: 0, twins: 0, siblings: 0, namesakes: 0 };
  for (let pair = 0; pair < table.size; pair++) {
    const odds = weigh(pair);
    const all = 1 + odds.same + odds.twins + odds.siblings + odds.namesakes;
    sums.twins += odds.twins / all;
    sums.siblings += odds.siblings / all;
    sums.namesakes += odds.namesakes / all;
    const probability = odds.same / all;
    if (probability < 1e-6) continue;
    sums.same += probability;
    for (let field = 0; field < FIELDS_COUNT; field++) {
      const level = table.levels[pair * FIELDS_COUNT + field] ?? -1;
      if (level >= 0) counts[field * LEVELS_MAX + level] = (counts[field * LEVELS_MAX + level] ?? 0) + probability;
    }
  }
  return { ...sums, levels: counts };
}

function maximise(model: Model, expected: Expected, start: Model, pairsInAll: number): Model {
  const fields = Object.fromEntries(
    FIELD_NAMES.map((name, field): [FieldName, FieldModel] => {
      const held = start.fields[name].same;
      const counts = held.map(
        (share, level) => (expected.levels[field * LEVELS_MAX + level] ?? 0) + HELD_PAIRS * share,
      );
      const total = counts.reduce((sum, count) => sum + count, 0);
      const same = counts.map((count) => count / total);
      return [name, withFamily(name, same, model.fields[name].others)];
    }),
  ) as Record<FieldName, FieldModel>;
  return { ...model, fields, ...toPriors(expected, pairsInAll) };
}

/** Scales the levels at which given names are those of two children down to a share, and the others up. */
function boundOtherGiven(model: Model, most: number): Model {
  const { same, others } = model.fields.given;
  const [differing, rest] = same.reduce<readonly [number, number]>(
    ([is, not], share, level) => (OTHER_GIVEN.has(level) ? [is + share, not] : [is, not + share]),
    [0, 0],
  );
  if (differing <= most) return model;
  const bounded = same.map((share, level) =>
    OTHER_GIVEN.has(level) ? (share * most) / differing : (share * (1 - most)) / rest,
  );
  return { ...model, fields: { ...model.fields, given: withFamily("given", bounded, others) } };
}

/** However few a file shows, one pair of namesakes by origin comes to so many pairs of one child: 1 in 16. */
const NAMESAKES_FEWER_MAX_bits = 4;

function withNamesakes(model: Model): Model {
  const least_bits = model.prior_bits - NAMESAKES_FEWER_MAX_bits;
  return { ...model, namesakesPrior_bits: Math.max(model.namesakesPrior_bits, least_bits) };
}

const OTHER_GIVEN: ReadonlySet<number> = new Set([GIVEN.alike, GIVEN.partDiffers, GIVEN.different]);

const PAIRS_MIN = 0.01;

function toPriors({ same, twins, siblings, namesakes }: Omit<Expected, "levels">, pairsInAll: number): Priors {
  const toBits = (pairs: number): number => Math.log2(Math.max(pairs, PAIRS_MIN) / Math.max(1, pairsInAll));
  return {
    prior_bits: toBits(same),
    twinsPrior_bits: toBits(twins),
    siblingsPrior_bits: toBits(siblings),
    namesakesPrior_bits: toBits(namesakes),
  };
}
