/**
 * One of the processes of `coordination-processes.test.ts`. Started with the options as JSON; sends what came of it.
 */
import { createSecretKey } from "node:crypto";
import { appendFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { createRedisCoordination } from "./coordination-redis.ts";
import { createFileFence } from "./fence.ts";

export type CoordinationTask =
  /** Asks for one piece of work many times at once; doing it leaves a byte in the file. */
  | { readonly kind: "once"; readonly askers: number; readonly file: string }
  /** Takes turns as fast as they are given; sends when, in milliseconds since 1970 with fractions. */
  | { readonly kind: "turns"; readonly perSecond: number; readonly for_ms: number };

export interface CoordinationOptions {
  readonly url: string;
  readonly processes: number;
  /** File of the fence; absent: none. */
  readonly fence?: string;
  readonly task: CoordinationTask;
}

export interface CoordinationResult {
  readonly results: readonly string[];
  readonly turns: readonly number[];
}

const { url, processes, task, fence }: CoordinationOptions = JSON.parse(process.argv[2] ?? "");
const coordination = createRedisCoordination({
  url,
  processes,
  identityKey: createSecretKey(Buffer.alloc(32, 1)),
  ...(fence !== undefined && { fence: createFileFence(fence) }),
});
while (coordination.state() !== "connected") await pause(2);
process.send?.("ready");
await new Promise((resolve) => process.once("message", resolve));

async function ask(file: string): Promise<string> {
  const work = async () => {
    appendFileSync(file, ".");
    await pause(150);
    return `done in ${process.pid}`;
  };
  return coordination.once("9990000018 Ada Example", work, { life_s: () => 0, wait_ms: 10_000 });
}

async function takeTurns(perSecond: number, until: number): Promise<readonly number[]> {
  const turns: number[] = [];
  while (performance.now() < until) {
    const wait_ms = await coordination.takeTurn("register", perSecond);
    if (wait_ms === 0) turns.push(performance.timeOrigin + performance.now());
    else await pause(Math.min(wait_ms, 25));
  }
  return turns;
}

const result: CoordinationResult =
  task.kind === "once"
    ? { turns: [], results: await Promise.all(Array.from({ length: task.askers }, () => ask(task.file))) }
    : { results: [], turns: await takeTurns(task.perSecond, performance.now() + task.for_ms) };
process.send?.(result);
await coordination.close();
process.disconnect?.();
