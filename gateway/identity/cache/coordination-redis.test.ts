import { createSecretKey } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testCoordination } from "./coordination.cases.ts";
import { createRedisCoordination } from "./coordination-redis.ts";
import { PATIENT_MS, startTestRedis, type TestRedis } from "./test-redis.ts";

let redis: TestRedis;
let keyByte = 1;

beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis?.stop());

const keyOf = (byte: number) => createSecretKey(Buffer.alloc(32, byte));

// Each case gets a key of its own, and so names of its own in one Redis.
describe("over one Redis", () => {
  testCoordination(async (count) => {
    keyByte += 1;
    const created = Array.from({ length: count }, () =>
      createRedisCoordination({
        url: redis.url,
        identityKey: keyOf(keyByte),
        processes: 4,
        deadline_ms: PATIENT_MS,
      }),
    );
    while (created.some((one) => one.state() !== "connected")) await pause(5);
    return created;
  });
});

describe("when Redis is away", () => {
  test("does the work in the process, once for all who ask in it", async () => {
    const alone = createRedisCoordination({ url: "redis://127.0.0.1:1", identityKey: keyOf(1) });
    let calls = 0;
    const work = async () => {
      calls += 1;
      await pause(20);
      return calls;
    };
    const options = { life_s: () => 60, wait_ms: 1_000 };
    expect(await Promise.all([1, 2, 3].map(() => alone.once("name", work, options)))).toEqual([1, 1, 1]);
    expect(await alone.takeTurn("register", 5)).toBeGreaterThan(0);
    await alone.close();
  });
});
