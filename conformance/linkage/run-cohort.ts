import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Baselines, countBaselines } from "./baselines.ts";
import { type Dataset, drawAdversarial, drawCohort, type Written } from "./dataset.ts";
import { addEvaluations, createEvaluation, type Evaluation, type Examples } from "./evaluate.ts";
import { type DatasetFiles, type Profile, writeDataset } from "./files.ts";
import { judgeAdversarial, judgeCohort, type Verdict } from "./goals.ts";
import { type PairRow, readPairs } from "./pairs-file.ts";
import { type LinkRun, runLink } from "./run-link.ts";

export interface RunOptions {
  readonly seed: string;
  readonly profile: Profile;
  /** Share of education records with an NHS number. */
  readonly nhsNumbers: number;
  /** Where files lie. */
  readonly directory: string;
  /** False links and missed pairs written beside the files, at most; of invented children. */
  readonly examples: number;
}

/** What was linked, how long it took, and how it compares with the goals. */
export interface RunResult {
  readonly evaluation: Evaluation;
  readonly verdicts: readonly Verdict[];
  readonly records: { readonly left: number; readonly right: number };
  readonly runs: readonly Omit<LinkRun, "output">[];
}

export interface CohortResult extends RunResult {
  readonly children: number;
  readonly baselines: Baselines;
}

export interface AdversarialResult extends RunResult {
  readonly pairs: number;
  readonly pairsByKind: Readonly<Record<string, number>>;
}

function exampleOf(pair: PairRow | undefined, one: Written, other: Written): string {
  const shown = [one, other].map((record) =>
    [record.id, record.given, record.family, record.birthDate, record.gender, record.postcode, record.addressLine].join(
      " | ",
    ),
  );
  return [`${pair?.grade ?? "not listed"} ${pair?.probability ?? ""} ${pair?.evidence ?? ""}`, ...shown].join("\n  ");
}

async function writeExamples(directory: string, { falseLinks, missed }: Examples): Promise<void> {
  const wrong = falseLinks.map(([pair, one, other]) => `${one.kind}: ${exampleOf(pair, one, other)}`);
  const lost = missed.map(([one, other, pair]) => `${one.child.origin}: ${exampleOf(pair, one, other)}`);
  await writeFile(join(directory, "false-links.txt"), `${wrong.join("\n\n")}\n`);
  await writeFile(join(directory, "missed.txt"), `${lost.join("\n\n")}\n`);
}

async function linkAndEvaluate(
  dataset: Dataset,
  files: DatasetFiles,
  options: RunOptions,
): Promise<[Evaluation, LinkRun]> {
  const run = await runLink(files);
  const evaluation = createEvaluation(dataset, options.examples);
  await readPairs(files.pairs, evaluation.add);
  if (options.examples > 0) await writeExamples(options.directory, evaluation.collected());
  const found = evaluation.finish();
  if (found.unknownIds > 0) throw new Error(`the pairs name ${found.unknownIds} records that are in no file`);
  return [found, run];
}

function timesOf({ time_ms, memory_bytes, comparisons_per_s }: LinkRun): Omit<LinkRun, "output"> {
  return { time_ms, memory_bytes, comparisons_per_s };
}

/** A cohort as it is, through the command. */
export async function runCohort(children: number, options: RunOptions): Promise<CohortResult> {
  const dataset = drawCohort(children, options);
  const files = await writeDataset(dataset, options.directory, options.profile);
  const [evaluation, run] = await linkAndEvaluate(dataset, files, options);
  return {
    children: dataset.children,
    records: { left: dataset.left.length, right: dataset.right.length },
    baselines: countBaselines(dataset),
    evaluation,
    verdicts: judgeCohort(evaluation),
    runs: [timesOf(run)],
  };
}

/** Pairs of one run: about as many children as a small region has, so that names and postcodes are as dense as there. */
const PAIRS_A_RUN = 100_000;

/** Adversarial pairs, in runs of a region each. */
export async function runAdversarial(
  pairs: number,
  options: RunOptions,
  progress: (done: number, evaluation: Evaluation) => void,
): Promise<AdversarialResult> {
  let sum: Evaluation | undefined;
  let done = 0;
  const runs: Omit<LinkRun, "output">[] = [];
  const byKind: Record<string, number> = {};
  const records = { left: 0, right: 0 };
  for (let part = 0; done < pairs; part += 1) {
    const dataset = drawAdversarial(Math.min(PAIRS_A_RUN, pairs - done), {
      ...options,
      seed: `${options.seed} part ${part}`,
    });
    const own = { ...options, directory: join(options.directory, `part-${part}`) };
    const files = await writeDataset(dataset, own.directory, own.profile);
    const [evaluation, run] = await linkAndEvaluate(dataset, files, own);
    for (const [kind, count] of Object.entries(dataset.adversarialPairs)) {
      byKind[kind] = (byKind[kind] ?? 0) + count;
      done += count;
    }
    records.left += dataset.left.length;
    records.right += dataset.right.length;
    runs.push(timesOf(run));
    sum = sum === undefined ? evaluation : addEvaluations(sum, evaluation);
    progress(done, sum);
  }
  if (sum === undefined) throw new Error("no pairs were asked for");
  return { pairs: done, pairsByKind: byKind, records, evaluation: sum, verdicts: judgeAdversarial(sum, done), runs };
}
