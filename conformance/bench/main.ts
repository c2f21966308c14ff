import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type RunningGateway, startGateway } from "../start-gateway.ts";
import { type CohortFigures, measureCohort } from "./cohort.ts";
import { type Comparison, compare, type Side } from "./compare.ts";
import { GOALS, type Goal, judgeGoal, type Verdict } from "./goals.ts";
import { type IngestFigures, measureIngest } from "./ingest.ts";
import { chooseLoad, type Load } from "./load.ts";
import { residentMemory } from "./process-usage.ts";
import { measureStart, type StartFigures } from "./start.ts";
import { startCeiling } from "./start-ceiling.ts";
import { startUnguarded } from "./start-unguarded.ts";
import { findWorkloads, type Workload } from "./workloads.ts";
import { makeWriteWorkloads } from "./write-workloads.ts";

/**
 * How much is done: the short run ends within minutes; the long one takes in the profiles of all children of England of
 * one age, which alone takes a quarter of an hour, and 20 GB of disk.
 */
const SHORT = {
  children: 2_000,
  ingestChildren: 500,
  cohortPupils: 5_000,
  rounds: 5,
  round_s: 3,
  warm_s: 8,
  starts: 5,
  connections: 16,
};
const LONG = {
  children: 8_000,
  ingestChildren: 10_000,
  cohortPupils: 600_000,
  rounds: 7,
  round_s: 10,
  warm_s: 15,
  starts: 9,
  connections: 16,
};

type Size = typeof SHORT;

interface Figures {
  readonly comparisons: readonly Comparison[];
  readonly start?: StartFigures;
  readonly ingest?: IngestFigures;
  readonly cohort?: CohortFigures;
  readonly loaded_MB?: number;
  /** The search against the same search without authentication, visibility and audit, in place of a static server. */
  readonly guarded?: Comparison;
}

interface Row {
  readonly goal: Goal;
  readonly measured?: number;
  readonly verdict: Verdict | "not measured";
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** All workloads against a server and a ceiling that answers the same. */
async function measureLoad(
  server: Side & { token: () => Promise<string> },
  workloads: readonly Workload[],
  load: Load,
  size: Size,
) {
  const comparisons: Comparison[] = [];
  for (const workload of workloads) {
    say(`… ${workload.title} (${workload.requests.length} requests)`);
    const ceiling = await startCeiling(workload.bodies);
    try {
      const comparison = await compare(workload, server, ceiling, { ...size, load, token: server.token });
      comparisons.push(comparison);
      say(`  ${toLoadLine(comparison)}`);
    } finally {
      await ceiling.stop();
    }
  }
  return comparisons;
}

async function measureHere(load: Load, size: Size): Promise<Figures> {
  const dataDir = await mkdtemp(join(tmpdir(), "bench-"));
  const env = { DEMONSTRATION_CHILDREN: String(size.children), LOG_LEVEL: "error" };
  try {
    say(`… first start with ${size.children} children`);
    const first = await startGateway({ dataDir, env, readyWithin_ms: 600_000 });
    say(`  ready after ${(first.ready_ms / 1000).toFixed(1)} s`);
    await first.stop();
    say("… warm starts");
    const start = await measureStart(dataDir, env, size.starts);
    const gateway = await startGateway({ dataDir, env });
    const loaded = await measureRunning(gateway, load, size).finally(() => gateway.stop());
    say("… ingest");
    const ingest = await measureIngest(size.ingestChildren);
    say(`… a cohort of ${size.cohortPupils} profiles in one file, and again`);
    return { ...loaded, start, ingest, cohort: await measureCohort(size.cohortPupils) };
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function measureRunning(gateway: RunningGateway, load: Load, size: Size): Promise<Figures> {
  const { base, fhirBase, pid } = gateway;
  const token = () => gateway.token("gp-demo");
  const reads = await findWorkloads(fhirBase, await token());
  const comparisons = await measureLoad({ base, pid, token }, reads, load, size);
  const loaded_MB = await residentMemory(pid);
  const guarded = await measureGuarded({ base, pid, token }, reads, load, size);
  const writer = () => gateway.token("conformance-demo", { scope: "system/*.cruds" });
  const writes = await makeWriteWorkloads(fhirBase, await writer());
  comparisons.push(...(await measureLoad({ base, pid, token: writer }, writes, load, size)));
  return { comparisons, loaded_MB, ...(guarded && { guarded }) };
}

async function measureGuardedAlone(load: Load, size: Size): Promise<void> {
  const env = { DEMONSTRATION_CHILDREN: String(size.children), LOG_LEVEL: "error" };
  const gateway = await startGateway({ env, readyWithin_ms: 600_000 });
  try {
    const token = () => gateway.token("gp-demo");
    const workloads = await findWorkloads(gateway.fhirBase, await token());
    const found = await measureGuarded({ base: gateway.base, pid: gateway.pid, token }, workloads, load, size);
    say(JSON.stringify(found, null, 2));
  } finally {
    await gateway.stop();
  }
}

/** What authentication, visibility and durable audit leave of the rate of a search. */
async function measureGuarded(
  gateway: Side & { token: () => Promise<string> },
  workloads: readonly Workload[],
  load: Load,
  size: Size,
): Promise<Comparison | undefined> {
  const workload = workloads.find(({ id }) => id === "search");
  if (workload === undefined) return undefined;
  say(`… the same search without authentication, visibility and audit, over ${size.children} children`);
  const unguarded = await startUnguarded(size.children);
  try {
    const comparison = await compare(workload, gateway, unguarded, { ...size, load, token: gateway.token });
    say(`  ${toLoadLine(comparison)}`);
    return comparison;
  } finally {
    await unguarded.stop();
  }
}

/** Figures by goal. A workload with failures has none: errors are quick. */
function measuredBy({
  comparisons,
  start,
  ingest,
  cohort,
  loaded_MB,
  guarded,
}: Figures): Readonly<Record<string, number | undefined>> {
  const sound = (id: Comparison["workload"]) => comparisons.find((each) => each.workload === id && each.failures === 0);
  const [search, withCode, read] = [sound("search"), sound("search-code"), sound("read")];
  return {
    "search-rate": search?.rateRatio,
    "search-cpu": search?.cpuRatio,
    "search-p99": search?.p99_ms,
    "search-code-rate": withCode?.rateRatio,
    "search-code-cpu": withCode?.cpuRatio,
    "search-code-p99": withCode?.p99_ms,
    "read-rate": read?.rateRatio,
    "search-guarded": guarded?.failures === 0 ? guarded.rateRatio : undefined,
    "match-rate": sound("match")?.rate_per_s,
    "create-rate": sound("create")?.rate_per_s,
    start: start?.median_s,
    "memory-idle": start?.idle_MB,
    "memory-loaded": loaded_MB,
    ingest: ingest?.resources_per_s,
    cohort: cohort?.resources_per_s,
    "cohort-memory": cohort?.peak_MB,
    "cohort-unchanged": cohort?.unchanged_ratio,
    stored: ingest === undefined ? undefined : ingest.stored_bytes / 1024,
  };
}

function toRows(figures: Figures): readonly Row[] {
  const measured = measuredBy(figures);
  return GOALS.map((goal) => {
    const value = measured[goal.id];
    return value === undefined
      ? { goal, verdict: "not measured" }
      : { goal, measured: value, verdict: judgeGoal(goal, value) };
  });
}

function toTable(rows: readonly Row[]): string {
  const lines = rows.map(({ goal, measured, verdict }) => {
    const value = measured === undefined ? "–" : `${measured.toFixed(measured < 100 ? 2 : 0)} ${goal.unit}`;
    const mark = `${goal.direction === "at-least" ? "≥" : "≤"} ${goal.goal} ${goal.unit}`;
    const floor = goal.floor === undefined ? "" : `(floor ${goal.floor})`;
    const result = verdict === "above the floor" ? "missed, floor held" : verdict;
    return `${goal.title.padEnd(30)}${value.padStart(12)}   ${mark.padEnd(14)}${floor.padEnd(14)}${result}`;
  });
  return ["", `${"".padEnd(30)}${"measured".padStart(12)}   ${"goal".padEnd(28)}`, ...lines, ""].join("\n");
}

/** Every workload's own figures, goal or not. */
function toLoadTable(comparisons: readonly Comparison[]): string {
  const head = `${"".padEnd(20)}${"rate".padStart(10)}${"of static".padStart(10)}${"CPU".padStart(10)}${"p50".padStart(12)}${"p99".padStart(12)}`;
  return [head, ...comparisons.map(toLoadLine), ""].join("\n");
}

function toLoadLine({ workload, rate_per_s, rateRatio, cpuRatio, p50_ms, p99_ms }: Comparison): string {
  return (
    `${workload.padEnd(20)}${rate_per_s.toFixed(0).padStart(8)}/s${rateRatio.toFixed(2).padStart(8)} ×` +
    `${(cpuRatio?.toFixed(1) ?? "–").padStart(8)} ×${p50_ms.toFixed(2).padStart(9)} ms${p99_ms.toFixed(2).padStart(9)} ms`
  );
}

function describeMachine() {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model ?? "unknown",
    cores: cpus().length,
    memory_GB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
}

async function main(): Promise<number> {
  const text = { type: "string" } as const;
  const options = {
    json: text,
    base: text,
    token: text,
    long: { type: "boolean" },
    cohort: text,
    guarded: { type: "boolean" },
  } as const;
  const { values } = parseArgs({ options });
  if (values.cohort !== undefined) {
    say(JSON.stringify(await measureCohort(Number(values.cohort)), null, 2));
    return 0;
  }
  const size = values.long === true ? LONG : SHORT;
  const machine = describeMachine();
  const started = new Date();
  const { name, load } = await chooseLoad();
  say(`${machine.cpu}, ${machine.cores} cores, ${machine.memory_GB} GB, Node ${machine.node}; load by ${name}`);
  if (values.guarded === true) {
    await measureGuardedAlone(load, size);
    return 0;
  }
  const { base: fhirBase, token = process.env.TOKEN ?? "" } = values;
  const figures: Figures =
    fhirBase === undefined
      ? await measureHere(load, size)
      : {
          comparisons: await measureLoad(
            { base: new URL(fhirBase).origin, token: async () => token },
            await findWorkloads(fhirBase, token),
            load,
            size,
          ),
        };
  const rows = toRows(figures);
  say(toTable(rows));
  say(toLoadTable(figures.comparisons));
  for (const { workload, failures } of figures.comparisons.filter((each) => each.failures > 0))
    say(`${workload}: ${failures} answers were failures, so its figures do not count`);
  if (values.json !== undefined) {
    const goals = rows.map(({ goal, ...row }) => ({ ...goal, ...row }));
    const report = { format: 1, started: started.toISOString(), seconds: (Date.now() - started.getTime()) / 1000 };
    await writeFile(
      values.json,
      `${JSON.stringify({ ...report, machine, load: name, size, goals, ...figures }, null, 2)}\n`,
    );
  }
  const failed = figures.comparisons.some((each) => each.failures > 0);
  const kept = rows.every(({ verdict }) => verdict === "met" || (verdict === "not measured" && fhirBase !== undefined));
  return kept && !failed ? 0 : 1;
}

process.exitCode = await main();
