/**
 * One of the processes of `coordination-processes.test.ts`. Started with the options as JSON; says when it is ready to
 * begin, and sends what comes of it.
 */
import { createSecretKey } from "node:crypto";
import { appendFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { createRedisCoordination } from "./coordination-redis.ts";
import { createFileFence } from "./fence.ts";

export type CoordinationTask =
  /** Asks for one piece of work many times at once; doing it leaves a byte in the file. */
  | { readonly kind: "once"; readonly askers: number; readonly file: string }
  /** Takes turns as fast as they are given until it is killed; sends when, in milliseconds since 1970 with fractions. */
  | { readonly kind: "turns"; readonly perSecond: number };

export interface CoordinationOptions {
  readonly url: string;
  readonly processes: number;
  /** How long anybody waits for a reply; as in the gateway when absent. */
  readonly deadline_ms?: number;
  /** File of the fence; absent: none. */
  readonly fence?: string;
  readonly task: CoordinationTask;
}

export type CoordinationMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "turn"; readonly at: number }
  | { readonly kind: "results"; readonly results: readonly string[] };

/** A turn that was heard of later than this is not used: `TURN_WINDOW_MS` allows for so much, and something to spare. */
const HEARD_MS_MAX = 100;

const { url, processes, task, fence, deadline_ms }: CoordinationOptions = JSON.parse(process.argv[2] ?? "");
const coordination = createRedisCoordination({
  url,
  processes,
  identityKey: createSecretKey(Buffer.alloc(32, 1)),
  ...(fence !== undefined && { fence: createFileFence(fence) }),
  ...(deadline_ms !== undefined && { deadline_ms }),
});
while (coordination.state() !== "connected") await pause(2);
const tell = (message: CoordinationMessage): void => void process.send?.(message);
tell({ kind: "ready" });
await new Promise((resolve) => process.once("message", resolve));

async function ask(file: string): Promise<string> {
  const work = async () => {
    appendFileSync(file, ".");
    await pause(150);
    return `done in ${process.pid}`;
  };
  return coordination.once("9990000018 Ada Example", work, { life_s: () => 0, wait_ms: 60_000 });
}

async function takeTurns(perSecond: number): Promise<never> {
  for (;;) {
    const asked = performance.now();
    const wait_ms = await coordination.takeTurn("register", perSecond);
    const heard = performance.now();
    if (wait_ms > 0) await pause(Math.min(wait_ms, 25));
    else if (heard - asked < HEARD_MS_MAX) tell({ kind: "turn", at: performance.timeOrigin + heard });
  }
}

if (task.kind === "turns") await takeTurns(task.perSecond);
else tell({ kind: "results", results: await Promise.all(Array.from({ length: task.askers }, () => ask(task.file))) });
await coordination.close();
process.disconnect?.();
