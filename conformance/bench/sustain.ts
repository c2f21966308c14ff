import { setTimeout as sleep } from "node:timers/promises";
import type { RunningGateway } from "../start-gateway.ts";
import { type Bench, openOn, readerAt, targetAt, tokensOf } from "./bench.ts";
import { findChildren } from "./children.ts";
import { makeDay } from "./day-workload.ts";
import { heapAfterCollection } from "./heap.ts";
import { closedLoop } from "./load.ts";
import { type OpenLoadResult, openLoad } from "./open-load.ts";
import { openFiles, residentMemory } from "./process-usage.ts";
import { learnOf } from "./read-workloads.ts";
import { freePort } from "./start-redis.ts";
import { median } from "./statistics.ts";
import { isSkipped, type Workload } from "./workload.ts";

const SHARE_OF_BEST = 0.8;
const BEST_ROUNDS = 3;
/** Looks at memory and files over the run. */
const LOOKS = 60;
/** The beginning and the end that are compared; before the beginning caches fill. */
const SETTLED_SHARE = 0.2;
const COMPARED_SHARE = 0.2;

interface Look {
  readonly at_s: number;
  readonly resident_MB: number;
  readonly files: number;
}

export interface Sustained {
  readonly minutes: number;
  readonly best_per_s: number;
  readonly rate_per_s: number;
  readonly load: OpenLoadResult;
  readonly looks: readonly Look[];
  readonly heapBefore_MB: number;
  readonly heapAfter_MB: number;
}

/** The GP's day, open load at 80 % of the best rate found: no error, no growth, no long wait. */
export async function runSustained(bench: Bench, minutes: number): Promise<Sustained> {
  const { size, findings, say } = bench;
  const { dataDir } = await bench.store(size.most);
  const port = await freePort();
  const gateway = await openOn(dataDir, { NODE_OPTIONS: `--inspect-port=127.0.0.1:${port}` });
  try {
    const day = await dayOn(bench, gateway);
    const best_per_s = await bestOf(bench, gateway, day);
    const heapBefore_MB = await heapAfterCollection(gateway.pid, port);
    const rate_per_s = Math.max(1, Math.floor(best_per_s * SHARE_OF_BEST));
    say(`… ${minutes} minutes at ${rate_per_s}/s, 80 % of ${best_per_s.toFixed(0)}/s`);
    const { load, looks } = await hold(bench, gateway, day, rate_per_s, minutes);
    const heapAfter_MB = await heapAfterCollection(gateway.pid, port);
    const sustained = { minutes, best_per_s, rate_per_s, load, looks, heapBefore_MB, heapAfter_MB };
    findings.sustained = sustained;
    for (const [goal, figure] of Object.entries(figuresOf(sustained))) findings.figures.set(goal, figure);
    const title = `the GP's day for ${minutes} minutes at 80 % of the best rate`;
    findings.opens.push({ id: "sustain", title, rate_per_s, gateway: load });
    if (load.failures > 0) findings.failed.push({ what: title, reason: `${load.failures}: ${load.wrong.join("; ")}` });
    return sustained;
  } finally {
    await gateway.stop();
  }
}

export function figuresOf({ load, looks, heapBefore_MB, heapAfter_MB }: Sustained): Readonly<Record<string, number>> {
  const settled = looks.slice(Math.floor(looks.length * SETTLED_SHARE));
  const compared = Math.max(1, Math.floor(looks.length * COMPARED_SHARE));
  const grown = (figure: (look: Look) => number) =>
    median(settled.slice(-compared).map(figure)) / median(settled.slice(0, compared).map(figure));
  return {
    "sustain-failures": load.failures,
    "sustain-p99": load.p99_ms / load.p50_ms,
    "sustain-memory": grown(({ resident_MB }) => resident_MB),
    "sustain-files": grown(({ files }) => files),
    "sustain-heap": heapAfter_MB / heapBefore_MB,
  };
}

async function dayOn({ size }: Bench, gateway: RunningGateway): Promise<Workload> {
  const target = await readerAt(gateway);
  const known = await learnOf(target, await findChildren(target.send, size.children));
  const writer = targetAt(gateway.fhirBase, (await tokensOf(gateway)()).writer);
  const day = await makeDay(target, known, { visits: size.visits, seed: 10, writer });
  if (isSkipped(day)) throw new Error(day.reason);
  return day;
}

/** By our own load, which then sends the rest: both take their part of the machine. */
async function bestOf({ size, say }: Bench, gateway: RunningGateway, day: Workload): Promise<number> {
  const tokens = tokensOf(gateway);
  const rates: number[] = [];
  const { base } = gateway;
  for (let round = 0; round <= BEST_ROUNDS; round += 1) {
    const duration_s = round === 0 ? size.warmFirst_s : size.round_s * 2;
    const options = { base, requests: day.requests, tokens: await tokens(), duration_s, connections: size.connections };
    const { requests, seconds, failures } = await closedLoop(options);
    if (failures > 0) throw new Error(`${failures} failures while the best rate was looked for`);
    if (round > 0) rates.push(requests / seconds);
  }
  say(`  best rate ${median(rates).toFixed(0)}/s`);
  return median(rates);
}

async function hold(
  { say }: Bench,
  gateway: RunningGateway,
  day: Workload,
  rate_per_s: number,
  minutes: number,
): Promise<Pick<Sustained, "load" | "looks">> {
  const duration_s = minutes * 60;
  const looks: Look[] = [];
  const over = new AbortController();
  const started = performance.now();
  const looking = (async () => {
    while (!over.signal.aborted) {
      const at_s = (performance.now() - started) / 1000;
      const [resident_MB, files] = [await residentMemory(gateway.pid), await openFiles(gateway.pid)];
      looks.push({ at_s, resident_MB, files });
      if (looks.length % 6 === 1) say(`  after ${at_s.toFixed(0)} s: ${resident_MB.toFixed(0)} MB, ${files} files`);
      await sleep((duration_s * 1000) / LOOKS, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  try {
    const count = Math.max(1, Math.round(rate_per_s * duration_s));
    const options = { base: gateway.base, requests: day.requests, tokens: tokensOf(gateway), rate_per_s, count };
    return { load: await openLoad(options), looks };
  } finally {
    over.abort();
    await looking;
  }
}
