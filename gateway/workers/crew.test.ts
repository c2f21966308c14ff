import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LIMITS } from "../limits.ts";
import { WORDS } from "./messages.ts";

const PARENT = join(import.meta.dirname, "crew.parent.ts");
const POLL_MS = 10;

let folder: string;
let parent: ChildProcess;
/** What the parent ended with, when all that it said has arrived. */
let closed: Promise<number | null>;
let log = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "crew-"));
  log = "";
});
afterEach(async () => {
  parent.kill("SIGKILL");
  if (parent.exitCode === null && parent.signalCode === null) await once(parent, "exit");
  await rm(folder, { recursive: true });
});

function start(): void {
  parent = spawn(process.execPath, [PARENT, folder], { stdio: ["ignore", "ignore", "pipe"] });
  parent.stderr?.on("data", (chunk: Buffer) => {
    log += chunk;
  });
  closed = once(parent, "close").then(([code]) => code);
}

/** Resolves with the pids of the workers at places 1 and 2 once so many have become ready in all. */
async function ready(workers: number): Promise<readonly [number, number]> {
  const at = (place: number): number[] =>
    [...log.matchAll(/"worker":(\d),"pid":(\d+),"msg":"a worker is ready"/g)]
      .filter(([, worker]) => worker === String(place))
      .map(([, , pid]) => Number(pid));
  while (at(1).length + at(2).length < workers && parent.exitCode === null) await sleep(POLL_MS);
  return [at(1).at(-1) ?? 0, at(2).at(-1) ?? 0];
}

const mark = (name: string): Promise<void> => writeFile(join(folder, name), "");

async function told(): Promise<readonly { readonly pid: number; readonly kind: string }[]> {
  const lines = (await readFile(join(folder, "told"), "utf8")).trim().split("\n");
  return lines.map((line): { pid: number; kind: string } => JSON.parse(line));
}

describe("a worker that cannot be started", () => {
  test.each([1, 2])("at place %i at the first start ends the gateway with its code", async (place) => {
    await mark(`dies-${place}`);
    start();
    expect(await closed).toBe(7);
    expect(log.match(/a worker is ready/g)?.length ?? 0).toBe(place - 1);
  });

  test("later is tried again and again while another is there, and ends the gateway when none is", async () => {
    start();
    const [first, second] = await ready(2);
    await mark("dies-2");
    process.kill(second, "SIGKILL");
    const tries = () => log.match(/"worker":2,"code":7/g)?.length ?? 0;
    while (tries() < LIMITS.worker_failures_max) await sleep(POLL_MS);
    expect(parent.exitCode).toBeNull();
    await mark("dies-1");
    process.kill(first, "SIGKILL");
    expect(await closed).toBe(7);
  });
});

describe("workers that are replaced", () => {
  test("are told to end when their successors are ready, and who leads is told when nobody else does", async () => {
    start();
    const [first, second] = await ready(2);
    parent.kill("SIGUSR2");
    const [third, fourth] = await ready(4);
    while ((await told()).length < 7) await sleep(POLL_MS);
    const all = await told();
    const isLead = ({ kind }: { readonly kind: string }): boolean => kind === "lead";
    // Whoever is to lead may hear of it when the next one has begun already, but not before the former leader has ended.
    expect(all.findIndex(isLead)).toBeGreaterThan(3);
    expect(all.filter(isLead)).toEqual([{ pid: third, kind: "lead" }]);
    expect(all.filter((each) => !isLead(each))).toEqual([
      { pid: first, kind: "begin", words: WORDS, place: 1, isLeading: true },
      { pid: second, kind: "begin", words: WORDS, place: 2, isLeading: false },
      { pid: third, kind: "begin", words: WORDS, place: 1, isLeading: false },
      { pid: first, kind: "end", ending: "gently" },
      { pid: fourth, kind: "begin", words: WORDS, place: 2, isLeading: false },
      { pid: second, kind: "end", ending: "gently" },
    ]);
  });

  test("are not before all of them are ready", async () => {
    await mark("waits-2");
    start();
    await ready(1);
    parent.kill("SIGUSR2");
    parent.kill("SIGHUP");
    while (!(await told()).some(({ kind }) => kind === "reload")) await sleep(POLL_MS);
    await rm(join(folder, "waits-2"));
    await ready(2);
    expect((await told()).filter(({ kind }) => kind !== "reload").map(({ kind }) => kind)).toEqual(["begin", "begin"]);
    expect(parent.exitCode).toBeNull();
  });

  test("stay when a successor cannot be started", async () => {
    start();
    const pids = await ready(2);
    await mark("dies-1");
    parent.kill("SIGUSR2");
    while (!log.includes("no successor could be started")) await sleep(POLL_MS);
    for (const pid of pids) expect(() => process.kill(pid, 0)).not.toThrow();
    expect((await told()).some(({ kind }) => kind === "end")).toBe(false);
  });
});

describe("a worker of another version", () => {
  test("is not used in the place of one that answers, and it is said that the gateway is to be restarted", async () => {
    start();
    const pids = await ready(2);
    await mark("foreign-1");
    parent.kill("SIGUSR2");
    while (!log.includes("no successor could be started")) await sleep(POLL_MS);
    expect(log).toContain("a worker is of another version: restart the gateway");
    for (const pid of pids) expect(() => process.kill(pid, 0)).not.toThrow();
    expect((await told()).some(({ kind }) => kind === "end")).toBe(false);
  });

  test.each([{ words: WORDS + 1 }, {}])("refuses a parent whose words are others: %o", async (words) => {
    const worker = fork(join(import.meta.dirname, "main.ts"), { stdio: ["ignore", "ignore", "pipe", "ipc"] });
    let errors = "";
    worker.stderr?.on("data", (chunk: Buffer) => {
      errors += chunk;
    });
    const [answered, ended] = [once(worker, "message"), once(worker, "exit")];
    worker.send({ kind: "begin", place: 1, isLeading: true, ...words });
    expect(await answered).toMatchObject([{ kind: "foreign", words: WORDS }, undefined]);
    expect(await ended).toEqual([1, null]);
    expect(errors).toContain("restart the gateway");
  });
});

test("SIGHUP reaches every worker", async () => {
  start();
  const pids = await ready(2);
  parent.kill("SIGHUP");
  while ((await told()).length < 4) await sleep(POLL_MS);
  const heard = (await told()).filter(({ kind }) => kind === "reload").map(({ pid }) => pid);
  expect(new Set(heard)).toEqual(new Set(pids));
});

test("a worker that does not end when it is told to is ended, which the exit code tells", async () => {
  start();
  const pids = await ready(2);
  await mark("stays");
  parent.kill("SIGTERM");
  expect(await closed).toBe(1);
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow();
});

test("workers do not outlive a parent that is killed", async () => {
  start();
  const pids = await ready(2);
  parent.kill("SIGKILL");
  const isAlive = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  while (pids.some(isAlive)) await sleep(POLL_MS);
  expect((await told()).filter(({ kind }) => kind === "end")).toEqual([]);
});
