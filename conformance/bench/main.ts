import { writeFile } from "node:fs/promises";
import { type Bench, createStores } from "./bench.ts";
import { endAllOnSignals } from "./clean-up.ts";
import { createFindings } from "./findings.ts";
import { GOALS } from "./goals.ts";
import { describeMachine, type Machine, toMachineLine } from "./machine.ts";
import { isWanted, isWorkloadWanted, type Options, parseOptions, USAGE } from "./options.ts";
import { PARTS } from "./parts/all.ts";
import type { Part } from "./parts/part.ts";
import { isKept, type Report, readPeer, toReport } from "./report.ts";
import { runForeign } from "./run-foreign.ts";
import { runParts } from "./run-parts.ts";
import { runSustained } from "./sustain.ts";
import { toSvg } from "./svg.ts";
import { toTables } from "./table.ts";
import { WORKLOADS } from "./workload.ts";
import { chooseLoad } from "./wrk.ts";

/** The bench's own exit codes. */
const [KEPT, MISSED, MISUSE] = [0, 1, 2];

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Progress does not mix with results. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function toList(): string {
  const parts = PARTS.map(({ id, title, budget_s }) => `${id.padEnd(16)}${title} (${budget_s} s)`);
  const workloads = Object.entries(WORKLOADS).map(([id, title]) => `${id.padEnd(16)}${title}`);
  return ["parts", ...parts, "", "workloads of the part loads", ...workloads].join("\n");
}

/** Goals that this run is about. */
function goalsOf({ only, sustain_min, foreign }: Options, parts: readonly Part[]): ReadonlySet<string> {
  if (foreign !== undefined) return new Set();
  if (sustain_min !== undefined) return new Set(GOALS.map(({ id }) => id).filter((id) => id.startsWith("sustain")));
  const named = only?.filter((name) => name in WORKLOADS) ?? [];
  const isAbout = (goal: string) => named.length === 0 || named.some((id) => goal.startsWith(`${id}-`));
  return new Set(parts.flatMap(({ id, goals }) => (id === "loads" ? goals.filter(isAbout) : goals)));
}

function partsOf({ only, sustain_min, foreign }: Options): readonly Part[] {
  if (sustain_min !== undefined || foreign !== undefined) return [];
  return PARTS.filter(({ id }) => isWanted(only, id));
}

async function measureAll(options: Options, machine: Machine): Promise<Report> {
  const started = new Date();
  const { name: loadName, load } = await chooseLoad();
  say(`${toMachineLine(machine)}; load by ${loadName}`);
  const findings = createFindings();
  const { size, only, foreign, databaseUrl, startsPostgres, sustain_min } = options;
  const bench: Bench = {
    ...{ size, load, findings, say, ownsPostgres: startsPostgres },
    wanted: (id) => isWorkloadWanted(only, id),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    store: createStores(findings, say),
  };
  const parts = partsOf(options);
  await runParts(bench, [...parts, ...whole(foreign, sustain_min)], options.sizeName !== "long");
  const name = options.name ?? (foreign === undefined ? "gateway" : new URL(foreign.base).host);
  const facts = { name, started, size: options.sizeName, machine, load: loadName };
  return toReport(findings, facts, goalsOf(options, parts));
}

/** What takes the place of the parts. */
function whole(foreign: Options["foreign"], minutes: number | undefined): readonly Part[] {
  if (foreign !== undefined)
    return [
      { id: "server", title: foreign.base, goals: [], budget_s: 300, run: (bench) => runForeign(bench, foreign) },
    ];
  if (minutes === undefined) return [];
  const run = async (bench: Bench) => {
    await runSustained(bench, minutes);
  };
  return [{ id: "sustain", title: "sustained load", goals: [], budget_s: minutes * 60 + 60, run }];
}

async function main(): Promise<number> {
  const parsed = parseOptions(process.argv.slice(2), process.env);
  if (!parsed.ok) {
    say(`${parsed.reason}\n\n${USAGE}`);
    return MISUSE;
  }
  const { options } = parsed;
  if (options.kind !== "run") {
    print(options.kind === "help" ? USAGE : toList());
    return KEPT;
  }
  // Before anything is measured: a file that cannot be read is misuse, not an hour lost.
  const peers = await Promise.all(options.beside.map(readPeer)).catch((error: unknown) => String(error));
  if (typeof peers === "string") {
    say(peers);
    return MISUSE;
  }
  endAllOnSignals();
  const report = await measureAll(options, describeMachine());
  print(toTables(report, peers));
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
  if (options.svg !== undefined) await writeFile(options.svg, toSvg(report));
  return isKept(report) ? KEPT : MISSED;
}

process.exitCode = await main();
