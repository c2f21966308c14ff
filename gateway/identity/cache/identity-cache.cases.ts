import { afterEach, expect, test } from "vitest";
import type { IdentityCache } from "../identity-cache.ts";

/** What every identity cache does. `create` gives a cache that is ready and empty. */
export function testIdentityCache(create: () => Promise<IdentityCache>): void {
  const open: IdentityCache[] = [];
  const started = async (): Promise<IdentityCache> => {
    const cache = await create();
    open.push(cache);
    return cache;
  };
  afterEach(async () => {
    for (const cache of open.splice(0)) await cache.close();
  });

  test("does not know what was never put", async () => {
    expect(await (await started()).get("system|1")).toBeUndefined();
  });

  test("knows what was put, and the last of several", async () => {
    const cache = await started();
    await cache.put("system|1", 7);
    await cache.put("system|2", 8);
    await cache.put("system|1", 9);
    expect([await cache.get("system|1"), await cache.get("system|2")]).toEqual([9, 8]);
  });

  test("tells apart identifiers of one value in two systems", async () => {
    const cache = await started();
    await cache.put("a|1", 7);
    expect(await cache.get("b|1")).toBeUndefined();
  });

  test("knows no more what it was told to forget", async () => {
    const cache = await started();
    await cache.put("system|1", 7);
    await cache.forget("system|1");
    await cache.forget("system|2");
    expect(await cache.get("system|1")).toBeUndefined();
  });

  test("rejects nothing once it is closed", async () => {
    const cache = await started();
    await cache.close();
    await expect(cache.put("system|1", 7)).resolves.toBeUndefined();
    await expect(cache.forget("system|1")).resolves.toBeUndefined();
    await expect(cache.get("system|2")).resolves.toBeUndefined();
  });
}
