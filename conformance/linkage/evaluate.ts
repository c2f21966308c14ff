import { type Calibration, createCalibrationCount } from "./calibration.ts";
import type { Child, Kind } from "./child.ts";
import type { Dataset, Written } from "./dataset.ts";
import { NAME_ORIGINS } from "./names/stock.ts";
import type { PairRow } from "./pairs-file.ts";
import { AUTHORITY_NAMES } from "./places.ts";

/** Why a certain link of two children came to be looked for: they are twins, of one group, or nothing brought them together. */
export type FalseLinkKind = Kind | "elsewhere";

export interface Recall {
  readonly pairs: number;
  readonly certain: number;
  /** Certain, probable or possible. */
  readonly withReview: number;
}

export interface Evaluation {
  readonly truePairs: number;
  readonly certain: { readonly right: number; readonly wrong: number };
  /** Pairs that a steward would be shown, and how many of those are one child. */
  readonly review: { readonly right: number; readonly wrong: number };
  /** Children of the left side who have a pair in the list and no certain link. */
  readonly leftInReview: number;
  readonly recall: Recall;
  /** Children born as one of two or more who are on both sides. */
  readonly twins: Recall;
  readonly strata: Readonly<Record<"origin" | "deprivation" | "authority", Readonly<Record<string, Recall>>>>;
  readonly falseLinks: Readonly<Partial<Record<FalseLinkKind, number>>>;
  /** Of the false links, those between children of one birth. */
  readonly falseTwinLinks: number;
  readonly calibration: Calibration;
  readonly rows: number;
  readonly unknownIds: number;
}

export interface Examples {
  readonly falseLinks: readonly (readonly [PairRow, Written, Written])[];
  readonly missed: readonly (readonly [Written, Written, PairRow | undefined])[];
}

const GRADES: Readonly<Record<string, number>> = { certain: 3, probable: 2, possible: 1 };
const CERTAIN = 3;

function rowNumber(id: string): number {
  return Number(id.slice(1));
}

interface Tally {
  pairs: number;
  certain: number;
  withReview: number;
}

function tallies(names: readonly string[]): Record<string, Tally> {
  return Object.fromEntries(names.map((name) => [name, { pairs: 0, certain: 0, withReview: 0 }]));
}

function count(tally: Tally | undefined, grade: number): void {
  if (tally === undefined) return;
  tally.pairs += 1;
  if (grade === CERTAIN) tally.certain += 1;
  if (grade > 0) tally.withReview += 1;
}

function kindOf(left: Written, right: Written): FalseLinkKind {
  return left.child.group === right.child.group ? left.kind : "elsewhere";
}

/** Compares what the command says with what is true; rows come one at a time, in any order. */
export function createEvaluation(dataset: Dataset, examples = 0) {
  const { left, right, children } = dataset;
  const best = new Uint8Array(children);
  const leftBest = new Uint8Array(left.length);
  const found = { certain: { right: 0, wrong: 0 }, review: { right: 0, wrong: 0 } };
  const falseLinks: Partial<Record<FalseLinkKind, number>> = {};
  const shown: [PairRow, Written, Written][] = [];
  const undecided = new Map<number, PairRow>();
  const calibration = createCalibrationCount();
  let [rows, unknownIds, falseTwinLinks] = [0, 0, 0];

  function addFalseLink(pair: PairRow, one: Written, other: Written): void {
    const kind = kindOf(one, other);
    falseLinks[kind] = (falseLinks[kind] ?? 0) + 1;
    if (one.child.birth === other.child.birth) falseTwinLinks += 1;
    if (shown.length < examples) shown.push([pair, one, other]);
  }

  function add(pair: PairRow): void {
    rows += 1;
    const one = left[rowNumber(pair.left)];
    const other = right[rowNumber(pair.right)];
    if (one?.id !== pair.left || other?.id !== pair.right) {
      unknownIds += 1;
      return;
    }
    const isOneChild = one.child.index === other.child.index;
    calibration.add(pair.probability, isOneChild);
    const grade = GRADES[pair.grade] ?? 0;
    if (grade === 0) return;
    const list = grade === CERTAIN ? found.certain : found.review;
    list[isOneChild ? "right" : "wrong"] += 1;
    const row = rowNumber(pair.left);
    leftBest[row] = Math.max(leftBest[row] ?? 0, grade);
    if (isOneChild) {
      best[one.child.index] = Math.max(best[one.child.index] ?? 0, grade);
      if (grade < CERTAIN && examples > 0) undecided.set(one.child.index, pair);
    } else if (grade === CERTAIN) addFalseLink(pair, one, other);
  }

  function* pairsOfOneChild(): Generator<[Written, Written]> {
    const byChild = new Map(left.map((record) => [record.child.index, record]));
    for (const record of right) {
      const same = byChild.get(record.child.index);
      if (same !== undefined) yield [same, record];
    }
  }

  function finish(): Evaluation {
    const all: Tally = { pairs: 0, certain: 0, withReview: 0 };
    const twins: Tally = { pairs: 0, certain: 0, withReview: 0 };
    const strata = {
      origin: tallies(NAME_ORIGINS),
      deprivation: tallies(Array.from({ length: 10 }, (_, index) => String(index + 1))),
      authority: tallies(AUTHORITY_NAMES),
    };
    for (const [{ child }] of pairsOfOneChild()) {
      const grade = best[child.index] ?? 0;
      count(all, grade);
      if (child.birthOrder !== undefined) count(twins, grade);
      for (const tally of strataOf(child, strata)) count(tally, grade);
    }
    return {
      ...{ truePairs: all.pairs, ...found, recall: all, twins, strata, falseLinks, falseTwinLinks, rows, unknownIds },
      leftInReview: leftBest.filter((grade) => grade > 0 && grade < CERTAIN).length,
      calibration: calibration.finish(),
    };
  }

  /** Rows to look at: for those who improve a matcher, never for the report. */
  function collected(): Examples {
    const missed: [Written, Written, PairRow | undefined][] = [];
    for (const [one, other] of pairsOfOneChild())
      if (missed.length < examples && (best[one.child.index] ?? 0) < CERTAIN)
        missed.push([one, other, undecided.get(one.child.index)]);
    return { falseLinks: shown, missed };
  }

  return { add, finish, collected };
}

function strataOf(
  child: Child,
  strata: Record<"origin" | "deprivation" | "authority", Record<string, Tally>>,
): (Tally | undefined)[] {
  return [strata.origin[child.origin], strata.deprivation[child.home.decile], strata.authority[child.home.authority]];
}

/** Fewer true pairs than this say nothing of a stratum. */
export const STRATUM_MIN_PAIRS = 1_000;

/** Highest less lowest recall of strata that are large enough; in points of 1. */
export function recallGap(strata: Readonly<Record<string, Recall>>, minPairs = STRATUM_MIN_PAIRS): number {
  const recalls = Object.values(strata)
    .filter(({ pairs }) => pairs >= minPairs)
    .map(({ certain, pairs }) => certain / pairs);
  return recalls.length === 0 ? 0 : Math.max(...recalls) - Math.min(...recalls);
}

/** Sums of several runs, as parts of one. */
export function addEvaluations(one: Evaluation, other: Evaluation): Evaluation {
  const both = (a: Recall, b: Recall): Recall => ({
    pairs: a.pairs + b.pairs,
    certain: a.certain + b.certain,
    withReview: a.withReview + b.withReview,
  });
  const strata = (name: "origin" | "deprivation" | "authority") =>
    Object.fromEntries(
      Object.entries(one.strata[name]).map(([key, recall]) => {
        const more = other.strata[name][key];
        return [key, more === undefined ? recall : both(recall, more)];
      }),
    );
  const kinds = new Set([...Object.keys(one.falseLinks), ...Object.keys(other.falseLinks)] as FalseLinkKind[]);
  const sum = (a: { right: number; wrong: number }, b: { right: number; wrong: number }) => ({
    right: a.right + b.right,
    wrong: a.wrong + b.wrong,
  });
  return {
    truePairs: one.truePairs + other.truePairs,
    certain: sum(one.certain, other.certain),
    review: sum(one.review, other.review),
    leftInReview: one.leftInReview + other.leftInReview,
    recall: both(one.recall, other.recall),
    twins: both(one.twins, other.twins),
    strata: { origin: strata("origin"), deprivation: strata("deprivation"), authority: strata("authority") },
    falseLinks: Object.fromEntries(
      [...kinds].map((kind) => [kind, (one.falseLinks[kind] ?? 0) + (other.falseLinks[kind] ?? 0)]),
    ),
    falseTwinLinks: one.falseTwinLinks + other.falseTwinLinks,
    calibration: one.calibration,
    rows: one.rows + other.rows,
    unknownIds: one.unknownIds + other.unknownIds,
  };
}
