import { LRUCache } from "lru-cache";
import { expect, test } from "vitest";
import { upToEntries } from "./limits.ts";

test("a cache bounded by its entries keeps the last so many, and takes no room for them before they come", () => {
  const cache = new LRUCache<number, string>(upToEntries(3));
  expect(cache.max).toBe(0);
  for (const key of [1, 2, 3]) cache.set(key, "kept");
  cache.get(1);
  cache.set(4, "kept");
  expect([...cache.keys()].sort()).toEqual([1, 3, 4]);
});
