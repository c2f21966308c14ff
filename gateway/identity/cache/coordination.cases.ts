import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { Coordination } from "../coordination.ts";

/** Longer with `COORDINATION_LONG=1`, as the two of `coordination-processes.test.ts`. */
const TURNS_ms = process.env.COORDINATION_LONG === undefined ? 1_300 : 10_000;
/** A turn that was heard of later than this is not used: `TURN_WINDOW_MS` allows for so much, and something to spare. */
const HEARD_MS_MAX = 100;
const KEPT = { life_s: () => 60, wait_ms: 5_000 };
const NOT_KEPT = { life_s: () => 0, wait_ms: 5_000 };

/** What every coordination does. `create` gives as many as are asked for that share what they know. */
export function testCoordination(create: (count: number) => Promise<readonly Coordination[]>): void {
  const open: Coordination[] = [];
  const started = async (count: number): Promise<(index: number) => Coordination> => {
    const all = await create(count);
    open.push(...all);
    return (index) => {
      const one = all[index % all.length];
      if (one === undefined) throw new Error("At least one is created.");
      return one;
    };
  };
  afterEach(async () => {
    for (const coordination of open.splice(0)) await coordination.close();
  });

  test("does work once for a hundred who ask at the same time, and gives each a copy of the result", async () => {
    const one = await started(2);
    let calls = 0;
    const work = async () => {
      calls += 1;
      await pause(60);
      return { kind: "found", names: ["a"] };
    };
    const results = await Promise.all(Array.from({ length: 100 }, (_, n) => one(n).once("cold", work, NOT_KEPT)));
    expect(calls).toBe(1);
    expect(new Set(results).size).toBe(100);
    expect(results[99]).toEqual({ kind: "found", names: ["a"] });
  });

  test("keeps a result for as long as it is told, and forgets it when told so", async () => {
    const one = await started(2);
    let calls = 0;
    const work = async () => ++calls;
    expect(await one(0).once("kept", work, KEPT)).toBe(1);
    expect(await one(1).once("kept", work, KEPT)).toBe(1);
    await one(1).forget("kept");
    expect(await one(0).once("kept", work, KEPT)).toBe(2);
    expect(await one(0).once("kept for a moment", work, { life_s: () => 0.05, wait_ms: 5_000 })).toBe(3);
    await pause(80);
    expect(await one(1).once("kept for a moment", work, KEPT)).toBe(4);
  });

  test("does not keep what was begun before it was told to forget", async () => {
    const one = await started(1);
    const begun = Promise.withResolvers<void>();
    const finished = Promise.withResolvers<string>();
    const work = () => {
      begun.resolve();
      return finished.promise;
    };
    const before = one(0).once("changed", work, KEPT);
    await begun.promise;
    await one(0).forget("changed");
    finished.resolve("old");
    expect(await before).toBe("old");
    expect(await one(0).once("changed", async () => "new", KEPT)).toBe("new");
  });

  test("gives a failure to all who wait, and to nobody later", async () => {
    const one = await started(2);
    const fail = async (): Promise<string> => {
      await pause(60);
      throw new Error("no");
    };
    const asked = Array.from({ length: 10 }, (_, n) => one(n).once("failing", fail, KEPT));
    const results = await Promise.allSettled(asked);
    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => "rejected"));
    expect(await one(1).once("failing", async () => "done", KEPT)).toBe("done");
  });

  test("tells apart what differs in name alone", async () => {
    const one = await started(1);
    expect(await one(0).once("a", async () => 1, KEPT)).toBe(1);
    expect(await one(0).once("b", async () => 2, KEPT)).toBe(2);
  });

  test("never gives more turns than there are in any second, in buckets apart from each other", async () => {
    const one = await started(4);
    const turns: number[] = [];
    const until = performance.now() + TURNS_ms;
    // However busy the machine is, as many as there may be in a second are given in one sooner or later.
    const isEnough = () => performance.now() >= until && turns.length >= 10 && busiest(turns, 1_000) >= 5;
    const take = async (coordination: Coordination): Promise<void> => {
      while (!isEnough()) {
        const asked = performance.now();
        const wait_ms = await coordination.takeTurn("register", 5);
        const heard = performance.now();
        if (wait_ms > 0) await pause(Math.min(wait_ms, 40));
        else if (heard - asked < HEARD_MS_MAX) turns.push(heard);
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, n) => take(one(n))));
    expect(busiest(turns, 1_000)).toBe(5);
  });
}

/** How many of these times lie in the fullest window. */
export function busiest(times: readonly number[], window_ms: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return Math.max(0, ...sorted.map((from) => sorted.filter((at) => at >= from && at < from + window_ms).length));
}
