import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openCommons } from "../../store/postgres/commons.ts";
import { administrate, startTestPostgres } from "../../store/postgres/test-postgres.ts";
import { commandAll, report, runStaleReads, type Told } from "./stale-reads.fixtures.ts";
import { startTestCluster, type TestCluster } from "./test-cluster.ts";
import { PATIENT_MS, startOwnRedis } from "./test-redis.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "stale-reads-"));
});
afterAll(() => rm(directory, { recursive: true }));

/** One after the other, each until a change could not be told to it. */
const freeze = async (pids: readonly number[], told: Told) => {
  for (const pid of pids) {
    process.kill(pid, "SIGSTOP");
    await told.untilAnyMore("voided");
    process.kill(pid, "SIGCONT");
    await told.untilMore("farHits");
  }
};

describe.concurrent("no answer is older than a change that was acknowledged before the question", () => {
  test.each([true, false])("over one Redis, with answers kept in the process: %s", async (isNear) => {
    const redis = await startOwnRedis();
    const run = { directory, name: `one-${isNear}`, url: redis.url, isNear, deadline_ms: PATIENT_MS };
    const result = await runStaleReads(run);
    await redis.stop();
    report("one Redis", result);
    expect(result.stale).toBe(0);
    expect(result.counts.farHits + result.counts.nearHits).toBeGreaterThan(0);
    expect(result.counts.nearHits > 0).toBe(isNear);
  });

  test("over one Redis that pauses, freezes, and is started anew", async () => {
    const redis = await startOwnRedis();
    let again: Awaited<ReturnType<typeof startOwnRedis>> | undefined;
    const trouble = async (told: Told) => {
      await commandAll([redis.url], ["CLIENT", "PAUSE", "200", "ALL"]);
      await pause(500);
      await freeze([redis.pid], told);
      await redis.stop();
      await told.untilAnyMore("voided");
      again = await startOwnRedis([], redis.port);
      await told.untilMore("farHits");
    };
    const result = await runStaleReads({ directory, name: "troubled", url: redis.url, trouble });
    await again?.stop();
    report("one Redis in trouble", result);
    expect(result.stale).toBe(0);
    expect(result.counts.voided).toBeGreaterThan(0);
    expect(result.counts.nearHits).toBeGreaterThan(0);
  });

  test.each([
    { title: "one Redis", isTroubled: false },
    { title: "one Redis that freezes while the database loses the fence", isTroubled: true },
  ])("over $title, with the fence in a database, as on several machines", async ({ isTroubled }) => {
    const redis = await startOwnRedis();
    const database = await (await startTestPostgres()).createDatabase();
    await (await openCommons(database)).close();
    const trouble = async (told: Told) => {
      await freeze([redis.pid], told);
      await administrate(database.url, "TRUNCATE early_years_gateway.store_fence");
      await told.untilMore("farHits");
      await freeze([redis.pid], told);
    };
    const name = `database-${isTroubled}`;
    const run = { directory, name, url: redis.url, database: database.url };
    const result = await runStaleReads({ ...run, ...(isTroubled ? { trouble } : { deadline_ms: PATIENT_MS }) });
    await redis.stop();
    await database.drop();
    report(name, result);
    expect(result.stale).toBe(0);
    expect(result.counts.nearHits).toBeGreaterThan(0);
    if (isTroubled) expect(result.counts.voided).toBeGreaterThan(0);
  });

  // They share one cluster.
  describe("over a cluster", { concurrent: false }, () => {
    let cluster: TestCluster;
    beforeAll(async () => {
      cluster = await startTestCluster();
    });
    afterAll(() => cluster?.stop());

    test("of three nodes", async () => {
      const result = await runStaleReads({ directory, name: "cluster", url: cluster.url, deadline_ms: PATIENT_MS });
      report("cluster", result);
      expect(result.stale).toBe(0);
      expect(result.counts.nearHits).toBeGreaterThan(0);
    });

    test("whose nodes pause and freeze, one after the other", async () => {
      const trouble = async (told: Told) => {
        await commandAll(cluster.urls, ["CLIENT", "PAUSE", "200", "ALL"]);
        await pause(500);
        await freeze(cluster.pids, told);
      };
      const result = await runStaleReads({ directory, name: "troubled-cluster", url: cluster.url, trouble });
      report("cluster in trouble", result);
      expect(result.stale).toBe(0);
      expect(result.counts.voided).toBeGreaterThan(0);
    });
  });
});
