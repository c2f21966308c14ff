import { expect, test } from "vitest";
import { LIMITS } from "../../limits.ts";
import { testIdentityCache } from "./identity-cache.cases.ts";
import { createInProcessIdentityCache } from "./in-process.ts";

// One process has one of them.
testIdentityCache(async () => [createInProcessIdentityCache()]);

test("holds a bounded number of identifiers and lets go of the oldest", async () => {
  const cache = createInProcessIdentityCache();
  for (let n = 0; n <= LIMITS.identity_cache_entries_max; n++) await cache.resolve(`system|${n}`, async () => [n]);
  expect(await cache.resolve("system|0", async () => [])).toEqual([]);
  expect(await cache.resolve(`system|${LIMITS.identity_cache_entries_max}`, async () => [])).not.toEqual([]);
  expect(cache.counts().entries).toBe(LIMITS.identity_cache_entries_max);
  expect(cache.state()).toBe("in-process");
});
