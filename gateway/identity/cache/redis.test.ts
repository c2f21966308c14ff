import { createSecretKey } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LIMITS } from "../../limits.ts";
import type { IdentityCache } from "../identity-cache.ts";
import { createFileFence, type Fence, FenceError } from "./fence.ts";
import { testIdentityCache } from "./identity-cache.cases.ts";
import { createRedisIdentityCache, type RedisCacheOptions } from "./redis.ts";
import { startTestCluster, type TestCluster } from "./test-cluster.ts";
import { PATIENT_MS, startOwnRedis, startTestRedis, type TestRedis } from "./test-redis.ts";

const NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number|9990000018";
let redis: TestRedis;
let cluster: TestCluster;
let directory: string;
let keyByte = 1;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "identity-cache-"));
  [redis, cluster] = await Promise.all([startTestRedis(), startTestCluster()]);
});
afterAll(async () => {
  await Promise.all([redis?.stop(), cluster?.stop()]);
  rmSync(directory, { recursive: true });
});

const keyOf = (byte: number) => createSecretKey(Buffer.alloc(32, byte));
const fenceFile = (name: string | number) => join(directory, `fence-${name}`);

/** Several that share one Redis and one fence, connected. */
async function started(
  url: string,
  options: { readonly count?: number; readonly fenceName?: string | number } & Partial<
    Omit<RedisCacheOptions, "fence">
  >,
): Promise<readonly [IdentityCache, ...IdentityCache[]]> {
  const { count = 1, fenceName = "shared", identityKey = keyOf(1), ...rest } = options;
  const create = () =>
    createRedisIdentityCache({
      deadline_ms: PATIENT_MS,
      ...rest,
      url,
      identityKey,
      fence: createFileFence(fenceFile(fenceName)),
    });
  const caches: [IdentityCache, ...IdentityCache[]] = [create(), ...Array.from({ length: count - 1 }, create)];
  await until(() => caches.every((cache) => cache.state() === "connected"));
  return caches;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause(5);
}

// Each case gets a key of its own, and so names of its own in one Redis.
describe.each<[way: string, url: () => string, isNear: boolean]>([
  ["one node", () => redis.url, true],
  ["one node, nothing kept in the process", () => redis.url, false],
  ["a cluster of three nodes", () => cluster.url, true],
  ["a cluster of three nodes, nothing kept in the process", () => cluster.url, false],
])("over %s", (_, url, isNear) => {
  testIdentityCache((count) => {
    keyByte += 1;
    return started(url(), { count, identityKey: keyOf(keyByte), fenceName: keyByte, isNear });
  });
});

describe("shared between processes", () => {
  test("one finds what another has found", async () => {
    const [one, two] = await started(redis.url, { count: 2 });
    await one.resolve(NHS_NUMBER, async () => [7]);
    expect(await two?.resolve(NHS_NUMBER, async () => [])).toEqual([7]);
    expect(two?.counts().farHits).toBe(1);
    for (const cache of [one, two]) await cache?.close();
  });

  test("who starts trusts nothing that was written before, since nobody knows how that ended", async () => {
    const [one] = await started(redis.url, { identityKey: keyOf(100) });
    await one.resolve(NHS_NUMBER, async () => [7]);
    const [two] = await started(redis.url, { identityKey: keyOf(100) });
    expect(await two.resolve(NHS_NUMBER, async () => [8])).toEqual([8]);
    for (const cache of [one, two]) await cache.close();
  });

  test("what was written with another key, or moved to another name, is not known", async () => {
    const [cache, other] = [
      ...(await started(redis.url, { identityKey: keyOf(101) })),
      ...(await started(redis.url, { identityKey: keyOf(102) })),
    ];
    await cache?.resolve("system|1", async () => [7]);
    expect(await other?.resolve("system|1", async () => [])).toEqual([]);
    await cache?.resolve("system|2", async () => [8]);
    const client = createClient({ url: redis.url });
    await client.connect();
    const names = await client.keys("eyg:*:id:*");
    const values = await Promise.all(names.map((name) => client.get(name)));
    for (const [index, name] of names.entries()) await client.set(name, values.at(index - 1) ?? "");
    expect(await cache?.resolve("system|1", async () => [1])).toEqual([1]);
    await client.flushAll();
    client.destroy();
    for (const each of [cache, other]) await each?.close();
  });

  test("while keys are replaced, both are read, and a change ends what was written with either", async () => {
    const keys = { identityKey: keyOf(104), otherKey: keyOf(103) };
    const [before, after] = [
      ...(await started(redis.url, { identityKey: keyOf(103), otherKey: keyOf(104) })),
      ...(await started(redis.url, keys)),
    ];
    await before?.resolve("system|1", async () => [7]);
    await after?.resolve("system|2", async () => [7]);
    expect(await after?.resolve("system|1", async () => [])).toEqual([7]);
    expect(await before?.resolve("system|2", async () => [])).toEqual([7]);
    await after?.purge({ records: [7] });
    for (const cache of [before, after]) {
      expect(await cache?.resolve("system|1", async () => [9])).toEqual([9]);
      expect(await cache?.resolve("system|2", async () => [9])).toEqual([9]);
    }
    for (const cache of [before, after]) await cache?.close();
  });
});

describe("when the fence cannot be written", () => {
  test("a change that the others cannot be told of is not acknowledged, and told of before the next answer", async () => {
    const file = createFileFence(fenceFile("full"));
    let isFull = false;
    const unlessFull = (raise: Fence["raiseEra"]) => () => {
      if (isFull) throw new FenceError("The disk is full.");
      return raise();
    };
    const fence = { ...file, raiseEra: unlessFull(file.raiseEra), raiseChanges: unlessFull(file.raiseChanges) };
    const [other] = await started(redis.url, { identityKey: keyOf(106), fenceName: "full" });
    const parted = createRedisIdentityCache({ url: "redis://127.0.0.1:1", identityKey: keyOf(106), fence });
    await other.resolve("system|1", async () => [7]);
    isFull = true;
    await expect(parted.purge({ records: [7] })).rejects.toThrow(FenceError);
    await expect(parted.resolve("system|1", async () => [8])).rejects.toThrow(FenceError);
    isFull = false;
    expect(await parted.resolve("system|1", async () => [8])).toEqual([8]);
    expect(await other.resolve("system|1", async () => [8])).toEqual([8]);
    for (const cache of [other, parted]) await cache.close();
  });
});

describe("when Redis is away", () => {
  test("asks the store, keeps it near, and says that Redis is down", async () => {
    const fence = createFileFence(fenceFile("away"));
    const cache = createRedisIdentityCache({ url: "redis://127.0.0.1:1", identityKey: keyOf(1), fence });
    expect(cache.state()).toBe("down");
    expect(await cache.resolve(NHS_NUMBER, async () => [7])).toEqual([7]);
    expect(await cache.resolve(NHS_NUMBER, async () => [8])).toEqual([7]);
    await cache.purge({ identifiers: [NHS_NUMBER] });
    expect(await cache.resolve(NHS_NUMBER, async () => [8])).toEqual([8]);
    await cache.close();
  });

  test("a change that only some could tell Redis of is heard by all who share the store", async () => {
    const [reader] = await started(redis.url, { identityKey: keyOf(105), fenceName: "parted" });
    const fence = createFileFence(fenceFile("parted"));
    const parted = createRedisIdentityCache({ url: "redis://127.0.0.1:1", identityKey: keyOf(105), fence });
    await reader.resolve("system|1", async () => [6]);
    await until(async () => (await reader.resolve("system|1", async () => [7])).includes(6));
    await parted.purge({ records: [6] });
    expect(await reader.resolve("system|1", async () => [7])).toEqual([7]);
    expect(parted.counts().voided).toBe(1);
    for (const cache of [reader, parted]) await cache.close();
  });

  test("a Redis that falls silent is waited for once, and used again when it answers", async () => {
    const own = await startOwnRedis();
    const [cache] = await started(own.url, { fenceName: "silent", deadline_ms: LIMITS.redis_deadline_ms });
    await cache.resolve("system|1", async () => [7]);
    process.kill(own.pid, "SIGSTOP");
    expect(await cache.resolve("system|2", async () => [8])).toEqual([8]);
    expect(cache.state()).toBe("down");
    await cache.purge({ records: [7] });
    expect(await cache.resolve("system|1", async () => [9])).toEqual([9]);
    process.kill(own.pid, "SIGCONT");
    await until(() => cache.state() === "connected");
    expect(await cache.resolve("system|1", async () => [10])).toEqual([10]);
    await cache.close();
    await own.stop();
  });

  test("a Redis that ends is done without", async () => {
    const own = await startOwnRedis();
    const [cache] = await started(own.url, { fenceName: "ended" });
    await cache.resolve("system|1", async () => [7]);
    await own.stop();
    await until(() => cache.state() === "down");
    expect(await cache.resolve("system|3", async () => [3])).toEqual([3]);
    await cache.close();
  });
});
