import { mkdirSync, writeFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { type Bench, createStores } from "./bench.ts";
import { endAllOnSignals } from "./clean-up.ts";
import { createFindings, type Findings } from "./findings.ts";
import { GOALS } from "./goals.ts";
import { describeMachine, toMachineLine } from "./machine.ts";
import { isWanted, isWorkloadWanted, type Options, parseOptions, USAGE } from "./options.ts";
import { PARTS } from "./parts/all.ts";
import type { Part } from "./parts/part.ts";
import { isKept, type Peer, type Report, readPeer, toReport } from "./report.ts";
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

/** What is measured, and the report on as much of it as there is at any moment. */
async function prepare(
  options: Options,
  findings: Findings,
): Promise<{ run: () => Promise<void>; report: () => Report }> {
  const machine = describeMachine();
  const started = new Date();
  const { name: loadName, load } = await chooseLoad();
  say(`${toMachineLine(machine)}; load by ${loadName}`);
  const { size, only, foreign, databaseUrl, startsPostgres, sustain_min } = options;
  const bench: Bench = {
    ...{ size, load, findings, say, ownsPostgres: startsPostgres },
    wanted: (id) => isWorkloadWanted(only, id),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    store: createStores(findings, say),
  };
  const parts = partsOf(options);
  const all = [...parts, ...whole(foreign, sustain_min)];
  const name = options.name ?? (foreign === undefined ? "gateway" : new URL(foreign.base).host);
  const facts = { name, started, size: options.sizeName, machine, load: loadName };
  return {
    run: () => runParts(bench, all, options.sizeName !== "long"),
    report: () => toReport(findings, facts, goalsOf(options, parts)),
  };
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
  const findings = createFindings();
  const { run, report } = await prepare(options, findings);
  // Broken off, it still tells what it has.
  endAllOnSignals(() => {
    findings.failed.push({ what: "the run", reason: "broken off" });
    tell(options, report(), peers);
  });
  await run();
  const found = report();
  tell(options, found, peers);
  return isKept(found) ? KEPT : MISSED;
}

/** At once, since a process that ends waits for nothing. */
function tell({ json, svg }: Options, report: Report, peers: readonly Peer[]): void {
  if (json !== undefined) writeWhole(json, `${JSON.stringify(report, null, 2)}\n`);
  if (svg !== undefined) writeWhole(svg, toSvg(report));
  writeSync(process.stdout.fd, `${toTables(report, peers)}\n`);
}

function writeWhole(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

process.exitCode = await main();
