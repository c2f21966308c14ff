import { describe, expect, test } from "vitest";
import { LIMITS } from "../limits.ts";
import { createWalks } from "./walks.ts";

/** Works for longer than a slice. */
function work(): void {
  const until_ms = performance.now() + LIMITS.walk_slice_ms * 1.5;
  while (performance.now() < until_ms);
}

describe("walks", () => {
  test("of two clients take turns, so that a short one ends while a long one goes on", async () => {
    const walks = createWalks();
    const ended: string[] = [];
    const long = walks.run("one", async (breathe) => {
      for (let step = 0; step < 30; step++) {
        work();
        await breathe();
      }
      ended.push("long");
    });
    const short = walks.run("two", async (breathe) => {
      work();
      await breathe();
      ended.push("short");
    });
    await Promise.all([long, short]);
    expect(ended).toEqual(["short", "long"]);
  });

  test("of one client run one after another, in the order in which they came", async () => {
    const walks = createWalks();
    const steps: string[] = [];
    const walk = (name: string) => async (breathe: () => Promise<void>) => {
      for (let step = 0; step < 3; step++) {
        steps.push(name);
        work();
        await breathe();
      }
    };
    await Promise.all([walks.run("one", walk("a")), walks.run("one", walk("b"))]);
    expect(steps).toEqual(["a", "a", "a", "b", "b", "b"]);
  });

  test("work one at a time, also while one waits for the store", async () => {
    const walks = createWalks();
    let working = 0;
    let most = 0;
    const walk = async (breathe: () => Promise<void>) => {
      for (let step = 0; step < 5; step++) {
        working++;
        most = Math.max(most, working);
        await new Promise((resolve) => setImmediate(resolve));
        work();
        working--;
        await breathe();
      }
    };
    await Promise.all(["one", "two", "three"].map((client) => walks.run(client, walk)));
    expect(most).toBe(1);
  });

  test("that fail hold nobody up", async () => {
    const walks = createWalks();
    const failing = walks.run("one", async () => {
      throw new Error("fault");
    });
    await expect(failing).rejects.toThrow("fault");
    await expect(walks.run("one", async () => "next")).resolves.toBe("next");
    await expect(walks.run("two", async () => "other")).resolves.toBe("other");
  });

  test("let whatever else waits run between their slices", async () => {
    const walks = createWalks();
    let others = 0;
    const walk = walks.run("one", async (breathe) => {
      for (let step = 0; step < 5; step++) {
        work();
        await breathe();
      }
      return others;
    });
    const interval = setInterval(() => others++, 0);
    expect(await walk).toBeGreaterThan(0);
    clearInterval(interval);
  });
});
