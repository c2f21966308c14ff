/**
 * `npm run -s link -- --left A.csv [--right B.csv] --columns MAP.json --out PAIRS.csv [--model FILE] [--report FILE]
 * [--strata COLUMN…]`
 *
 * Links two files, or finds the records of one person in one, without loading anything. Exit 0 when the pairs are
 * written, 2 on misuse; a file is there whole or not at all.
 */
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { readFile, rename, rm } from "node:fs/promises";
import { parseArgs } from "node:util";
import { type Columns, parseColumns } from "../identity/matcher/batch/columns.ts";
import { gradePairs } from "../identity/matcher/batch/grade-pairs.ts";
import { linkPeople } from "../identity/matcher/batch/link-people.ts";
import { MisuseError } from "../identity/matcher/batch/misuse.ts";
import { toPairRows } from "../identity/matcher/batch/pair-rows.ts";
import { type Records, readPeople } from "../identity/matcher/batch/read-people.ts";
import { readTable, type Table } from "../identity/matcher/batch/read-table.ts";
import { countStrata } from "../identity/matcher/batch/strata.ts";
import { toFeatures } from "../identity/matcher/compare/to-features.ts";
import { MATCHER_VERSION } from "../identity/matcher/create-matcher.ts";
import { HAND_SET } from "../identity/matcher/model/hand-set.ts";
import type { Model } from "../identity/matcher/model/model.ts";
import { parseModel } from "../identity/matcher/model/parse-model.ts";
import { learnFromSynthetic, toModelModule } from "./link-learn.ts";
import { type LinkReport, toReportText } from "./link-report.ts";
import type { CommandResult } from "./token.ts";

const USAGE = `Usage: npm run -s link -- --left A.csv [--right B.csv] --columns MAP.json --out PAIRS.csv
                            [--model FILE] [--report FILE] [--strata COLUMN…]
       npm run -s link -- --learn OUT [--children 20000] [--seed 1]

Links the records of two files, or finds the records of one person in one file. MAP.json says which column holds what:
{ "id": "record", "given": "first_name", "family": "surname", "birthDate": "born", "postcode": "postcode" }
Without --model the way in which records agree is learned from the files. --report writes the counts as JSON.
--learn learns the model that the gateway ships from invented children.
`;

interface Task {
  readonly left: string;
  readonly right: string | undefined;
  readonly columns: string;
  readonly out: string;
  readonly model: string | undefined;
  readonly report: string | undefined;
  readonly strata: readonly string[];
}

/** @param onProgress told which step goes on and what share of it is done */
export async function runLink(
  given: readonly string[],
  onProgress: (share: number) => void = () => {},
): Promise<CommandResult> {
  try {
    const task = parseTask(given);
    const out = "learn" in task ? await learn(task) : await link(task, onProgress);
    return { exit: 0, out, error: "" };
  } catch (error) {
    if (!(error instanceof MisuseError)) throw error;
    return { exit: 2, out: "", error: `${error.message}\n\n${USAGE}` };
  }
}

interface LearnTask {
  readonly learn: string;
  readonly children: number;
  readonly seed: number;
}

const LEARNED_VERSION = "england-4";

async function learn({ learn: path, children, seed }: LearnTask): Promise<string> {
  const model = learnFromSynthetic({ children, seed, version: LEARNED_VERSION });
  const text = path.endsWith(".ts") ? toModelModule(model) : `${JSON.stringify(model, undefined, 2)}\n`;
  await writeWhole(path, [text]);
  return `${model.version}: ${model.origin}\n`;
}

function parseTask(given: readonly string[]): Task | LearnTask {
  try {
    const { values, positionals } = parseArgs({
      args: [...given],
      allowPositionals: true,
      options: {
        left: { type: "string" },
        right: { type: "string" },
        columns: { type: "string" },
        out: { type: "string" },
        model: { type: "string" },
        report: { type: "string" },
        strata: { type: "string", multiple: true, default: [] },
        learn: { type: "string" },
        children: { type: "string", default: "20000" },
        seed: { type: "string", default: "1" },
      },
    });
    const { left, right, columns, out, model, report, strata, learn, children, seed } = values;
    if (learn) {
      if (!/^[0-9]{3,7}$/.test(children) || !/^[0-9]{1,9}$/.test(seed)) {
        throw new MisuseError("--children and --seed: expected numbers, at least 100 children.");
      }
      return { learn, children: Number(children), seed: Number(seed) };
    }
    for (const [name, value] of Object.entries({ left, columns, out })) {
      if (!value) throw new MisuseError(`--${name} is missing.`);
    }
    if (positionals.length > 0 && strata.length === 0) throw new MisuseError("A name stands without its option.");
    const named = [...strata, ...positionals].flatMap((names) => names.split(",")).map((name) => name.trim());
    return { left: left ?? "", right, columns: columns ?? "", out: out ?? "", model, report, strata: named };
  } catch (error) {
    if (error instanceof MisuseError) throw error;
    throw new MisuseError(error instanceof Error ? error.message : "The options are not understood.");
  }
}

interface Loaded {
  readonly table: Table;
  readonly records: Records;
}

async function link(task: Task, onProgress: (share: number) => void): Promise<string> {
  const started = performance.now();
  const today = new Date().toISOString().slice(0, 10);
  const columns = parseColumns(await read(task.columns, "--columns"), "--columns");
  const model = task.model === undefined ? undefined : parseModel(await read(task.model, "--model"), "--model");
  const left = await load(task.left, "--left", columns, today);
  const right = task.right === undefined ? undefined : await load(task.right, "--right", columns, today);
  const strata = toStrataColumns(left.table, task.strata);
  const linked = linkPeople(
    { left: toAll(left, model, today), right: right === undefined ? undefined : toAll(right, model, today) },
    { start: HAND_SET, model, onProgress },
  );
  const pairs = gradePairs(linked);
  await writeWhole(task.out, toPairRows(linked, pairs, { left: left.records.ids, right: (right ?? left).records.ids }));
  const report: LinkReport = {
    matcher: MATCHER_VERSION,
    model: model?.version ?? "learned from the files",
    files: { left: left.records.ids.length, ...(right === undefined ? {} : { right: right.records.ids.length }) },
    pairs: {
      compared: linked.candidates.size,
      certain: pairs.filter(({ grade }) => grade === "certain").length,
      probable: pairs.filter(({ grade }) => grade === "probable").length,
      possible: pairs.filter(({ grade }) => grade === "possible").length,
    },
    holdsEachPersonOnce: linked.unique,
    withoutFamilies: linked.population.isFamilyless,
    overflow: linked.candidates.overflow,
    notes: [...left.records.notes, ...(right?.records.notes ?? [])],
    strata: countStrata(pairs, { isWithin: right === undefined, records: left.records.ids.length, columns: strata }),
    learned: { prior_bits: linked.model.prior_bits, fields: linked.model.fields },
    seconds: Number(((performance.now() - started) / 1000).toFixed(1)),
  };
  if (task.report !== undefined) await writeWhole(task.report, [`${JSON.stringify(report, undefined, 2)}\n`]);
  return toReportText(report);
}

async function load(path: string, where: string, columns: Columns, today: string): Promise<Loaded> {
  const table = readTable(await read(path, where), where);
  return { table, records: readPeople(table, columns, { where, today }) };
}

function toAll({ records }: Loaded, model: Model | undefined, today: string) {
  const { frequencies, knownGivenShare } = model ?? HAND_SET;
  return records.people.map((person) =>
    toFeatures(person, { frequencies, knownGivenShare, today, takesDateSlips: true }),
  );
}

async function read(path: string, where: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    throw new MisuseError(`${where}: the file cannot be read. Check its path and who may read it.`);
  }
}

function toStrataColumns(table: Table, names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const columns = new Map<string, readonly string[]>();
  for (const name of names) {
    const place = table.places.get(name);
    if (place === undefined) throw new MisuseError(`--strata: the left file has no column "${name}".`);
    columns.set(
      name,
      table.rows.map((row) => row[place] ?? ""),
    );
  }
  return columns;
}

/** Under a name of its own until it is complete. */
async function writeWhole(path: string, lines: Iterable<string>): Promise<void> {
  const unfinished = `${path}.unfinished-${process.pid}`;
  try {
    const stream = createWriteStream(unfinished, { flags: "w", mode: 0o600 });
    await once(stream, "open");
    for (const line of lines) if (!stream.write(line)) await once(stream, "drain");
    stream.end();
    await once(stream, "close");
    await rename(unfinished, path);
  } catch {
    await rm(unfinished, { force: true });
    throw new MisuseError(
      "The outcome cannot be written. Check the path of --out and --report, and who may write there.",
    );
  }
}

const BAR_WIDTH = 40;
const REDRAW_ms = 100;

/** A bar on a terminal, and nothing else anywhere. */
function createBar(): (share: number) => void {
  if (!process.stderr.isTTY) return () => {};
  let drawn = 0;
  return (share) => {
    const now = performance.now();
    if (now - drawn < REDRAW_ms && share < 1) return;
    drawn = now;
    const filled = Math.round(share * BAR_WIDTH);
    process.stderr.write(`\r${"█".repeat(filled)}${"░".repeat(BAR_WIDTH - filled)} ${Math.round(share * 100)} %`);
    if (share >= 1) process.stderr.write("\r\u001B[K");
  };
}

if (import.meta.main) {
  const { exit, out, error } = await runLink(process.argv.slice(2), createBar());
  process.stdout.write(out);
  process.stderr.write(error);
  process.exitCode = exit;
}
