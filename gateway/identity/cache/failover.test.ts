import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { report, runStaleReads } from "./stale-reads.fixtures.ts";
import { startTestCluster, type TestCluster } from "./test-cluster.ts";
import { command, follow, moveSlots, startPair, untilTold } from "./test-failover.ts";
import { startOwnRedis } from "./test-redis.ts";

/** In the server that something is done to: the processes are at work. */
const KEYS_MIN = 40;
const ROLE = ["INFO", "replication"] as const;
const isMaster = (info: string) => info.includes("role:master");

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "failover-"));
});
afterAll(() => rm(directory, { recursive: true }));

/** No answer was older than a change that was acknowledged before; and Redis is used again, by all. */
async function expectHeld(
  name: string,
  { url, first }: { readonly url: string; readonly first: string },
  trouble: () => Promise<void>,
): Promise<void> {
  const result = await runStaleReads({
    directory,
    name,
    url,
    trouble: async (told) => {
      await untilTold(first, ["DBSIZE"], (keys) => Number(keys) > KEYS_MIN);
      await trouble();
      // All use who answers now.
      await told.untilMore("farHits");
    },
  });
  report(name, result);
  expect(result.stale).toBe(0);
}

describe("while a cluster changes", () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster({ replicas: true });
  });
  afterAll(() => cluster?.stop());
  const at = (index: number) => ({ url: cluster.urls[index] ?? "", pid: cluster.pids[index] ?? 0 });

  test("slots that move from one node to another change no answer", async () => {
    let moved = 0;
    await expectHeld("slots", { url: cluster.url, first: at(0).url }, async () => {
      moved = await moveSlots(at(0).url, at(1).url);
    });
    expect(moved).toBeGreaterThan(10);
  });

  test("a master that freezes, is replaced, and goes on as if nothing were, answers nobody", async () => {
    await expectHeld("frozen", { url: cluster.url, first: at(1).url }, async () => {
      process.kill(at(1).pid, "SIGSTOP");
      try {
        await untilTold(at(4).url, ROLE, isMaster);
        await pause(500);
      } finally {
        process.kill(at(1).pid, "SIGCONT");
      }
    });
  });

  test("a master that is killed is followed by its replica, and nothing in it is in clear", async () => {
    await expectHeld("killed", { url: cluster.url, first: at(2).url }, async () => {
      process.kill(at(2).pid, "SIGKILL");
      await untilTold(at(5).url, ROLE, isMaster);
      await untilTold(at(5).url, ["CLUSTER", "INFO"], (info) => info.includes("cluster_state:ok"));
    });
    const names = await command(at(5).url, "KEYS", "*");
    expect(Array.isArray(names) && names.length).toBeGreaterThan(0);
    for (const name of Array.isArray(names) ? names : []) {
      expect(String(name)).toMatch(/^eyg:[\w-]{8}:(id|ep|rev):\{[\w-]{20,}\}$/);
    }
  });
});

describe("while one of two addresses takes the place of the other", () => {
  const started: { stop(): Promise<void> }[] = [];
  const start = async () => {
    const pair = await startPair();
    started.push(pair.master, pair.replica);
    return pair;
  };
  afterAll(() => Promise.all(started.map((one) => one.stop())));

  test("the master is killed, its replica is told to take over, and the old one comes back empty", async () => {
    const { master, replica, url } = await start();
    await expectHeld("pair", { url, first: master.url }, async () => {
      await master.stop();
      await pause(300);
      await command(replica.url, "REPLICAOF", "NO", "ONE");
      await pause(1_000);
      started.push(await startOwnRedis([], master.port));
    });
  });

  test("the master freezes meanwhile and goes on as a second one", async () => {
    const { master, replica, url } = await start();
    await expectHeld("two-masters", { url, first: master.url }, async () => {
      process.kill(master.pid, "SIGSTOP");
      await pause(200);
      await command(replica.url, "REPLICAOF", "NO", "ONE");
      await pause(800);
      process.kill(master.pid, "SIGCONT");
    });
  });

  test("the master becomes the replica's replica, and no connection is lost", async () => {
    const { master, replica, url } = await start();
    await expectHeld("exchanged", { url, first: master.url }, async () => {
      await command(replica.url, "REPLICAOF", "NO", "ONE");
      await follow(master.url, replica.port);
    });
  });
});
