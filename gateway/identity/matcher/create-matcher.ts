import { toBlockingKeys } from "./block.ts";
import type { Features } from "./compare/features.ts";
import { createScorer } from "./compare/score.ts";
import { toFeatures } from "./compare/to-features.ts";
import { type Judgement, judge, MARGIN_MIN_bits, toGrade } from "./grade.ts";
import type { Comparison, Graded, Matcher } from "./matcher.ts";
import type { Model } from "./model/model.ts";
import { createPrintReader, toPrint } from "./print.ts";

/** Raised whenever normalisation, levels, keys or grades change. */
const VERSION = "6";
/** Raised whenever what a print holds is normalised otherwise, or means something else. */
const PRINT_VERSION = "3";
export const MATCHER_VERSION = `matcher-${VERSION}`;

export interface MatcherOptions {
  /** YYYY-MM-DD; birth dates after it are not known. Today's date by default. */
  readonly today?: () => string;
}

/** A matcher with the fast path that gives the bits alone. */
export interface FeatureMatcher extends Matcher<Features> {
  /** `compare(asked, known).bits`, without making the evidence. */
  score(asked: Features, known: Features): number;
  /** All that is compared of a person in a short text, where one text can hold it. */
  printOf(comparable: Features): string | undefined;
  /**
   * Tells from the print of `known` whether `score(asked, known)` comes to so many bits; true of a print that another
   * version of the matcher made. The names are compared only where all the rest leaves that open.
   */
  sieve(asked: Features, least_bits: number): (print: string) => boolean;
}

export function createMatcher(model: Model, options: MatcherOptions = {}): FeatureMatcher {
  const { today = createToday() } = options;
  const scorer = createScorer(model);
  const readPrint = createPrintReader(PRINT_VERSION, model);
  // Asked for when candidates are looked for, and again when what was decided is written down.
  let latest: { readonly of: Features; readonly keys: readonly number[] } | undefined;

  const compareAndJudge = (asked: Features, known: Features): { comparison: Comparison; judgement: Judgement } => {
    const bits = scorer.score(asked, known);
    const judgement = judge(asked, known, scorer.levels.level);
    const { veto } = judgement;
    const comparison: Comparison = {
      bits,
      probability: toProbability(bits),
      evidence: scorer.explain(),
      ...(veto === undefined ? {} : { veto }),
    };
    return { comparison, judgement };
  };

  return {
    version: `${MATCHER_VERSION}/${model.version}`,
    toComparable: (person) => toFeatures(person, { ...model, today: today() }),
    blockingKeys(comparable) {
      if (latest?.of !== comparable) latest = { of: comparable, keys: toBlockingKeys(comparable) };
      return latest.keys;
    },
    score: scorer.score,
    printOf: (comparable) => toPrint(comparable, PRINT_VERSION),
    sieve(asked, least_bits) {
      const most_bits = scorer.mostOfNames(asked);
      return (print) => {
        const known = readPrint(print);
        if (known === undefined) return true;
        if (scorer.scoreAtMost(asked, known, most_bits) < least_bits) return false;
        return scorer.score(asked, known.named()) >= least_bits;
      };
    },
    compare: (asked, known) => compareAndJudge(asked, known).comparison,
    grade<T>(asked: Features, candidates: readonly { readonly candidate: T; readonly known: readonly Features[] }[]) {
      const compared = candidates.flatMap(({ candidate, known }) => {
        const all = known.map((one) => compareAndJudge(asked, one));
        const best = all.toSorted((left, right) => right.comparison.bits - left.comparison.bits)[0];
        if (best === undefined) return [];
        // What one source is certain of, that it is another child, holds against all that the others say.
        const vetoed = all.find(({ judgement }) => judgement.highest === "certainly-not");
        return [{ candidate, ...(vetoed ?? best) }];
      });
      const ordered = compared.toSorted((left, right) => right.comparison.bits - left.comparison.bits);
      return ordered.map(({ candidate, comparison, judgement }, place): Graded<T> => {
        const next = ordered[place + 1];
        const isAlone = ordered.every(
          (other, at) => at === place || comparison.bits - other.comparison.bits >= MARGIN_MIN_bits,
        );
        const grade = toGrade(comparison.probability, judgement);
        return {
          ...comparison,
          candidate,
          grade: grade === "certain" && !isAlone ? "probable" : grade,
          ...(next === undefined ? {} : { margin_bits: comparison.bits - next.comparison.bits }),
        };
      });
    },
  };
}

const DAY_MS = 86_400_000;

/** Today's date in UTC, put into text once a day. */
function createToday(): () => string {
  let [day, text] = [-1, ""];
  return () => {
    const now = Math.floor(Date.now() / DAY_MS);
    if (now !== day) [day, text] = [now, new Date(now * DAY_MS).toISOString().slice(0, 10)];
    return text;
  };
}

/** Probability of log2 odds. */
export function toProbability(bits: number): number {
  return 1 / (1 + 2 ** -bits);
}
