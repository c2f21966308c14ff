import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestRedis, type TestRedis } from "../identity/cache/test-redis.ts";
import type { Person } from "../identity/person.ts";
import { API_KEY, KEY_ID, KEYS, known, told } from "./pds.fixtures.ts";
import { type StandIn, startStandIn } from "./stand-in/server.ts";
import type { TracingTask } from "./tracing-process.fixtures.ts";

const PROGRAM = fileURLToPath(new URL("tracing-process.fixtures.ts", import.meta.url));
const SECRETS = /Harkness|Annabel|2021-05-14|LS6|9990000018|Quarry|birthdate|Bearer|PRIVATE KEY/i;
const ONE = "9990000018";

let redis: TestRedis;
let standIn: StandIn;

beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(async () => {
  await redis.stop();
});

/** A process of its own, with every debug output of its libraries switched on. */
async function traceInProcess(identityKey: string, persons: readonly Person[]) {
  const task: TracingTask = {
    baseUrl: standIn.baseUrl,
    tokenUrl: standIn.tokenUrl,
    redisUrl: redis.url,
    identityKey,
    apiKey: API_KEY,
    keyId: KEY_ID,
    privateKey: KEYS.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    persons,
  };
  const child = spawn(process.execPath, [PROGRAM], { env: { ...process.env, DEBUG: "*" } });
  child.stdin.end(JSON.stringify(task));
  const [out, error] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const outcomes: unknown = JSON.parse(out || "[]");
  return { outcomes, said: out + error };
}

/** The most calls of any window of one second. */
function busiestSecond(arrivals: readonly { readonly at: number }[]): number {
  const times = arrivals.map(({ at }) => at).toSorted((one, other) => one - other);
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length));
}

test("four processes together call five times in any second, and are never told that it is too often", async () => {
  const identityKey = randomBytes(32).toString("base64");
  const clients = [{ apiKey: API_KEY, keyId: KEY_ID, publicKey: KEYS.publicKey }];
  standIn = await startStandIn({ people: [known(ONE)], clients });
  const days = Array.from({ length: 20 }, (_, n) => `2021-05-${String(n + 1).padStart(2, "0")}`);
  const shares = [0, 1, 2, 3].map((n) => days.filter((_, at) => at % 4 === n));
  const ended = await Promise.all(
    shares.map((dates) =>
      traceInProcess(
        identityKey,
        // One letter short of a question by sound: each is asked for once.
        dates.map((birthDate) => told({ birthDate, family: `Harkness-Bloom${"m".repeat(30)}` })),
      ),
    ),
  );
  const calls = standIn.arrivals().filter(({ kind }) => kind !== "token");
  await standIn.close();
  expect(ended.map(({ outcomes }) => outcomes)).toEqual(shares.map((dates) => dates.map(() => "none")));
  expect(calls).toHaveLength(20);
  expect(busiestSecond(calls)).toBeLessThanOrEqual(5);
  expect(calls.filter(({ isOverQuota }) => isOverQuota)).toEqual([]);
});

test("a hundred cold traces of one child in two processes are one call, and nobody says whose", async () => {
  const identityKey = randomBytes(32).toString("base64");
  const clients = [{ apiKey: API_KEY, keyId: KEY_ID, publicKey: KEYS.publicKey }];
  standIn = await startStandIn({ people: [known(ONE)], clients });
  const fifty = Array.from({ length: 50 }, () => told());
  const ended = await Promise.all([traceInProcess(identityKey, fifty), traceInProcess(identityKey, fifty)]);
  const calls = standIn.arrivals().filter(({ kind }) => kind !== "token");
  await standIn.close();
  expect(ended.map(({ outcomes }) => outcomes)).toEqual([fifty.map(() => "found"), fifty.map(() => "found")]);
  expect(calls).toHaveLength(1);
  expect(ended.map(({ said }) => SECRETS.exec(said)?.[0])).toEqual([undefined, undefined]);
});
