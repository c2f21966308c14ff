import { createScorer } from "../compare/score.ts";
import type { Population } from "../grade.ts";
import { createWeigher, estimate, type PairTable } from "../learn/estimate.ts";
import { countFrequencies } from "../learn/frequencies.ts";
import type { Model } from "../model/model.ts";
import type { Candidates } from "./candidates.ts";
import { findCandidates } from "./candidates.ts";
import { areFamilyless, areOfAllAges, expectTwins, lookWithin } from "./families.ts";
import { countPairs, learnModel, withRarities } from "./learn-model.ts";
import { toMatchingProbabilities, type Uniqueness } from "./one-to-one.ts";
import { measurePairs, type People } from "./pair-table.ts";
import { rootOf } from "./union.ts";

export interface Linked {
  readonly model: Model;
  readonly people: People;
  readonly candidates: Candidates;
  readonly table: PairTable;
  readonly probability: Float64Array;
  readonly unique: Uniqueness;
  readonly population: Population;
}

const KNOWN_GIVEN_RECORDS = 3;

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
  let linked = model === undefined ? learn(told, start, 1, onProgress) : measure(told, model, onProgress);
  let probability = toPlainProbabilities(linked.table, linked.model);
  // Values of people with several records look more frequent than they are.
  const recordsAPerson = toRecordsAPerson(told.left.length, linked.candidates, probability);
  if (model === undefined && recordsAPerson > RECORDS_A_PERSON_NOTED) {
    linked = learn(told, start, recordsAPerson, onProgress);
    probability = toPlainProbabilities(linked.table, linked.model);
  }
  if (model === undefined) {
    linked = settleTwins(told, linked, probability);
    probability = toPlainProbabilities(linked.table, linked.model);
  }
  return {
    ...linked,
    probability,
    unique: { left: false, right: false },
    population: { isFamilyless: false, isOfAllAges: areOfAllAges(told.left) },
  };
}

function linkAcross(told: People, { start, model, onProgress }: LinkOptions): Linked {
  const { left, right = [] } = told;
  let linked = model === undefined ? learn(told, start, 1, onProgress) : measure(told, model, onProgress);
  const families = [linked.people.left, linked.people.right ?? []].map((people) => lookWithin(people, linked.model));
  const unique = { left: families[0]?.isUnique === true, right: families[1]?.isUnique === true };
  const isFamilyless = model === undefined && areFamilyless(linked.people, families);
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
    population: { isFamilyless, isOfAllAges: areOfAllAges([...left, ...right]) },
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

const RECORDS_A_PERSON_NOTED = 1.2;

type Measured = Pick<Linked, "model" | "people" | "candidates" | "table">;

function learn(told: People, start: Model, recordsAPerson: number, onProgress: (share: number) => void): Measured {
  const everybody = [...told.left, ...(told.right ?? [])];
  const frequencies = countFrequencies(everybody, recordsAPerson * (told.right === undefined ? 1 : 2));
  const knownGivenShare = (KNOWN_GIVEN_RECORDS * recordsAPerson) / everybody.length;
  const model: Model = { ...start, frequencies, knownGivenShare };
  const people = rarefy(told, model);
  return { people, ...learnModel(people, model, onProgress) };
}

function measure(told: People, model: Model, onProgress: (share: number) => void): Measured {
  const people = rarefy(told, model);
  const candidates = findCandidates(people.left, people.right);
  return { people, model, candidates, table: measurePairs(candidates, people, createScorer(model), onProgress) };
}

function rarefy({ left, right }: People, model: Model): People {
  return { left: withRarities(left, model), right: right === undefined ? undefined : withRarities(right, model) };
}

function toPlainProbabilities(table: PairTable, model: Model): Float64Array {
  const weigh = createWeigher(table, model);
  return Float64Array.from({ length: table.size }, (_, pair) => {
    const { same, twins, siblings } = weigh(pair);
    return same === Number.POSITIVE_INFINITY ? 1 : same / (1 + same + twins + siblings);
  });
}

/** Log2 of how much likelier each pair is of one person than not, whatever the prior. */
function toRatios(table: PairTable, model: Model): Float64Array {
  const weigh = createWeigher(table, model);
  return Float64Array.from({ length: table.size }, (_, pair) => {
    const { same, twins, siblings } = weigh(pair);
    return Math.log2(same) - Math.log2(1 + twins + siblings) - model.prior_bits;
  });
}

function toRecordsAPerson(records: number, candidates: Candidates, probability: Float64Array): number {
  const parents = Uint32Array.from({ length: records }, (_, at) => at);
  let people = records;
  for (let pair = 0; pair < candidates.size; pair++) {
    if ((probability[pair] ?? 0) < 0.95) continue;
    const one = rootOf(parents, candidates.left[pair] ?? 0);
    const other = rootOf(parents, candidates.right[pair] ?? 0);
    if (one === other) continue;
    parents[other] = one;
    people--;
  }
  return records / people;
}
