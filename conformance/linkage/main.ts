#!/usr/bin/env node
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Misuse, type Options, parseOptions, USAGE } from "./options.ts";
import { NoPairsFile } from "./pairs-file.ts";
import { adversarialToConsole, cohortToConsole, setToConsole } from "./report.ts";
import { type AdversarialResult, type CohortResult, runAdversarial, runCohort } from "./run-cohort.ts";
import { LinkFailed } from "./run-link.ts";
import { runSets, type SetResult } from "./run-sets.ts";

interface Results {
  cohort?: CohortResult;
  adversarial?: AdversarialResult;
  sets?: readonly SetResult[];
}

function isMissed({ cohort, adversarial, sets }: Results): boolean {
  const verdicts = [...(cohort?.verdicts ?? []), ...(adversarial?.verdicts ?? [])];
  return verdicts.some(({ isMet }) => isMet === false) || (sets ?? []).some(({ missed }) => missed.length > 0);
}

async function runAll(options: Options, directory: string): Promise<Results> {
  const write = (text: string) => process.stdout.write(text);
  const own = (name: string) => ({ ...options, directory: join(directory, name) });
  const results: Results = {};
  if (options.sets !== undefined) {
    const sets = await runSets(options.sets, join(directory, "sets"), (result) => write(setToConsole(result)));
    if (sets.length === 0) throw new Misuse("--sets names a folder without any of the public sets\n");
    results.sets = sets;
  }
  if (options.cohort !== undefined) {
    results.cohort = await runCohort(options.cohort, own("cohort"));
    write(cohortToConsole(results.cohort));
  }
  if (options.adversarial !== undefined) {
    results.adversarial = await runAdversarial(
      options.adversarial,
      own("adversarial"),
      (done, { certain, falseTwinLinks }) =>
        process.stderr.write(`${done} pairs, ${certain.wrong} false links, ${falseTwinLinks} among twins\n`),
    );
    write(adversarialToConsole(results.adversarial));
  }
  return results;
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options === undefined) {
    process.stdout.write(USAGE);
    return 0;
  }
  const directory = options.out ?? (await mkdtemp(join(tmpdir(), "linkage-")));
  await mkdir(directory, { recursive: true });
  try {
    const results = await runAll(options, directory);
    if (options.json !== undefined)
      await writeFile(options.json, `${JSON.stringify({ options, ...results }, undefined, 2)}\n`);
    return isMissed(results) ? 1 : 0;
  } finally {
    if (options.out === undefined) await rm(directory, { recursive: true, force: true });
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Misuse || error instanceof LinkFailed || error instanceof NoPairsFile)) throw error;
  process.stderr.write(`${error.message.trimEnd()}\n`);
  process.exitCode = error instanceof Misuse ? 2 : 1;
}
