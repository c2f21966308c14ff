import { createSecretKey } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Coordination, Tally } from "../coordination.ts";
import { createRedisCoordination } from "./coordination-redis.ts";
import { startTestCluster } from "./test-cluster.ts";
import { PATIENT_MS, startOwnRedis } from "./test-redis.ts";

const NOTHING: Tally = { second: 1, requests: 0, underWay: 0, hour: 1, released: [], asked: [] };

describe.each([
  ["one Redis", startOwnRedis],
  ["a cluster", startTestCluster],
])("what a client asks is counted over all processes by %s", (_name, start) => {
  let redis: Awaited<ReturnType<typeof start>>;
  let one: Coordination;
  let other: Coordination;
  beforeAll(async () => {
    redis = await start();
    const identityKey = createSecretKey(Buffer.alloc(32, 7));
    const create = () => createRedisCoordination({ url: redis.url, identityKey, deadline_ms: PATIENT_MS });
    [one, other] = [create(), create()];
    while ([one, other].some((each) => each.state() !== "connected")) await pause(5);
  });
  afterAll(async () => {
    await Promise.all([one.close(), other.close()]);
    await redis.stop();
  });

  test("requests of a second add up, those of another second do not", async () => {
    expect(await one.tally("sum", { ...NOTHING, requests: 3 })).toMatchObject({ requests: 3 });
    expect(await other.tally("sum", { ...NOTHING, requests: 4 })).toMatchObject({ requests: 7 });
    expect(await other.tally("sum", { ...NOTHING, second: 2, requests: 1 })).toMatchObject({ requests: 1 });
  });

  test("requests under way are those of the others, as each last told", async () => {
    await one.tally("way", { ...NOTHING, underWay: 5 });
    await one.tally("way", { ...NOTHING, underWay: 2 });
    expect(await other.tally("way", { ...NOTHING, underWay: 9 })).toMatchObject({ underWayElsewhere: 2 });
  });

  test("children and identifiers count once each, whoever tells of them", async () => {
    await one.tally("set", { ...NOTHING, released: ["a", "b"], asked: ["9990000018"] });
    const both = await other.tally("set", { ...NOTHING, released: ["b", "c"], asked: ["9990000018", "9990000026"] });
    expect(both).toMatchObject({ released: 3, asked: 2 });
    expect(await other.tally("set", { ...NOTHING, hour: 2 })).toMatchObject({ released: 0, asked: 0 });
  });
});

test("nothing is told while Redis is away", async () => {
  const alone = createRedisCoordination({
    url: "redis://127.0.0.1:1",
    identityKey: createSecretKey(Buffer.alloc(32, 7)),
  });
  expect([await alone.tally("x", NOTHING), alone.state()]).toEqual([undefined, "down"]);
  await alone.close();
});
