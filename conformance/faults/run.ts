import { writeFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { createRandom } from "../linkage/random.ts";
import { type Asking, createAsking } from "./ask.ts";
import { readAuditLog } from "./audit-log.ts";
import { checkAnswers } from "./check.ts";
import { checkAudit } from "./check-audit.ts";
import { checkKept } from "./check-kept.ts";
import { findConstants } from "./constants.ts";
import { createDisk } from "./disk.ts";
import { FAULTS, type Fault, type World } from "./faults.ts";
import { startGatewayProcess } from "./gateway-process.ts";
import { isGood, type Trouble, type Violation } from "./journal.ts";
import { createLoad, type Load } from "./load.ts";
import { memoryOf } from "./memory.ts";
import type { FaultOptions } from "./options.ts";
import { startPostgres } from "./postgres-process.ts";
import { readBack } from "./read-back.ts";
import { untilRecovered } from "./recovery.ts";
import { startRedis } from "./redis-process.ts";
import { type Done, type Memory, type Report, toCounts, toLast, toWays } from "./report.ts";
import { createTokens } from "./tokens.ts";

/** Of the best rate that a probe finds. */
const SHARE = 0.8;
const PROBE_MS = 3_000;
const PROBE_AT_ONCE = 16;
const WARM_MS = 3_000;
const PAUSE_MS_MIN = 1_500;
const CHILDREN = "20";
const CACHE_MB = 64;
/** What a process may have taken more at the end than it had when it was first looked at: its cache, and some. */
const GROWTH_MB = CACHE_MB + 50;

export interface Running {
  readonly options: FaultOptions;
  readonly say: (line: string) => void;
  /** How many times as long as it should the gateway may take to be well again: more where other work is done beside it. */
  readonly patience?: number;
}

/** Starts all, breaks one thing after another under load, and holds what was answered against what may be. */
export async function runFaults({ options, say, patience = 1 }: Running): Promise<Report> {
  const began = performance.now();
  const now = () => performance.now() - began;
  const tell = (line: string) => say(`${(now() / 1_000).toFixed(1).padStart(7)} s  ${line}`);
  const stops: (() => Promise<void> | void)[] = [];
  try {
    const disk = createDisk(options);
    stops.push(disk.remove);
    const redis = await startRedis();
    if (redis !== undefined) stops.push(redis.stop);
    const postgres = options.engine === "postgres" ? await startPostgres() : undefined;
    if (postgres !== undefined) stops.push(postgres.stop);
    if (options.engine === "postgres" && postgres === undefined)
      throw new Error("there is no PostgreSQL on this machine");
    const env = {
      ...{ LOG_LEVEL: "info", DEMONSTRATION_CHILDREN: CHILDREN, CACHE_MB: String(CACHE_MB) },
      ...(redis !== undefined && { REDIS_URL: redis.url, GATEWAY_WORKERS: String(options.workers) }),
      ...(postgres !== undefined && { DATABASE_URL: postgres.url }),
    };
    const gateway = await startGatewayProcess({ dataDir: disk.directory, workers: options.workers, env });
    let isStopped = false;
    const stop = async () => {
      if (!isStopped) await gateway.stop();
      isStopped = true;
    };
    stops.push(stop);
    const asking = createAsking(gateway.fhirBase);
    stops.push(asking.close);
    const tokens = await createTokens(gateway.token);
    stops.push(tokens.close);
    const constants = await findConstants(asking, tokens.of("gp-demo"));
    const load = createLoad({ asking, constants, now, tokenOf: tokens.of, random: createRandom(options.seed) });
    stops.push(() => load.stop());
    tell(
      `${options.engine}, ${(await gateway.workers()).length} answering, Redis ${redis === undefined ? "absent" : "there"}`,
    );
    const rate = options.rate ?? (await findRate(load, tell));
    const world = { gateway, disk, redis, postgres, say: tell };
    const broken = await breakAll({ load, world, options, rate, now, tell, patience });
    await load.stop();
    const memory = await memoryOf(gateway);
    const kept = await tellRounds({ load, asking, tokenOf: tokens.of, tell });
    await stop();
    disk.widen();
    const audit = await readAuditLog(disk.directory, env);
    tell(`the audit log: ${audit.told.split("\n")[0]}`);
    const violations: Violation[] = [
      ...checkAnswers(load.asked, broken.troubles),
      ...checkKept(load.asked, kept),
      ...checkAudit(load.asked, audit.recorded),
      ...(audit.isWhole ? [] : [{ rule: "the audit log is not whole", detail: audit.told.slice(0, 500) }]),
      ...checkMemory(broken.done, memory),
    ];
    const report: Report = {
      ...{
        engine: options.engine,
        rate,
        done: broken.done,
        violations,
        memory,
        output: gateway.output().slice(-2_000),
      },
      counts: toCounts(load.asked),
      audited: audit.recorded.length,
      readBack: kept.length,
      seconds: now() / 1_000,
    };
    if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
    return report;
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function findRate(load: Load, tell: (line: string) => void): Promise<number> {
  const best = await load.probe(PROBE_MS, PROBE_AT_ONCE);
  const rate = best * SHARE;
  tell(`at best ${best.toFixed(0)} requests/s; from now on ${rate.toFixed(0)}/s`);
  return rate;
}

interface Breaking {
  readonly patience: number;
  readonly load: Load;
  readonly world: Omit<World, "isFelt">;
  readonly options: FaultOptions;
  readonly rate: number;
  readonly now: () => number;
  readonly tell: (line: string) => void;
}

async function breakAll(
  breaking: Breaking,
): Promise<{ readonly troubles: readonly Trouble[]; readonly done: readonly Done[] }> {
  const { load, world, options, rate, now, tell, patience } = breaking;
  const faults = FAULTS.filter(({ id }) => options.only.length === 0 || options.only.includes(id)).map((fault) => ({
    ...fault,
    bound_ms: fault.bound_ms * patience,
  }));
  const troubles: Trouble[] = [];
  const done: Done[] = [];
  load.start(rate);
  await pause(Math.min(WARM_MS, options.hold_s * 1_000));
  const until = now() + options.minutes * 60_000;
  for (const [index, fault] of faults.entries()) {
    const missing = await fault.missing({ ...world, isFelt: () => false });
    if (missing !== undefined) {
      tell(`${fault.title}: NOT DONE, ${missing}`);
      done.push({ id: fault.id, title: fault.title, verdict: "not done", how: missing });
      continue;
    }
    const { trouble, one } = await breakOne(fault, breaking);
    troubles.push(trouble);
    // At the end of the pause: what was started anew has filled its cache by then, or taken a part of it.
    await pause(Math.max(PAUSE_MS_MIN, (until - now()) / (faults.length - index) / 2));
    done.push({ ...one, memory: await memoryOf(world.gateway) });
  }
  return { troubles, done };
}

async function breakOne(fault: Fault, { load, world, options, rate, now, tell }: Breaking) {
  tell(fault.title);
  const from = now();
  const first = load.asked.length;
  const since = () => load.asked.slice(first);
  const how = await fault.run({ ...world, isFelt: () => since().some((one) => !isGood(one)) }, options.hold_s * 1_000);
  const mended = now();
  tell(`  ${how}`);
  const { bound_ms } = fault;
  const recovered = await untilRecovered(load.asked, { since: mended, bound_ms, rate, now });
  const trouble: Trouble = { fault: fault.id, from, mended, bound_ms, ...(recovered !== undefined && { recovered }) };
  const counts = toCounts(since());
  const bound = `within ${(bound_ms / 1_000).toFixed(0)} s`;
  const told =
    recovered === undefined ? `not ${bound}` : `after ${((recovered - mended) / 1_000).toFixed(1)} s (${bound})`;
  const ways = toWays(since());
  const others = Object.entries(ways).map(([way, times]) => `, ${times} × ${way}`);
  tell(`  ${counts.good} answered${others.join("")}; well again ${told}`);
  const last = toLast(since());
  if (recovered === undefined) for (const line of last) tell(`  ${line}`);
  const isDone = !how.endsWith("nobody felt it");
  const verdict: Done["verdict"] = recovered === undefined ? "failed" : isDone ? "held" : "not done";
  return { trouble, one: { id: fault.id, title: fault.title, verdict, how, ...trouble, counts, last, ways } };
}

/** Of those that live from the pause after one fault to the end. */
function checkMemory(done: readonly Done[], atEnd: readonly Memory[]): readonly Violation[] {
  const samples = done.flatMap(({ memory = [] }) => memory);
  return atEnd.flatMap(({ pid, MB }) => {
    const before = samples.find((one) => one.pid === pid)?.MB ?? MB;
    if (MB - before <= GROWTH_MB) return [];
    return [{ rule: "memory has grown", detail: `${pid}: ${before.toFixed(0)} MB, then ${MB.toFixed(0)} MB` }];
  });
}

async function tellRounds(reading: {
  readonly load: Load;
  readonly asking: Asking;
  readonly tokenOf: Parameters<typeof readBack>[0]["tokenOf"];
  readonly tell: (line: string) => void;
}) {
  const kept = await readBack(reading);
  const versions = kept.reduce((sum, one) => sum + one.versions.length, 0);
  reading.tell(
    `read back: ${kept.length} resources, ${versions} acknowledged versions, each by its name and in its history`,
  );
  return kept;
}
