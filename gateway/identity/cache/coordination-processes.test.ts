import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { busiest } from "./coordination.cases.ts";
import type { CoordinationMessage, CoordinationOptions } from "./coordination.process.ts";
import { startTestCluster } from "./test-cluster.ts";
import { command, startPair } from "./test-failover.ts";
import { PATIENT_MS, startOwnRedis } from "./test-redis.ts";

const POLL_MS = 5;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "coordination-"));
});
afterAll(() => rm(directory, { recursive: true }));

/** Several processes at one task, and what they have sent so far. */
interface Processes {
  readonly children: readonly ChildProcess[];
  readonly turns: readonly number[];
  readonly results: readonly string[];
}

/** All begin together, once each of them has reached Redis; they are killed when `until` is. */
async function inProcesses(
  count: number,
  given: Omit<CoordinationOptions, "processes">,
  until: (processes: Processes) => Promise<void>,
): Promise<Processes> {
  const options: CoordinationOptions = { ...given, processes: count };
  const program = new URL("./coordination.process.ts", import.meta.url);
  const children = Array.from({ length: count }, () => fork(program, [JSON.stringify(options)], { stdio: "inherit" }));
  const [turns, results]: [number[], string[]] = [[], []];
  for (const child of children) {
    child.on("message", (message: CoordinationMessage) => {
      if (message.kind === "turn") turns.push(message.at);
      if (message.kind === "results") results.push(...message.results);
    });
  }
  try {
    await Promise.all(children.map((child) => once(child, "message")));
    for (const child of children) child.send("begin");
    await until({ children, turns, results });
    return { children, turns, results };
  } finally {
    for (const child of children) child.kill("SIGKILL");
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause(POLL_MS);
}

const ASKERS = 50;

describe.concurrent("a hundred who ask for one child in two processes", () => {
  const allAnswered = ({ results }: Processes) => until(() => results.length >= 2 * ASKERS);
  const workIn = (file: string) => ({ kind: "once", askers: ASKERS, file }) as const;
  const begun = (file: string) =>
    until(() =>
      readFile(file).then(
        ({ length }) => length > 0,
        () => false,
      ),
    );

  test.each([
    ["one Redis", startOwnRedis],
    ["a cluster", startTestCluster],
  ])("have the work done once, over %s", async (name, start) => {
    const redis = await start();
    const file = join(directory, name.replace(" ", "-"));
    const given = { url: redis.url, task: workIn(file), deadline_ms: PATIENT_MS };
    const { results } = await inProcesses(2, given, allAnswered);
    await redis.stop();
    expect(await readFile(file, "utf8")).toBe(".");
    expect(new Set(results).size).toBe(1);
  });

  test("have it done by another process when the one that began it dies", async () => {
    const redis = await startOwnRedis();
    const file = join(directory, "dying");
    await inProcesses(2, { url: redis.url, task: workIn(file) }, async (processes) => {
      const [first, second] = processes.children;
      // Whichever of them has begun is among those that are frozen in turn until the other has begun too.
      await begun(file);
      first?.kill("SIGSTOP");
      await pause(4_500);
      second?.kill("SIGSTOP");
      first?.kill("SIGCONT");
      await pause(20);
      second?.kill("SIGCONT");
      await allAnswered(processes);
    });
    await redis.stop();
    expect((await readFile(file, "utf8")).length).toBeLessThanOrEqual(2);
  });

  test("all get an answer when Redis dies in the middle", async () => {
    const redis = await startOwnRedis();
    const file = join(directory, "without");
    await inProcesses(2, { url: redis.url, task: workIn(file) }, async (processes) => {
      await begun(file);
      await redis.stop();
      await allAnswered(processes);
    });
    // One in each process at most, since within a process they still wait for each other.
    expect((await readFile(file, "utf8")).length).toBeLessThanOrEqual(2);
  });
});

const PER_SECOND = 5;
const TASK = { kind: "turns", perSecond: PER_SECOND } as const;
/** Turns that are waited for at a time: those of more than a second. */
const SOME = process.env.COORDINATION_LONG === undefined ? PER_SECOND + 1 : 8 * PER_SECOND;

/** Waits for turns that were taken after this moment. */
async function untilTaken({ turns }: Processes, count = SOME): Promise<void> {
  const from = Date.now();
  await until(() => turns.filter((at) => at > from).length >= count);
}

describe.concurrent("four processes take no more than five turns in any second", () => {
  test("with one Redis", async () => {
    const redis = await startOwnRedis();
    // As many as there may be in a second are taken in one sooner or later.
    const { turns } = await inProcesses(4, { url: redis.url, task: TASK }, async (processes) => {
      await untilTaken(processes, 2 * SOME);
      await until(() => busiest(processes.turns, 1_000) >= PER_SECOND);
    });
    await redis.stop();
    expect(busiest(turns, 1_000)).toBe(PER_SECOND);
  });

  test("with a Redis that freezes, dies, stays away, and comes back empty", async () => {
    const redis = await startOwnRedis();
    let again: Awaited<ReturnType<typeof startOwnRedis>> | undefined;
    const { turns } = await inProcesses(4, { url: redis.url, task: TASK }, async (processes) => {
      await untilTaken(processes);
      process.kill(redis.pid, "SIGSTOP");
      await pause(700);
      process.kill(redis.pid, "SIGCONT");
      await untilTaken(processes, 1);
      await redis.stop();
      // Each takes turns of its own share.
      await untilTaken(processes, processes.children.length);
      again = await startOwnRedis([], redis.port);
      await untilTaken(processes);
    });
    await again?.stop();
    expect(busiest(turns, 1_000)).toBeLessThanOrEqual(PER_SECOND);
  });
});

test("four processes take no more than that of a server that freezes, is replaced by its replica, and goes on as a second master", async () => {
  const { master, replica, url } = await startPair();
  const given = { url, task: TASK, fence: join(directory, "fence") };
  const { turns } = await inProcesses(4, given, async (processes) => {
    await untilTaken(processes);
    process.kill(master.pid, "SIGSTOP");
    await command(replica.url, "REPLICAOF", "NO", "ONE");
    await pause(1_500);
    process.kill(master.pid, "SIGCONT");
    await untilTaken(processes);
  });
  for (const one of [master, replica]) await one.stop();
  expect(busiest(turns, 1_000)).toBeLessThanOrEqual(PER_SECOND);
});
