import type { Features } from "../compare/features.ts";
import { createScorer } from "../compare/score.ts";
import { learnChance } from "../learn/chance.ts";
import { estimate, type PairTable } from "../learn/estimate.ts";
import type { Model } from "../model/model.ts";
import { isGivenName } from "../normalise/nicknames.ts";
import { type Candidates, findCandidates } from "./candidates.ts";
import { measurePairs, type People } from "./pair-table.ts";

export interface Learned {
  readonly model: Model;
  readonly candidates: Candidates;
  readonly table: PairTable;
}

/** Finds the pairs to compare, compares them, and learns from them how records of one person agree. */
export function learnModel(
  people: People,
  start: Model,
  options: { readonly candidates?: Candidates | undefined; readonly onProgress: (share: number) => void },
): Learned {
  const { candidates = findCandidates(people.left, people.right), onProgress } = options;
  const pairsInAll = countPairs(people);
  const scorer = createScorer(start);
  const withChance = learnChance(start, scorer, people);
  const table = measurePairs(candidates, people, createScorer(withChance), onProgress);
  const first = { ...withChance, ...toFirstPriors(people, pairsInAll) };
  return { model: estimate(table, first, pairsInAll), candidates, table };
}

export function countPairs({ left, right }: People): number {
  return right === undefined ? (left.length * (left.length - 1)) / 2 : left.length * right.length;
}

/** Before anything is known: half of the smaller file has a partner. */
function toFirstPriors({ left, right = left }: People, pairsInAll: number) {
  const prior_bits = Math.log2((0.5 * Math.min(left.length, right.length)) / Math.max(1, pairsInAll));
  return {
    prior_bits,
    twinsPrior_bits: prior_bits - 5,
    siblingsPrior_bits: prior_bits - 3,
    namesakesPrior_bits: prior_bits - 2,
  };
}

/** People with the rarities of a model in place of those they were made with. */
export function withRarities(people: readonly Features[], model: Model): readonly Features[] {
  const { given, family, birthDate, postcode } = model.frequencies;
  const toBits = ({ values, unlisted }: typeof given, value: string): number =>
    -Math.log2(Math.max(values[value] ?? 0, unlisted));
  return people.map((person) => ({
    ...person,
    names: person.names.map((name) => ({
      ...name,
      given_bits: toBits(given, name.given),
      family_bits: toBits(family, name.family),
      isKnownGiven: isGivenName(name.given) || (given.values[name.given] ?? 0) >= model.knownGivenShare,
    })),
    birthDates: person.birthDates.map(({ date }) => ({ date, bits: toBits(birthDate, String(date)) })),
    postcodes: person.postcodes.map((place) => ({ ...place, bits: toBits(postcode, place.code) })),
  }));
}
