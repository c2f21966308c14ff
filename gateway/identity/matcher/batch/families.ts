import type { Features } from "../compare/features.ts";
import { BIRTH_DATE, FAMILY, FIELD, FIELD_NAMES, GIVEN, POSTCODE } from "../compare/fields.ts";
import { createScorer } from "../compare/score.ts";
import { createWeigher } from "../learn/estimate.ts";
import type { Model } from "../model/model.ts";
import type { KeyFamily } from "./batch-keys.ts";
import { findCandidates } from "./candidates.ts";
import { measurePairs, type People } from "./pair-table.ts";
import { collectTwinNames, type TwinNames } from "./twin-names.ts";

/** What one file shows of itself: whether a person has several records, and whether it holds twins. */
export interface Within {
  readonly records: number;
  readonly isUnique: boolean;
  /** Pairs of another given name and the same family name, birth date and postcode. */
  readonly twinPairs: number;
  /** Of a file that holds each child once. */
  readonly twinNames?: TwinNames;
}

/** A file with fewer repeated people than this a record holds each person once. */
const REPEATED_MAX = 0.01;
/** Prior for pairs within a file that should have none: few people are there twice. */
const REPEATED_PRIOR = 0.05;
const REPEATED_PROBABILITY = 0.9;

/** Twins have birth date and postcode in common; who is there twice has those, or a number, or both names. */
const LOOKED_AT: readonly KeyFamily[] = ["number", "birth date and postcode", "both names"];

export function lookWithin(people: readonly Features[], model: Model): Within {
  const within: People = { left: people, right: undefined };
  const candidates = findCandidates(people, undefined, LOOKED_AT);
  const table = measurePairs(candidates, within, createScorer(model));
  const weigh = createWeigher(table, { ...model, prior_bits: Math.log2(REPEATED_PRIOR / Math.max(1, people.length)) });
  let repeated = 0;
  let otherBirths = 0;
  let twinPairs = 0;
  for (let pair = 0; pair < table.size; pair++) {
    const level = table.levels.subarray(pair * FIELD_NAMES.length, (pair + 1) * FIELD_NAMES.length);
    if (looksLikeTwins(level)) twinPairs++;
    const { same, twins, siblings, namesakes } = weigh(pair);
    const probability = same === Number.POSITIVE_INFINITY ? 1 : same / (1 + same + twins + siblings + namesakes);
    if (probability <= REPEATED_PROBABILITY || looksLikeTwins(level)) continue;
    repeated++;
    if (level[FIELD.birthDate] === BIRTH_DATE.different) otherBirths++;
  }
  // Who is there twice is there with one birth date; with two, it is a cousin, a parent or a child next door.
  const isOnce = repeated - otherBirths < REPEATED_MAX * people.length;
  return {
    records: people.length,
    isUnique: repeated < REPEATED_MAX * people.length,
    twinPairs,
    ...(isOnce ? { twinNames: collectTwinNames(people, candidates, table, areOfOneBirth) } : {}),
  };
}

function looksLikeTwins(level: Int8Array): boolean {
  const given = level[FIELD.given] ?? -1;
  const isOtherName =
    given === GIVEN.different || given === GIVEN.alike || given === GIVEN.partDiffers || given === GIVEN.nickname;
  return isOtherName && areOfOneBirth(level);
}

function areOfOneBirth(level: Int8Array): boolean {
  const family = level[FIELD.family] ?? -1;
  const isOneFamily = family >= FAMILY.same && family <= FAMILY.similar;
  const postcode = level[FIELD.postcode] ?? -1;
  return isOneFamily && level[FIELD.birthDate] === BIRTH_DATE.same && postcode <= POSTCODE.slip;
}

const RECORDS_MIN = 4000;
/** With so few twins in a hundred thousand records, one more cannot be mistaken for another. */
const TWIN_PAIRS_MAX = 2 / 10_000;
/** Children who live with twins, brothers and sisters are born within fewer years than these. */
const BIRTH_YEARS_MIN = 40;
/** The other file may have so many times as many records. */
const OTHER_FILE_FACTOR = 2;

/**
 * Whether files of people of all ages were seen to hold no twins. Only then may a person be certain without the given
 * name. In a file that holds everybody once, two records of another given name and the same family name, birth date and
 * postcode are twins. Pairs of twins across two files are twice the mean of those within each, whatever part of all people
 * each file holds: where there are none to speak of within, there are none across. Never so for files of children.
 */
export function areFamilyless({ left, right = [] }: People, within: readonly Within[]): boolean {
  const told = within.filter(({ isUnique }) => isUnique);
  const records = told.reduce((sum, file) => sum + file.records, 0);
  const twinPairs = told.reduce((sum, file) => sum + file.twinPairs, 0);
  return (
    records >= RECORDS_MIN &&
    left.length + right.length <= (1 + OTHER_FILE_FACTOR) * records &&
    twinPairs <= TWIN_PAIRS_MAX * records &&
    areOfAllAges([...left, ...right])
  );
}

/** Of a hundred grown-ups so few have a twin under the same roof. */
const GROWN_TWINS_SHARE = 0.0002;

/**
 * How many pairs of twins there are to expect among the pairs of files of people of all ages, by what is known of
 * grown-ups; `undefined` for files of children, where it is learned with the rest.
 */
export function expectTwins(people: readonly Features[], pairsOfOne: number): number | undefined {
  return areOfAllAges(people) ? GROWN_TWINS_SHARE * pairsOfOne : undefined;
}

export function areOfAllAges(people: readonly Features[]): boolean {
  return spreadOfBirthYears(people) >= BIRTH_YEARS_MIN;
}

/** Years between the tenth and the ninetieth of a hundred births in order. */
function spreadOfBirthYears(people: readonly Features[]): number {
  const years = people
    .flatMap(({ birthDates }) => birthDates.map(({ date }) => Math.trunc(date / 10_000)))
    .toSorted((a, b) => a - b);
  return (years[Math.floor(years.length * 0.9)] ?? 0) - (years[Math.floor(years.length * 0.1)] ?? 0);
}
