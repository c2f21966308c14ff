import { createScorer } from "../compare/score.ts";
import type { Population } from "../grade.ts";
import { createWeigher, estimate, type PairTable } from "../learn/estimate.ts";
import { type Population as Counted, countFrequencies } from "../learn/frequencies.ts";
import type { Model } from "../model/model.ts";
import type { Candidates } from "./candidates.ts";
import { findCandidates } from "./candidates.ts";
import { areFamilyless, areOfAllAges, expectTwins, lookWithin } from "./families.ts";
import { countPairs, learnModel, withRarities } from "./learn-model.ts";
import { toMatchingProbabilities, type Uniqueness } from "./one-to-one.ts";
import { measurePairs, type People } from "./pair-table.ts";
import { toStandings } from "./standing.ts";
import { joinTwinNames, type TwinNames } from "./twin-names.ts";
import { rootOf } from "./union.ts";

export interface Linked {
  readonly model: Model;
  readonly people: People;
  readonly candidates: Candidates;
  readonly table: PairTable;
  readonly probability: Float64Array;
  readonly unique: Uniqueness;
  readonly population: Population;
  /** What twins of the files are called; of files that hold a person more than once nothing. */
  readonly twinNames: TwinNames;
}

/** A name that so many others bear is no slip of the pen. */
const KNOWN_GIVEN_PEOPLE = 2;

/**
 * Links two files, or finds the records of one person in one. The model is learned from the files themselves, without
 * labels, unless one is given. The same files give the same outcome.
 */
export function linkPeople(
  told: People,
  options: { readonly start: Model; readonly model?: Model | undefined; readonly onProgress: (share: number) => void },
): Linked {
  return told.right === undefined ? linkWithin(told, options) : linkAcross(told, options);
}

type LinkOptions = Parameters<typeof linkPeople>[1];

function linkWithin(told: People, { start, model, onProgress }: LinkOptions): Linked {
  let linked =
    model === undefined
      ? learn(told, start, { populations: toPopulations(told), onProgress })
      : measure(told, model, onProgress);
  let probability = toPlainProbabilities(linked.table, linked.model);
  if (model === undefined) {
    // Now that it is known which records are of one person, values are counted once a person.
    const persons = joinRecords(told.left.length, linked.candidates, probability);
    linked = learn(told, start, {
      populations: [{ people: told.left, persons }],
      candidates: linked.candidates,
      onProgress,
    });
    probability = toPlainProbabilities(linked.table, linked.model);
    linked = settleTwins(told, linked, probability);
    probability = toPlainProbabilities(linked.table, linked.model);
  }
  return {
    ...linked,
    probability,
    unique: { left: false, right: false },
    population: { isFamilyless: false, isOfAllAges: areOfAllAges(told.left), isWhole: false },
    twinNames: joinTwinNames([]),
  };
}

function linkAcross(told: People, { start, model, onProgress }: LinkOptions): Linked {
  const { left, right = [] } = told;
  let linked =
    model === undefined
      ? learn(told, start, { populations: toPopulations(told), onProgress })
      : measure(told, model, onProgress);
  const families = [linked.people.left, linked.people.right ?? []].map((people) => lookWithin(people, linked.model));
  const unique = { left: families[0]?.isUnique === true, right: families[1]?.isUnique === true };
  const isFamilyless = model === undefined && areFamilyless(linked.people, families);
  const isOfAllAges = areOfAllAges([...left, ...right]);
  const twinNames = joinTwinNames(isOfAllAges ? [] : families.flatMap((file) => file.twinNames ?? []));
  let probability = toPlainProbabilities(linked.table, linked.model);
  if (isFamilyless) linked = { ...linked, model: estimateWithoutFamilies(linked, countPairs(told)) };
  else if (model === undefined) linked = settleTwins(told, linked, probability);
  probability = toPlainProbabilities(linked.table, linked.model);
  if (unique.left || unique.right) {
    probability = toMatchingProbabilities(linked.candidates, toRatios(linked.table, linked.model), {
      unique,
      sizes: { left: left.length, right: right.length },
      expected: probability.reduce((sum, one) => sum + one, 0),
    });
  }
  return {
    ...linked,
    probability,
    unique,
    population: { isFamilyless, isOfAllAges, isWhole: true },
    twinNames,
  };
}

/** Learns anew where the number of twins is known better than the pairs can tell. */
function settleTwins(told: People, measured: Measured, probability: Float64Array): Measured {
  const pairsOfOne = probability.reduce((sum, one) => sum + one, 0);
  const twins = expectTwins([...told.left, ...(told.right ?? [])], pairsOfOne);
  if (twins === undefined) return measured;
  const learned = 2 ** measured.model.twinsPrior_bits * countPairs(told);
  const settled = { twins: Math.min(twins, learned) };
  return { ...measured, model: estimate(measured.table, measured.model, countPairs(told), settled) };
}

function estimateWithoutFamilies({ table, model }: Measured, pairsInAll: number): Model {
  return estimate(table, model, pairsInAll, { twins: 0.01, siblings: 0.01 });
}

type Measured = Pick<Linked, "model" | "people" | "candidates" | "table">;

function toPopulations({ left, right }: People): readonly Counted[] {
  return right === undefined ? [{ people: left }] : [{ people: left }, { people: right }];
}

interface LearnOptions {
  readonly populations: readonly Counted[];
  readonly candidates?: Candidates;
  readonly onProgress: (share: number) => void;
}

function learn(told: People, start: Model, { populations, ...options }: LearnOptions): Measured {
  const frequencies = countFrequencies(populations);
  const count = populations.reduce((sum, { people }) => sum + people.length, 0) / populations.length;
  const model: Model = { ...start, frequencies, knownGivenShare: KNOWN_GIVEN_PEOPLE / count };
  const people = rarefy(told, model);
  return { people, ...learnModel(people, model, options) };
}

function measure(told: People, model: Model, onProgress: (share: number) => void): Measured {
  const people = rarefy(told, model);
  const candidates = findCandidates(people.left, people.right);
  return { people, model, candidates, table: measurePairs(candidates, people, createScorer(model), onProgress) };
}

function rarefy({ left, right }: People, model: Model): People {
  const standingOf = toStandings({ left, right });
  return {
    left: withRarities(left, model, standingOf),
    right: right === undefined ? undefined : withRarities(right, model, standingOf),
  };
}

function toPlainProbabilities(table: PairTable, model: Model): Float64Array {
  const weigh = createWeigher(table, model);
  return Float64Array.from({ length: table.size }, (_, pair) => {
    const { same, twins, siblings, namesakes } = weigh(pair);
    return same === Number.POSITIVE_INFINITY ? 1 : same / (1 + same + twins + siblings + namesakes);
  });
}

/** Log2 of how much likelier each pair is of one person than not, whatever the prior. */
function toRatios(table: PairTable, model: Model): Float64Array {
  const weigh = createWeigher(table, model);
  return Float64Array.from({ length: table.size }, (_, pair) => {
    const { same, twins, siblings, namesakes } = weigh(pair);
    return Math.log2(same) - Math.log2(1 + twins + siblings + namesakes) - model.prior_bits;
  });
}

/** Which records are of one person, as far as the first look tells. */
function joinRecords(records: number, candidates: Candidates, probability: Float64Array): Uint32Array {
  const parents = Uint32Array.from({ length: records }, (_, at) => at);
  for (let pair = 0; pair < candidates.size; pair++) {
    if ((probability[pair] ?? 0) < JOINED_MIN) continue;
    parents[rootOf(parents, candidates.right[pair] ?? 0)] = rootOf(parents, candidates.left[pair] ?? 0);
  }
  return parents.map((_, at) => rootOf(parents, at));
}

const JOINED_MIN = 0.9;
