import type { Evaluation, Recall } from "./evaluate.ts";
import { precisionOf, type Verdict } from "./goals.ts";
import { lowerBound, upperBound } from "./proportion.ts";
import type { AdversarialResult, CohortResult, RunResult } from "./run-cohort.ts";
import type { SetResult } from "./run-sets.ts";

function percent(share: number, digits = 2): string {
  return `${(100 * share).toFixed(digits)} %`;
}

function count(number: number): string {
  return number.toLocaleString("en-GB");
}

function certainOf({ certain, pairs }: Recall): string {
  return pairs === 0 ? "-" : percent(certain / pairs);
}

function verdictLines(verdicts: readonly Verdict[]): string[] {
  return verdicts.map(({ name, value, goal, is, isMet }) => {
    const mark = isMet === undefined ? "open  " : isMet ? "met   " : "MISSED";
    const small = goal < 0.001;
    const shown = small ? String(Number(value.toPrecision(3))) : percent(value, 3);
    return `  ${mark} ${name}: ${shown} (goal ${is === "at-least" ? "≥" : "≤"} ${small ? goal : percent(goal)})`;
  });
}

function recallLines(evaluation: Evaluation): string[] {
  const { certain, review, recall, leftInReview, truePairs } = evaluation;
  const links = certain.right + certain.wrong;
  const shown = review.right + review.wrong;
  return [
    `  true pairs ${count(truePairs)}; certain ${count(links)}, of them wrong ${count(certain.wrong)}`,
    `  precision ${percent(precisionOf(evaluation), 4)}, at least ${percent(lowerBound(certain.right, links), 4)} (95 %)`,
    `  recall ${certainOf(recall)}, at least ${percent(lowerBound(recall.certain, recall.pairs))}; with review ${percent(recall.pairs === 0 ? 0 : recall.withReview / recall.pairs, 3)}`,
    `  review list ${count(shown)} pairs of ${count(leftInReview)} children, ${percent(shown === 0 ? 0 : review.right / shown)} of them one child`,
    `  false links: ${
      Object.entries(evaluation.falseLinks)
        .map(([kind, wrong]) => `${kind} ${wrong}`)
        .join(", ") || "none"
    }; among twins ${evaluation.falseTwinLinks}`,
    `  twins on both sides ${count(evaluation.twins.pairs)}: certain ${certainOf(evaluation.twins)}`,
  ];
}

function runLines({ runs, records }: RunResult): string[] {
  const time_s = runs.reduce((sum, { time_ms }) => sum + time_ms, 0) / 1_000;
  const memory = runs.map(({ memory_bytes }) => memory_bytes).filter((bytes) => bytes !== undefined);
  const speeds = runs.map(({ comparisons_per_s }) => comparisons_per_s).filter((speed) => speed !== undefined);
  return [
    `  ${count(records.left)} × ${count(records.right)} records in ${time_s.toFixed(1)} s, at most ${memory.length === 0 ? "? " : (Math.max(...memory) / 1e6).toFixed(0)} MB${speeds.length === 0 ? "" : `, ${count(Math.round(speeds.reduce((sum, speed) => sum + speed, 0) / speeds.length))} comparisons a second, files read and written`}`,
  ];
}

function strataLines({ strata }: Evaluation): string[] {
  return Object.entries(strata).map(
    ([name, recalls]) =>
      `  by ${name}: ${Object.entries(recalls)
        .filter(([, { pairs }]) => pairs > 0)
        .map(([key, recall]) => `${key} ${certainOf(recall)} of ${recall.pairs}`)
        .join(", ")}`,
  );
}

export function cohortToConsole(result: CohortResult): string {
  const { baselines: base, evaluation } = result;
  const { calibration } = evaluation;
  const rule = ({ recall, precision }: { recall: number; precision: number }) =>
    `recall ${percent(recall)} at precision ${percent(precision)}`;
  const lines = [
    `Cohort of ${count(result.children)} children`,
    `  exact agreement: given ${percent(base.given)}, surname ${percent(base.family)}, birth date ${percent(base.birthDate)}, postcode ${percent(base.postcode)}, all four ${percent(base.allFour)}; one of four ${percent(base.oneOfFour, 3)}, none ${percent(base.noneOfFour, 3)}`,
    `  rule "given + surname + birth date": ${rule(base.nameAndBirthDate)}; rule "3 of 4": ${rule(base.threeOfFour)}`,
    ...runLines(result),
    ...recallLines(evaluation),
    ...strataLines(evaluation),
    `  calibration error ${calibration.error.toFixed(4)} over ${count(evaluation.rows)} pairs, ${calibration.errorOfUndecided.toFixed(4)} between 0.05 and 0.95`,
    ...calibration.bins
      .filter(({ pairs }) => pairs > 0)
      .map(
        ({ from, pairs, said, found }) =>
          `    ${from.toFixed(1)}–${(from + 0.1).toFixed(1)}: said ${said.toFixed(3)}, found ${found.toFixed(3)}, ${count(pairs)} pairs`,
      ),
    ...verdictLines(result.verdicts),
  ];
  return `${lines.join("\n")}\n`;
}

export function adversarialToConsole(result: AdversarialResult): string {
  const wrong = result.evaluation.certain.wrong;
  const per = (share: number) => (100_000 * share).toFixed(2);
  const lines = [
    `Adversarial pairs: ${count(result.pairs)} (${Object.entries(result.pairsByKind)
      .map(([kind, pairs]) => `${kind} ${count(pairs)}`)
      .join(", ")})`,
    ...runLines(result),
    ...recallLines(result.evaluation),
    `  false automatic links in 100,000 pairs: ${per(wrong / result.pairs)}, at most ${per(upperBound(wrong, result.pairs))} (95 %)`,
    ...verdictLines(result.verdicts),
  ];
  return `${lines.join("\n")}\n`;
}

export function setToConsole(result: SetResult): string {
  const { certain, clusters, withReview, atHalf, at95, clusters95 } = result;
  const f1 = ({ f1: value }: { f1: number }) => value.toFixed(4);
  return [
    `${result.set.padEnd(16)} ${result.profile.padEnd(11)} certain P ${certain.precision.toFixed(4)} R ${certain.recall.toFixed(4)} F1 ${f1(certain)}`,
    `cluster F1 ${f1(clusters)}; with review ${f1(withReview)} (R ${withReview.recall.toFixed(4)}); p ≥ 0.95 ${f1(at95)}, by cluster ${f1(clusters95)}; p ≥ 0.5 ${f1(atHalf)}; ${(result.time_ms / 1_000).toFixed(1)} s\n`,
    ...result.missed.map((line) => `  MISSED ${line}\n`),
  ]
    .join("; ")
    .replaceAll("\n; ", "\n");
}
