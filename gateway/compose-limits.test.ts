import { createSecretKey } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { parseRegister } from "./access/register.ts";
import { createKeyPair, createRegisterFile } from "./access/register-fixtures.ts";
import type { AuditRecord } from "./audit/audit.ts";
import { composeLimits } from "./compose-limits.ts";
import { loadConfig } from "./config.ts";
import { createRedisCoordination } from "./identity/cache/coordination-redis.ts";
import { PATIENT_MS, startOwnRedis } from "./identity/cache/test-redis.ts";
import type { Coordination } from "./identity/coordination.ts";
import { LIMITS } from "./limits.ts";
import { createLog } from "./log.ts";

const CLIENT = "practice-system";
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function registerOf(limits: { readonly requestsPerSecond?: number; readonly childrenPerHour?: number }) {
  const file = createRegisterFile(createKeyPair("first").jwk);
  const parsed = parseRegister({ ...file, clients: file.clients.map((client) => ({ ...client, limits })) });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.register;
}

/** What two processes have: each its own connection and its own counts. */
async function processes(limits: Parameters<typeof registerOf>[0]) {
  const redis = await startOwnRedis();
  closing.push(() => redis.stop());
  const register = registerOf(limits);
  const records: AuditRecord[] = [];
  const audit = {
    async append(record: AuditRecord) {
      records.push(record);
    },
    close: async () => {},
  };
  let telling: Promise<unknown> = Promise.resolve();
  const create = async () => {
    const connected = createRedisCoordination({
      url: redis.url,
      identityKey: createSecretKey(Buffer.alloc(32, 3)),
      deadline_ms: PATIENT_MS,
    });
    let released = 0;
    const coordination: Coordination = {
      ...connected,
      async tally(...counted) {
        const told = connected.tally(...counted);
        telling = Promise.all([telling, told]);
        released = (await told)?.released ?? released;
        return told;
      },
    };
    while (coordination.state() !== "connected") await pause(5);
    const config = loadConfig({ GATEWAY_PROCESSES: "2" });
    const limiting = composeLimits({ config, register, coordination, audit, log: createLog("silent") });
    closing.push(() => limiting.usage.close(), coordination.close);
    return { ...limiting, coordination, releasedByAll: () => released };
  };
  /** Resolves when both have heard what was told so far. */
  const heard = () => telling;
  return { one: await create(), other: await create(), records, redis, heard };
}

const disclosed = (...patients: readonly string[]): AuditRecord => ({
  interaction: "read",
  outcome: "success",
  requestId: "r",
  client: CLIENT,
  disclosures: [
    ...patients.map((patient) => ({ patient, released: [`Patient/${patient}/1`] })),
    { patient: "held-back", released: [] },
  ],
});

test("two processes together let in no more than a fifth beyond what a client may ask a second", async () => {
  const limit = 60;
  const { one, other, heard } = await processes({ requestsPerSecond: limit });
  const bySecond = new Map<number, number>();
  const busySeconds = () => [...bySecond.values()].filter((count) => count >= limit / 2);
  while (busySeconds().length < 3) {
    for (const { usage } of [one, other]) {
      const second = Math.floor(Date.now() / 1_000);
      if (usage.admit(CLIENT) === undefined) bySecond.set(second, (bySecond.get(second) ?? 0) + 1);
    }
    await pause(2);
    // As in a network in which Redis is near: it answers between two requests.
    await heard();
  }
  expect(Math.max(...bySecond.values())).toBeLessThanOrEqual(limit * 1.2);
});

test("children that two processes release count once each, and what is held back not at all", async () => {
  const { one, other, records } = await processes({ childrenPerHour: 4 });
  await one.audit.append(disclosed("a", "b"));
  await other.audit.append(disclosed("b", "c"));
  // Who has something to tell hears of the others with it.
  while ([one, other].some(({ releasedByAll }) => releasedByAll() < 3)) {
    for (const { usage } of [one, other]) expect(usage.admit(CLIENT, [])).toBeUndefined();
    await pause(50);
  }
  expect([one.releasedByAll(), other.releasedByAll()]).toEqual([3, 3]);
  await one.audit.append(disclosed("d"));
  for (const { usage } of [one, other]) while (usage.admit(CLIENT, []) === undefined) await pause(50);
  expect(records.filter(({ interaction }) => interaction === "limit").map(({ client }) => client)).toContain(CLIENT);
});

test("while Redis is away each keeps to its share, and goes on", async () => {
  const { one, other, redis } = await processes({ requestsPerSecond: 40 });
  await redis.stop();
  while ([one, other].some(({ coordination }) => coordination.state() !== "down")) await pause(5);
  const letIn = [one, other].map(
    ({ usage }) => Array.from({ length: 100 }, () => usage.admit(CLIENT)).filter((wait) => wait === undefined).length,
  );
  // Twice that where a second ended meanwhile.
  for (const count of letIn) expect([count >= 20, count <= 40]).toEqual([true, true]);
});

test("refusals of unknown callers without end do not fill the log, and how many there were is told at the end", async () => {
  const { one, records } = await processes({});
  const refusal = { interaction: "missing-token", outcome: "refused", requestId: "r", client: "unknown" } as const;
  for (let n = 0; n < LIMITS.strangers_recorded_max + 300; n += 1) await one.audit.append(refusal);
  expect(records.length).toBeLessThan(LIMITS.strangers_recorded_max + 100);
  const before = records.length;
  await one.audit.append({ ...refusal, interaction: "token" });
  await one.audit.append({ ...refusal, client: CLIENT });
  expect(records.length).toBe(before + 2);
  await one.audit.close();
  const told = records.map(({ detail = "" }) => Number(/^(?:.*; )?(\d+) more refusals/.exec(detail)?.[1] ?? 0));
  const strangers = records.filter(({ client, interaction }) => client === "unknown" && interaction !== "token").length;
  expect(strangers + told.reduce((sum, each) => sum + each, 0)).toBe(LIMITS.strangers_recorded_max + 300);
});
