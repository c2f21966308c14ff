import { expect, test } from "vitest";
import { LIMITS } from "../../limits.ts";
import { testIdentityCache } from "./identity-cache.cases.ts";
import { createInProcessIdentityCache } from "./in-process.ts";

testIdentityCache(async () => createInProcessIdentityCache());

test("holds a bounded number of identifiers and lets go of the oldest", async () => {
  const cache = createInProcessIdentityCache();
  for (let n = 0; n <= LIMITS.identity_cache_entries_max; n++) await cache.put(`system|${n}`, n);
  expect(await cache.get("system|0")).toBeUndefined();
  expect(await cache.get(`system|${LIMITS.identity_cache_entries_max}`)).toBe(LIMITS.identity_cache_entries_max);
  expect(cache.state()).toBe("in-process");
});
