import type { RunningGateway } from "../../start-gateway.ts";
import { againstCeiling, type Bench, readerAt, targetAt, tokensOf, withGateway } from "../bench.ts";
import { findChildren } from "../children.ts";
import type { Comparison } from "../compare.ts";
import { cpuOf } from "../compare.ts";
import { makeDay } from "../day-workload.ts";
import { openLoad } from "../open-load.ts";
import { residentMemory } from "../process-usage.ts";
import { learnOf, makeReads } from "../read-workloads.ts";
import { isSkipped, READ_IDS, type Skipped, type Workload, WRITE_IDS } from "../workload.ts";
import { makeWrites } from "../write-workloads.ts";
import type { Part } from "./part.ts";

/** What has a goal is measured longer. */
const WITH_GOAL: ReadonlySet<string> = new Set(["search", "search-code", "read", "create"]);
/** The day's own open load: what a machine that is used, but not to its end, answers like. */
const DAY_SHARE = 0.5;
const DAY_S = 8;

type Figures = (comparison: Comparison) => Readonly<Record<string, number | undefined>>;

const FIGURES: Readonly<Partial<Record<Workload["id"], Figures>>> = {
  search: (of) => ({ "search-rate": of.rateRatio, "search-cpu": of.cpuRatio, "search-p99": of.p99_ms }),
  "search-code": (of) => ({
    "search-code-rate": of.rateRatio,
    "search-code-cpu": of.cpuRatio,
    "search-code-p99": of.p99_ms,
  }),
  read: (of) => ({ "read-rate": of.rateRatio }),
  match: (of) => ({ "match-rate": of.rate_per_s }),
  create: (of) => ({ "create-rate": of.rate_per_s }),
};

/** All workloads on one gateway: reads, then memory, then the GP's day and the writes, which change the store. */
export const LOADS: Part = {
  id: "loads",
  title: "every workload against bare Hono with the same bytes",
  goals: [
    ...["search-rate", "search-cpu", "search-p99", "search-code-rate", "search-code-cpu", "search-code-p99"],
    ...["read-rate", "match-rate", "create-rate", "memory-loaded"],
  ],
  budget_s: 270,
  async run(bench) {
    const { dataDir } = await bench.store(bench.size.most);
    await withGateway(dataDir, {}, (gateway) => measureOn(bench, gateway));
  },
};

async function measureOn(bench: Bench, gateway: RunningGateway): Promise<void> {
  const { size, wanted, say, findings } = bench;
  const target = await readerAt(gateway);
  const known = await learnOf(target, await findChildren(target.send, size.children));
  say(`  ${known.length} children are asked for`);
  const reads = await makeReads(target, known, { wanted: READ_IDS.filter(wanted), draws: size.draws, seed: 1 });
  await measureAll(bench, gateway, reads, "vendor-demo");
  if (reads.length === READ_IDS.length) findings.figures.set("memory-loaded", await residentMemory(gateway.pid));
  if (wanted("day")) {
    const writer = targetAt(gateway.fhirBase, (await tokensOf(gateway)()).writer);
    const fresh = await readerAt(gateway);
    const day = await makeDay(fresh, known, { visits: size.visits, seed: 2, writer });
    const [comparison] = await measureAll(bench, gateway, [day], "vendor-demo");
    if (comparison !== undefined && !isSkipped(day)) await openDay(bench, gateway, day, comparison);
  }
  const writer = targetAt(gateway.fhirBase, (await tokensOf(gateway, "conformance-demo")()).writer);
  const written = WRITE_IDS.filter(wanted);
  const writes = await makeWrites(writer, written, crypto.randomUUID(), size.patients);
  await measureAll(bench, gateway, writes, "conformance-demo");
}

async function measureAll(
  bench: Bench,
  gateway: RunningGateway,
  workloads: readonly (Workload | Skipped)[],
  writer: "vendor-demo" | "conformance-demo",
): Promise<readonly Comparison[]> {
  const { size, findings } = bench;
  const comparisons: Comparison[] = [];
  for (const workload of workloads) {
    if (isSkipped(workload)) {
      // Our own gateway does all of them.
      findings.failed.push({ what: workload.id, reason: workload.reason });
      continue;
    }
    const isGoal = WITH_GOAL.has(workload.id);
    const isFirst = findings.comparisons.length === 0;
    const comparison = await againstCeiling(bench, workload, {
      of: "gateway",
      server: { base: gateway.base, pid: gateway.pid, tokens: tokensOf(gateway, writer) },
      rounds: isGoal ? size.rounds : size.otherRounds,
      round_s: isGoal ? size.round_s : size.otherRound_s,
      warm_s: isFirst ? size.warmFirst_s : size.warm_s,
      ...(FIGURES[workload.id] && { figures: FIGURES[workload.id] }),
    });
    comparisons.push(comparison);
  }
  return comparisons;
}

/** Half of what it can do at most, at a fixed rate: what a GP waits. */
async function openDay(bench: Bench, gateway: RunningGateway, day: Workload, best: Comparison): Promise<void> {
  const rate_per_s = Math.max(1, Math.floor(best.rate_per_s * DAY_SHARE));
  const before = await cpuOf(gateway);
  const result = await openLoad({
    base: gateway.base,
    requests: day.requests,
    tokens: tokensOf(gateway),
    rate_per_s,
    count: rate_per_s * DAY_S,
  });
  const after = await cpuOf(gateway);
  const cpu = before === undefined || after === undefined ? {} : { cpu_us: ((after - before) * 1e6) / result.requests };
  const title = "the GP's day at half its best rate";
  bench.findings.opens.push({ id: "day", title, rate_per_s, gateway: { ...result, ...cpu } });
  if (result.failures > 0)
    bench.findings.failed.push({ what: title, reason: `${result.failures} failures: ${result.wrong.join("; ")}` });
}
