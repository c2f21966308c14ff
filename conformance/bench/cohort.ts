import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text as readText } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { at, isRecord, parseJson } from "../json.ts";
import { type RunningGateway, startGateway } from "../start-gateway.ts";
import { cohortFile } from "./cohort-file.ts";
import { cpuTime, residentMemory } from "./process-usage.ts";

/** A cohort's profiles in one file, taken in by an empty store, and then once more as they are. */
export interface CohortFigures {
  readonly pupils: number;
  readonly resources: number;
  readonly seconds: number;
  readonly resources_per_s: number;
  /** Of all threads of the gateway. */
  readonly cpu_us: number;
  /** Largest resident memory of both passes, in MB. */
  readonly peak_MB: number;
  /** Resources that were found unchanged, a second. */
  readonly unchanged_per_s: number;
  readonly unchanged_cpu_us: number;
  /** Rate of the second pass to that of the first. */
  readonly unchanged_ratio: number;
}

const SOURCE = "leeds-ctf";
const LOOK_MS = 500;

export async function measureCohort(pupils: number): Promise<CohortFigures> {
  const dataDir = await mkdtemp(join(tmpdir(), "cohort-"));
  try {
    const gateway = await startGateway({ dataDir, env: { DEMONSTRATION_CHILDREN: "0", LOG_LEVEL: "error" } });
    try {
      return await twice(gateway, pupils);
    } finally {
      await gateway.stop();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function twice(gateway: RunningGateway, pupils: number): Promise<CohortFigures> {
  const first = await takeIn(gateway, pupils);
  const resources = sum(at(first.receipt, "resources"));
  expectCount(first.receipt, "committed", pupils);
  const second = await takeIn(gateway, pupils);
  expectCount(second.receipt, "unchanged", pupils);
  return {
    pupils,
    resources,
    seconds: first.seconds,
    resources_per_s: resources / first.seconds,
    cpu_us: (first.cpu_s * 1e6) / resources,
    peak_MB: Math.max(first.peak_MB, second.peak_MB),
    unchanged_per_s: resources / second.seconds,
    unchanged_cpu_us: (second.cpu_s * 1e6) / resources,
    unchanged_ratio: first.seconds / second.seconds,
  };
}

async function takeIn(gateway: RunningGateway, pupils: number) {
  const { pid } = gateway;
  const token = await gateway.token("officer-demo", { scope: `ingest/${SOURCE}` });
  let peak_MB = 0;
  const watch = setInterval(() => {
    residentMemory(pid).then((now_MB) => {
      peak_MB = Math.max(peak_MB, now_MB);
    }, ignore);
  }, LOOK_MS);
  try {
    const before_s = await cpuTime(pid);
    const started = performance.now();
    const receipt = await send(`${gateway.base}/ingest/${SOURCE}`, token, cohortFile(pupils));
    const seconds = (performance.now() - started) / 1000;
    return { receipt, seconds, cpu_s: (await cpuTime(pid)) - before_s, peak_MB };
  } finally {
    clearInterval(watch);
  }
}

/** By the plain client, which waits for an answer as long as it takes. */
async function send(url: string, token: string, chunks: Iterable<string>): Promise<unknown> {
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "application/xml",
    "content-disposition": 'attachment; filename="cohort.xml"',
  };
  const sent = request(url, { method: "POST", headers });
  const answered = once(sent, "response");
  await pipeline(Readable.from(chunks, { objectMode: false }), sent);
  const [response] = await answered;
  const body = await readText(response);
  if (response.statusCode !== 200) throw new Error(`the cohort was answered ${response.statusCode}: ${body}`);
  return parseJson(body);
}

function expectCount(receipt: unknown, name: string, count: number): void {
  if (at(receipt, name) !== count) throw new Error(`of ${count} pupils ${at(receipt, name)} were ${name}`);
}

function sum(counts: unknown): number {
  return isRecord(counts) ? Object.values(counts).reduce((total: number, count) => total + Number(count), 0) : 0;
}

/** The process may have ended between two looks. */
function ignore(): void {}
