import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { busiest } from "./coordination.cases.ts";
import type { CoordinationOptions, CoordinationResult, CoordinationTask } from "./coordination.process.ts";
import { startTestCluster } from "./test-cluster.ts";
import { command, startPair } from "./test-failover.ts";
import { startOwnRedis } from "./test-redis.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "coordination-"));
});
afterAll(() => rm(directory, { recursive: true }));

/** All begin together, once each of them has reached Redis. */
async function inProcesses(
  count: number,
  { url, task, fence }: { readonly url: string; readonly task: CoordinationTask; readonly fence?: string },
  meanwhile: (children: readonly ChildProcess[]) => Promise<void> = async () => {},
): Promise<readonly CoordinationResult[]> {
  const options: CoordinationOptions = { url, task, processes: count, ...(fence !== undefined && { fence }) };
  const program = new URL("./coordination.process.ts", import.meta.url);
  const children = Array.from({ length: count }, () => fork(program, [JSON.stringify(options)], { stdio: "inherit" }));
  try {
    await Promise.all(children.map((child) => once(child, "message")));
    const results = Promise.all(children.map(resultOf));
    for (const child of children) child.send("begin");
    await meanwhile(children);
    return await results;
  } finally {
    for (const child of children) child.kill("SIGKILL");
  }
}

/** Nothing of one that was ended by the test. */
async function resultOf(child: ChildProcess): Promise<CoordinationResult> {
  const nothing = { results: [], turns: [] };
  const told: Promise<CoordinationResult[]> = once(child, "message");
  const [result] = await Promise.race([told, once(child, "exit").then((): CoordinationResult[] => [nothing])]);
  return result ?? nothing;
}

describe.concurrent("a hundred who ask for one child in two processes", () => {
  test.each([
    ["one Redis", startOwnRedis],
    ["a cluster", startTestCluster],
  ])("have the work done once, over %s", async (name, start) => {
    const redis = await start();
    const file = join(directory, name.replace(" ", "-"));
    const all = await inProcesses(2, { url: redis.url, task: { kind: "once", askers: 50, file } });
    await redis.stop();
    expect(await readFile(file, "utf8")).toBe(".");
    const results = all.flatMap((one) => one.results);
    expect(results.length).toBe(100);
    expect(new Set(results).size).toBe(1);
  });

  test("have it done by another process when the one that began it dies", async () => {
    const redis = await startOwnRedis();
    const file = join(directory, "dying");
    const all = await inProcesses(
      2,
      { url: redis.url, task: { kind: "once", askers: 50, file } },
      async ([first, second]) => {
        // Whichever of them has begun is among those that are frozen in turn until the other has begun too.
        await pause(60);
        first?.kill("SIGSTOP");
        await pause(4_500);
        second?.kill("SIGSTOP");
        first?.kill("SIGCONT");
        await pause(20);
        second?.kill("SIGCONT");
      },
    );
    await redis.stop();
    expect(all.flatMap((one) => one.results).length).toBe(100);
    expect((await readFile(file, "utf8")).length).toBeLessThanOrEqual(2);
  });

  test("all get an answer when Redis dies in the middle", async () => {
    const redis = await startOwnRedis();
    const file = join(directory, "without");
    const all = await inProcesses(2, { url: redis.url, task: { kind: "once", askers: 50, file } }, async () => {
      await pause(60);
      await redis.stop();
    });
    expect(all.flatMap((one) => one.results).length).toBe(100);
    // One in each process at most, since within a process they still wait for each other.
    expect((await readFile(file, "utf8")).length).toBeLessThanOrEqual(2);
  });
});

const PER_SECOND = 5;
const isLong = process.env.COORDINATION_LONG !== undefined;
const turnsOf = (all: readonly CoordinationResult[]) => all.flatMap(({ turns }) => turns);

describe.concurrent("four processes take no more than five turns in any second", () => {
  test("with one Redis", async () => {
    const redis = await startOwnRedis();
    const task = { kind: "turns", perSecond: PER_SECOND, for_ms: isLong ? 20_000 : 5_000 } as const;
    const turns = turnsOf(await inProcesses(4, { url: redis.url, task }));
    await redis.stop();
    expect(busiest(turns, 1_000)).toBe(PER_SECOND);
    expect(turns.length).toBeGreaterThanOrEqual(2 * PER_SECOND);
  });

  test("with a Redis that freezes, dies, stays away, and comes back empty", async () => {
    const redis = await startOwnRedis();
    let again: Awaited<ReturnType<typeof startOwnRedis>> | undefined;
    const task = { kind: "turns", perSecond: PER_SECOND, for_ms: isLong ? 20_000 : 9_600 } as const;
    const away = { from: 0, until: 0 };
    const all = await inProcesses(4, { url: redis.url, task }, async () => {
      await pause(isLong ? 6_000 : 1_500);
      process.kill(redis.pid, "SIGSTOP");
      await pause(700);
      process.kill(redis.pid, "SIGCONT");
      await pause(isLong ? 3_000 : 300);
      await redis.stop();
      away.from = Date.now();
      // Long enough for each to take turns of its own share.
      await pause(5_400);
      away.until = Date.now();
      again = await startOwnRedis([], redis.port);
    });
    await again?.stop();
    const turns = turnsOf(all);
    expect(busiest(turns, 1_000)).toBeLessThanOrEqual(PER_SECOND);
    expect(turns.filter((at) => at < away.from).length).toBeGreaterThan(0);
    expect(turns.filter((at) => at > away.from + 1_000 && at < away.until).length).toBeGreaterThan(0);
    expect(turns.filter((at) => at > away.until).length).toBeGreaterThan(0);
  });
});

test("four processes take no more than that of a server that freezes, is replaced by its replica, and goes on as a second master", async () => {
  const { master, replica, url } = await startPair();
  const task = { kind: "turns", perSecond: PER_SECOND, for_ms: isLong ? 20_000 : 8_000 } as const;
  let taken = 0;
  const all = await inProcesses(4, { url, task, fence: join(directory, "fence") }, async () => {
    await pause(1_500);
    process.kill(master.pid, "SIGSTOP");
    await command(replica.url, "REPLICAOF", "NO", "ONE");
    await pause(1_500);
    process.kill(master.pid, "SIGCONT");
    taken = Date.now();
  });
  for (const one of [master, replica]) await one.stop();
  const turns = turnsOf(all);
  expect(busiest(turns, 1_000)).toBeLessThanOrEqual(PER_SECOND);
  expect(turns.filter((at) => at > taken).length).toBeGreaterThan(0);
});
