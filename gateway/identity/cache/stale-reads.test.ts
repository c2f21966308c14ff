import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandAll, report, runStaleReads } from "./stale-reads.fixtures.ts";
import { startTestCluster, type TestCluster } from "./test-cluster.ts";
import { startOwnRedis } from "./test-redis.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "stale-reads-"));
});
afterAll(() => rm(directory, { recursive: true }));

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
    const result = await runStaleReads({ directory, name: `one-${isNear}`, url: redis.url, isNear });
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
    const result = await runStaleReads({ directory, name: "troubled", url: redis.url, trouble });
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
      const result = await runStaleReads({ directory, name: "cluster", url: cluster.url });
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
      const result = await runStaleReads({ directory, name: "troubled-cluster", url: cluster.url, trouble });
      report("cluster in trouble", result);
      expect(result.stale).toBe(0);
      expect(result.counts.voided).toBeGreaterThan(0);
    });
  });
});
