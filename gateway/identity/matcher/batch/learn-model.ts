import type { Features, NameForms } from "../compare/features.ts";
import { createScorer } from "../compare/score.ts";
import { learnChance } from "../learn/chance.ts";
import { estimate, type PairTable } from "../learn/estimate.ts";
import type { Model } from "../model/model.ts";
import { type Candidates, findCandidates } from "./candidates.ts";
import { areOfAllAges } from "./families.ts";
import { measurePairs, type People } from "./pair-table.ts";
import type { StandingOf } from "./standing.ts";

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
  const withChance = learnChance(start, people);
  const table = measurePairs(candidates, people, createScorer(withChance), onProgress);
  const first = { ...withChance, ...toFirstPriors(people, pairsInAll) };
  return { model: estimate(table, first, pairsInAll, toBounds(people)), candidates, table };
}

export function countPairs({ left, right }: People): number {
  return right === undefined ? (left.length * (left.length - 1)) / 2 : left.length * right.length;
}

/** Children are called otherwise in so few of a hundred records; a file that shows more shows twins. */
const CHILDREN_OTHER_GIVEN_MAX = 0.02;

function toBounds({ left, right = [] }: People): { readonly otherGivenMax?: number } {
  return areOfAllAges([...left, ...right]) ? {} : { otherGivenMax: CHILDREN_OTHER_GIVEN_MAX };
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

/** People with the rarities of a model in place of those they were made with, and their names as the files show them. */
export function withRarities(people: readonly Features[], model: Model, standingOf: StandingOf): readonly Features[] {
  const { given, family, birthDate, postcode } = model.frequencies;
  const toBits = ({ values, unlisted }: typeof given, value: string): number =>
    -Math.log2(Math.max(values[value] ?? 0, unlisted));
  const known = new Map<string, NameForms>();
  const stand = (forms: NameForms): NameForms => {
    const before = known.get(forms.word);
    if (before !== undefined) return before;
    const stood = { ...forms, ...standingOf(forms.word) };
    known.set(forms.word, stood);
    return stood;
  };
  return people.map((person) => ({
    ...person,
    names: person.names.map((name) => ({
      ...name,
      given_bits: toBits(given, name.given),
      family_bits: toBits(family, name.family),
      givenForms: stand(name.givenForms),
      wordForms: name.wordForms.map(stand),
    })),
    birthDates: person.birthDates.map(({ date }) => ({ date, bits: toBits(birthDate, String(date)) })),
    postcodes: person.postcodes.map((place) => ({ ...place, bits: toBits(postcode, place.code) })),
  }));
}
