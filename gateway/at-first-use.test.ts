import { expect, test } from "vitest";
import { atFirstUse, later } from "./at-first-use.ts";

test("something is loaded once, by whoever asks first", async () => {
  let loads = 0;
  const load = atFirstUse(async () => {
    loads += 1;
    return { loads };
  });
  expect(loads).toBe(0);
  const [one, other] = await Promise.all([load(), load()]);
  expect(one).toBe(other);
  expect(await load()).toEqual({ loads: 1 });
});

test("what could not be loaded is tried again", async () => {
  let isThere = false;
  const load = atFirstUse(async () => {
    if (!isThere) throw new Error("away");
    return "loaded";
  });
  await expect(load()).rejects.toThrow("away");
  isThere = true;
  expect(await load()).toBe("loaded");
});

test("a function that is loaded later answers and fails as itself", async () => {
  const divide = later(async () => async (of: number, by: number) => {
    if (by === 0) throw new Error("by nothing");
    return of / by;
  });
  expect(await divide(6, 3)).toBe(2);
  await expect(divide(6, 0)).rejects.toThrow("by nothing");
});
