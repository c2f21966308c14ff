import { createSecretKey } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { IdentityCache } from "../identity-cache.ts";
import { testIdentityCache } from "./identity-cache.cases.ts";
import { createRedisIdentityCache } from "./redis.ts";
import { startTestRedis, type TestRedis } from "./test-redis.ts";

const NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number|9990000018";
let redis: TestRedis;
let keyByte = 1;

beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis?.stop());

const keyOf = (byte: number) => createSecretKey(Buffer.alloc(32, byte));

async function started(url: string, key = keyOf(1)): Promise<IdentityCache> {
  const cache = await createRedisIdentityCache({ url, identityKey: key });
  await until(() => cache.state() === "connected");
  return cache;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause(10);
}

// Each case gets a key of its own, and so names of its own in one Redis.
testIdentityCache(() => {
  keyByte += 1;
  return started(redis.url, keyOf(keyByte));
});

describe("shared between processes", () => {
  test("one finds what another put, and not what another forgot", async () => {
    const [one, two, three] = [await started(redis.url), await started(redis.url), await started(redis.url)];
    await one.put(NHS_NUMBER, 7);
    expect(await two.get(NHS_NUMBER)).toBe(7);
    await one.forget(NHS_NUMBER);
    expect(await three.get(NHS_NUMBER)).toBeUndefined();
    for (const cache of [one, two, three]) await cache.close();
  });

  test("neither names nor values in Redis show an identifier or a record, and all of them expire", async () => {
    const cache = await started(redis.url);
    await cache.put(NHS_NUMBER, 1_234_567);
    const client = createClient({ url: redis.url });
    await client.connect();
    const names = await client.keys("eyg:id:*");
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const value = Buffer.from((await client.get(name)) ?? "", "base64").toString("latin1");
      expect(`${name} ${value}`).not.toMatch(/9990000018|nhs-number|1234567/);
      expect(await client.ttl(name)).toBeGreaterThan(0);
    }
    client.destroy();
    await cache.close();
  });

  test("what was written with another key, or moved to another name, is not known", async () => {
    const [cache, other] = [await started(redis.url, keyOf(101)), await started(redis.url, keyOf(102))];
    await cache.put("system|1", 7);
    expect(await other.get("system|1")).toBeUndefined();
    await cache.put("system|2", 8);
    const client = createClient({ url: redis.url });
    await client.connect();
    const fresh = await started(redis.url, keyOf(101));
    const values = new Map<string, string>();
    for (const name of await client.keys("eyg:id:*")) values.set(name, (await client.get(name)) ?? "");
    const moved = [...values.values()].reverse();
    for (const [index, name] of [...values.keys()].entries()) await client.set(name, moved[index] ?? "");
    const answers = [await fresh.get("system|1"), await fresh.get("system|2")];
    expect(answers.every((answer) => answer === undefined || answer === 7 || answer === 8)).toBe(true);
    expect(answers).not.toEqual([8, 7]);
    await client.flushAll();
    client.destroy();
    for (const each of [cache, other, fresh]) await each.close();
  });
});

describe("when Redis is away", () => {
  test("answers 'not known' without Redis, and says so", async () => {
    const cache = await createRedisIdentityCache({ url: "redis://127.0.0.1:1", identityKey: keyOf(1) });
    expect(cache.state()).toBe("down");
    expect(await cache.get(NHS_NUMBER)).toBeUndefined();
    await cache.put(NHS_NUMBER, 7);
    expect(await cache.get(NHS_NUMBER)).toBe(7);
    await cache.forget(NHS_NUMBER);
    expect(await cache.get(NHS_NUMBER)).toBeUndefined();
    await cache.close();
  });

  test("a Redis that falls silent is waited for once, and used again when it answers", async () => {
    const own = await startOwnRedis();
    const cache = await started(own.url);
    await cache.put("system|1", 7);
    process.kill(own.pid, "SIGSTOP");
    expect(await cache.get("system|2")).toBeUndefined();
    expect(cache.state()).toBe("down");
    expect(await cache.get("system|1")).toBe(7);
    process.kill(own.pid, "SIGCONT");
    await until(() => cache.state() === "connected");
    expect(await cache.get("system|1")).toBe(7);
    await cache.close();
    await own.stop();
  });

  test("a Redis that ends and comes back is used again, and what was near is asked anew", async () => {
    const own = await startOwnRedis();
    const cache = await started(own.url);
    await cache.put("system|1", 7);
    const client = createClient({ url: own.url });
    await client.connect();
    await client.flushAll();
    await client.sendCommand(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
    client.destroy();
    await until(async () => cache.state() === "connected" && (await cache.get("system|1")) === undefined);
    await own.stop();
    await until(() => cache.state() === "down");
    await expect(cache.get("system|3")).resolves.toBeUndefined();
    await cache.close();
  });
});

/** One that may be stopped, whatever REDIS_URL says. */
async function startOwnRedis(): Promise<TestRedis & { readonly pid: number }> {
  const { REDIS_URL: given } = process.env;
  delete process.env.REDIS_URL;
  try {
    const started = await startTestRedis();
    if (started.pid === undefined) throw new Error("A Redis of its own has a process of its own.");
    return { ...started, pid: started.pid };
  } finally {
    if (given !== undefined) process.env.REDIS_URL = given;
  }
}
