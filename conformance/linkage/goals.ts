import { type Evaluation, recallGap, STRATUM_MIN_PAIRS } from "./evaluate.ts";
import { upperBound } from "./proportion.ts";

/** One figure against its goal. */
export interface Verdict {
  readonly name: string;
  readonly value: number;
  readonly goal: number;
  readonly is: "at-least" | "at-most";
  /** Undefined where the run is too small to say. */
  readonly isMet: boolean | undefined;
}

/** Shares of 1; recall without any NHS number in common. */
const COHORT_GOALS = {
  precision: 0.999,
  recall: 0.97,
  recallWithReview: 0.9975,
  strataGap: 0.01,
  calibrationError: 0.02,
} as const;

/** False automatic links of adversarial pairs, upper 95 % bound, and among children of one birth, counted. */
const ADVERSARIAL_GOALS = { falseLinks: 1 / 100_000, falseTwinLinks: 0, twinRecall: 0.95 } as const;

function atLeast(name: string, value: number, goal: number): Verdict {
  return { name, value, goal, is: "at-least", isMet: value >= goal };
}

function atMost(name: string, value: number, goal: number): Verdict {
  return { name, value, goal, is: "at-most", isMet: value <= goal };
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

export function precisionOf({ certain }: Evaluation): number {
  return ratio(certain.right, certain.right + certain.wrong);
}

/** A cohort without children of one birth, or with strata all too small, leaves those goals open. */
export function judgeCohort(evaluation: Evaluation): Verdict[] {
  const { recall, strata, calibration } = evaluation;
  const gaps = (["origin", "deprivation", "authority"] as const).map((name): Verdict => {
    const large = Object.values(strata[name]).filter(({ pairs }) => pairs >= STRATUM_MIN_PAIRS).length;
    const verdict = atMost(`recall gap by ${name}`, recallGap(strata[name]), COHORT_GOALS.strataGap);
    return large > 1 ? verdict : { ...verdict, isMet: undefined };
  });
  return [
    atLeast("precision of certain", precisionOf(evaluation), COHORT_GOALS.precision),
    atLeast("recall of certain", ratio(recall.certain, recall.pairs), COHORT_GOALS.recall),
    atLeast("recall with review", ratio(recall.withReview, recall.pairs), COHORT_GOALS.recallWithReview),
    ...gaps,
    atMost("calibration error", calibration.error, COHORT_GOALS.calibrationError),
  ];
}

function falseLinksOf(evaluation: Evaluation): number {
  return evaluation.certain.wrong;
}

/** Below this many pairs not even a run without a false link keeps the bound. */
export function judgeAdversarial(evaluation: Evaluation, pairs: number): Verdict[] {
  const wrong = falseLinksOf(evaluation);
  const bound = atMost("false links a pair, upper 95 % bound", upperBound(wrong, pairs), ADVERSARIAL_GOALS.falseLinks);
  const canTell = upperBound(0, pairs) <= ADVERSARIAL_GOALS.falseLinks || wrong / pairs > ADVERSARIAL_GOALS.falseLinks;
  const { twins } = evaluation;
  return [
    canTell ? bound : { ...bound, isMet: undefined },
    atMost("false links among twins", evaluation.falseTwinLinks, ADVERSARIAL_GOALS.falseTwinLinks),
    atLeast("recall of certain among twins", ratio(twins.certain, twins.pairs), ADVERSARIAL_GOALS.twinRecall),
  ];
}
