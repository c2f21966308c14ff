import { setTimeout as after } from "node:timers/promises";
import { aroundEach, inject, TestRunner } from "vitest";

/**
 * Runs each test as it is, and then once more for each mutation that it comes by and that no test has noticed yet. What
 * it notices stands in `task.meta.noticed`. A setup file of `npm run -s mutate`.
 */

declare module "vitest" {
  interface ProvidedContext {
    /** Numbers of the mutations that are still to be noticed. */
    mutations: { readonly run: number; readonly left: readonly number[] };
  }
  interface TaskMeta {
    noticed?: readonly number[];
    /** What was come by while modules were loaded: a switch turned later says nothing of these. */
    loaded?: readonly number[];
  }
}

interface Switches {
  readonly run: number;
  readonly left: Set<number>;
  readonly loaded: Set<number>;
  readonly reached: Set<number>;
  on: number | undefined;
  steps: number;
  steps_max: number;
  isTesting: boolean;
}

declare global {
  var mutationSwitches: Switches | undefined;
  var isSwitchedOn: (number: number) => boolean;
}

/** A mutation may make a loop without an end, or wait for what never comes. */
const WAIT_ms = 5_000;
const STEPS_FACTOR = 50;
const STEPS_LEAST = 100_000;

const { run, left } = inject("mutations");
if (globalThis.mutationSwitches?.run !== run) {
  const sets = { left: new Set(left), loaded: new Set<number>(), reached: new Set<number>() };
  globalThis.mutationSwitches = { run, ...sets, on: undefined, steps: 0, steps_max: 0, isTesting: false };
}
const switches = globalThis.mutationSwitches;

globalThis.isSwitchedOn = (number) => {
  switches.steps += 1;
  if (switches.on !== undefined) {
    if (switches.steps > switches.steps_max) throw new Error("a loop without an end");
    return switches.on === number;
  }
  if (switches.isTesting) switches.reached.add(number);
  else switches.loaded.add(number);
  return false;
};

aroundEach(async (runTest, { task }) => {
  switches.reached.clear();
  switches.steps = 0;
  switches.isTesting = true;
  await runTest();
  switches.isTesting = false;
  const noticed: number[] = [];
  switches.steps_max = switches.steps * STEPS_FACTOR + STEPS_LEAST;
  const body = TestRunner.getTestFn(task);
  for (const number of [...switches.reached].filter((one) => switches.left.has(one))) {
    if (await passesWith(number, body)) continue;
    switches.left.delete(number);
    noticed.push(number);
  }
  task.meta.noticed = noticed;
  task.meta.loaded = [...switches.loaded];
});

async function passesWith(number: number, body: () => unknown): Promise<boolean> {
  const waiting = new AbortController();
  switches.on = number;
  switches.steps = 0;
  try {
    const isLate = after(WAIT_ms, true, { signal: waiting.signal }).catch(() => false);
    const isDone = Promise.resolve(body()).then(() => false);
    return !(await Promise.race([isDone, isLate]));
  } catch {
    return false;
  } finally {
    waiting.abort();
    switches.on = undefined;
  }
}
