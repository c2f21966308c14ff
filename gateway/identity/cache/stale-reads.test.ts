import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StaleReadsOptions, StaleReadsResult } from "./stale-reads.process.ts";
import { startTestCluster, type TestCluster } from "./test-cluster.ts";
import { startOwnRedis } from "./test-redis.ts";

/** More than these with `STALE_READ_OPERATIONS`, as 100000. */
const { STALE_READ_OPERATIONS: given = "1600" } = process.env;
const OPERATIONS = Number(given);
const PROCESSES = 2;
const IDENTIFIERS = 64;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "stale-reads-"));
});
afterAll(() => rm(directory, { recursive: true }));

interface Run {
  readonly name: string;
  readonly url: string;
  readonly isNear?: boolean;
  /** What happens to Redis meanwhile. */
  trouble?(): Promise<void>;
}

async function run({ name, url, isNear = true, trouble = async () => {} }: Run): Promise<StaleReadsResult> {
  const file = (kind: string) => join(directory, `${name.replaceAll(/\W/g, "-")}-${kind}`);
  for (const kind of ["truth", "acknowledged"])
    await writeFile(file(kind), Buffer.alloc((IDENTIFIERS + PROCESSES) * 8));
  const children = Array.from({ length: PROCESSES }, (_, index) => {
    const options: StaleReadsOptions = {
      url,
      isNear,
      index,
      processes: PROCESSES,
      identifiers: IDENTIFIERS,
      operations: Math.ceil(OPERATIONS / PROCESSES),
      fence: file("fence"),
      truth: file("truth"),
      acknowledged: file("acknowledged"),
    };
    return fork(new URL("./stale-reads.process.ts", import.meta.url), [JSON.stringify(options)], { stdio: "inherit" });
  });
  try {
    const results = Promise.all(children.map(resultOf));
    await Promise.race([pause(400), results]);
    await trouble();
    for (const child of children) child.send("finish");
    return sum(await results);
  } finally {
    for (const child of children) child.kill("SIGKILL");
  }
}

async function resultOf(child: ChildProcess): Promise<StaleReadsResult> {
  const ended = once(child, "exit").then(() => Promise.reject(new Error("A process ended without a result.")));
  const [result]: StaleReadsResult[] = await Promise.race([once(child, "message"), ended]);
  if (result === undefined) throw new Error("A process sent nothing.");
  ended.catch(() => {});
  return result;
}

function sum(results: readonly StaleReadsResult[]): StaleReadsResult {
  const total = (of: (result: StaleReadsResult) => number) =>
    results.reduce((before, result) => before + of(result), 0);
  return {
    reads: total(({ reads }) => reads),
    changes: total(({ changes }) => changes),
    stale: total(({ stale }) => stale),
    counts: {
      nearHits: total(({ counts }) => counts.nearHits),
      farHits: total(({ counts }) => counts.farHits),
      misses: total(({ counts }) => counts.misses),
      purges: total(({ counts }) => counts.purges),
      voided: total(({ counts }) => counts.voided),
      entries: total(({ counts }) => counts.entries),
    },
  };
}

function report(name: string, result: StaleReadsResult): void {
  if (process.env.STALE_READ_OPERATIONS !== undefined) process.stdout.write(`${name}: ${JSON.stringify(result)}\n`);
}

async function commandAll(urls: readonly string[], words: readonly string[]): Promise<void> {
  for (const url of urls) {
    const client = createClient({ url }).on("error", () => {});
    await client.connect();
    await client.sendCommand([...words]);
    client.destroy();
  }
}

const frozen = (pids: readonly number[]) => async () => {
  for (const pid of pids) {
    process.kill(pid, "SIGSTOP");
    await pause(900);
    process.kill(pid, "SIGCONT");
    await pause(500);
  }
};

describe.concurrent("no answer is older than a change that was acknowledged before the question", () => {
  test.each([true, false])("over one Redis, with answers kept in the process: %s", async (isNear) => {
    const redis = await startOwnRedis();
    const result = await run({ name: `one-${isNear}`, url: redis.url, isNear });
    await redis.stop();
    report("one Redis", result);
    expect(result.stale).toBe(0);
    expect(result.counts.farHits + result.counts.nearHits).toBeGreaterThan(0);
    expect(result.counts.nearHits > 0).toBe(isNear);
  });

  test("over one Redis that pauses, freezes, and is started anew", async () => {
    const redis = await startOwnRedis();
    let again: Awaited<ReturnType<typeof startOwnRedis>> | undefined;
    const trouble = async () => {
      await commandAll([redis.url], ["CLIENT", "PAUSE", "200", "ALL"]);
      await pause(500);
      await frozen([redis.pid])();
      await redis.stop();
      await pause(700);
      again = await startOwnRedis([], redis.port);
      await pause(500);
    };
    const result = await run({ name: "troubled", url: redis.url, trouble });
    await again?.stop();
    report("one Redis in trouble", result);
    expect(result.stale).toBe(0);
    expect(result.counts.voided).toBeGreaterThan(0);
    expect(result.counts.nearHits).toBeGreaterThan(0);
  });

  // They share one cluster.
  describe("over a cluster", { concurrent: false }, () => {
    let cluster: TestCluster;
    beforeAll(async () => {
      cluster = await startTestCluster();
    });
    afterAll(() => cluster?.stop());

    test("of three nodes", async () => {
      const result = await run({ name: "cluster", url: cluster.url });
      report("cluster", result);
      expect(result.stale).toBe(0);
      expect(result.counts.nearHits).toBeGreaterThan(0);
    });

    test("whose nodes pause and freeze, one after the other", async () => {
      const trouble = async () => {
        await commandAll(cluster.urls, ["CLIENT", "PAUSE", "200", "ALL"]);
        await pause(500);
        await frozen(cluster.pids)();
      };
      const result = await run({ name: "troubled-cluster", url: cluster.url, trouble });
      report("cluster in trouble", result);
      expect(result.stale).toBe(0);
      expect(result.counts.voided).toBeGreaterThan(0);
    });
  });
});
