import { createSecretKey } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { createRedisCoordination } from "../identity/cache/coordination-redis.ts";
import { PATIENT_MS, startOwnRedis } from "../identity/cache/test-redis.ts";
import { LIMITS } from "../limits.ts";
import { createTokenFailures, type TokenFailures } from "./token-failures.ts";

let now_ms = 1_000_000;
const started = (): TokenFailures => createTokenFailures({ clock: () => now_ms });

/** How many of so many tries in a row are let in; none of them succeeds. */
async function letIn(
  failures: TokenFailures,
  address: string | undefined,
  claimed: string | readonly string[],
): Promise<number> {
  const names = typeof claimed === "string" ? Array.from({ length: 1_000 }, () => claimed) : claimed;
  let count = 0;
  for (const name of names) if (!("wait_s" in (await failures.begin(address, name)))) count += 1;
  return count;
}

test("failures are let in up to the limit, and again one by one", async () => {
  const failures = started();
  expect(await letIn(failures, "192.0.2.1", "gp")).toBe(LIMITS.token_failures_max);
  expect(await failures.begin("192.0.2.1", "gp")).toEqual({ wait_s: 1, isFirst: false });
  now_ms += 5 * LIMITS.token_failure_regained_ms;
  expect(await letIn(failures, "192.0.2.1", "gp")).toBe(5);
});

test("whoever succeeds is never held up", async () => {
  const failures = started();
  for (let at = 0; at < 10_000; at += 1) {
    const trying = await failures.begin("192.0.2.1", "gp");
    expect("succeeded" in trying).toBe(true);
    if ("succeeded" in trying) trying.succeeded();
  }
});

test("names that are made up are held up together", async () => {
  const names = Array.from({ length: 50_000 }, (_, at) => `client-${at}`);
  const most = LIMITS.token_failures_max * LIMITS.token_failures_places_each;
  expect(await letIn(started(), "192.0.2.1", names)).toBe(most);
});

test("another address is not held up, and one without an address neither", async () => {
  const failures = started();
  await letIn(failures, "192.0.2.1", "gp");
  expect([await letIn(failures, "192.0.2.2", ["gp"]), await letIn(failures, undefined, "gp")]).toEqual([1, 1_000]);
});

test.each([
  { one: "2001:db8::1", other: "2001:DB8:0:0:5::9", isSame: true },
  { one: "2001:db8:0:1::1", other: "2001:db8::1", isSame: false },
  { one: "::ffff:192.0.2.1", other: "192.0.2.1", isSame: true },
  { one: "::1", other: "::2", isSame: true },
])("$one and $other are one network: $isSame", async ({ one, other, isSame }) => {
  const failures = started();
  await letIn(failures, one, "gp");
  expect(await letIn(failures, other, ["gp"])).toBe(isSame ? 0 : 1);
});

test("that nothing is left is said anew once a minute", async () => {
  const failures = started();
  const told = async () => {
    await letIn(failures, "192.0.2.1", "gp");
    return failures.begin("192.0.2.1", "gp");
  };
  expect(await told()).toMatchObject({ isFirst: false });
  now_ms += LIMITS.token_failures_told_ms;
  await letIn(
    failures,
    "192.0.2.1",
    Array.from({ length: LIMITS.token_failures_max }, () => "gp"),
  );
  expect(await failures.begin("192.0.2.1", "gp")).toMatchObject({ isFirst: true });
  expect(await failures.begin("192.0.2.1", "gp")).toMatchObject({ isFirst: false });
});

test("over several processes failures are let in up to the limit once, and by each alone while Redis is away", async () => {
  const redis = await startOwnRedis();
  const identityKey = createSecretKey(Buffer.alloc(32, 7));
  const coordinations = [1, 2].map(() =>
    createRedisCoordination({ url: redis.url, identityKey, deadline_ms: PATIENT_MS }),
  );
  while (coordinations.some((one) => one.state() !== "connected")) await pause(5);
  const secret = Buffer.alloc(32, 9);
  const processes = coordinations.map((one) =>
    createTokenFailures({
      clock: Date.now,
      shared: { ...one, secret },
    }),
  );
  const [one, other] = processes;
  if (one === undefined || other === undefined) throw new Error("There are two.");
  for (let at = 0; at < 200; at += 1) {
    const trying = await one.begin("192.0.2.1", "gp");
    expect("succeeded" in trying).toBe(true);
    if ("succeeded" in trying) trying.succeeded();
  }
  const names = Array.from({ length: 90 }, () => "gp");
  const begun_ms = Date.now();
  const counts = await Promise.all(processes.map((each) => letIn(each, "192.0.2.2", names)));
  const regained = Math.ceil((Date.now() - begun_ms) / LIMITS.token_failure_regained_ms);
  const sum = counts.reduce((a, b) => a + b);
  expect(sum).toBeGreaterThanOrEqual(LIMITS.token_failures_max);
  expect(sum).toBeLessThanOrEqual(LIMITS.token_failures_max + regained);
  await redis.stop();
  while (coordinations.some((one) => one.state() === "connected")) await pause(5);
  expect(await letIn(other, "192.0.2.1", names)).toBeGreaterThanOrEqual(LIMITS.token_failures_max);
  for (const one of coordinations) await one.close();
});
