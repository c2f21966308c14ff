import { execFile } from "node:child_process";
import { createSecretKey } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import type { Bundle, Patient } from "@medplum/fhirtypes";
import { createClient } from "redis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { jsonOf, startTestGateway, type TestGateway } from "../../gateway.fixtures.ts";
import { createRedisCoordination } from "./coordination-redis.ts";
import { PATIENT_MS, startOwnRedis, type TestRedis } from "./test-redis.ts";
import { warmUp } from "./warm-up.ts";

const NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number";
/** Shorter words come about by chance in what is encrypted. */
const TELLING_CHARACTERS_MIN = 7;
const KEY = Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString("base64");

let redis: TestRedis;
let house: TestGateway;

beforeAll(async () => {
  redis = await startOwnRedis();
  house = await startTestGateway(12, undefined, { REDIS_URL: redis.url, IDENTITY_KEY: KEY });
});
afterAll(async () => {
  await house?.[Symbol.asyncDispose]();
  await redis?.stop();
});

/** What all sources say of all children. */
async function contributed(): Promise<readonly Patient[]> {
  const patients: Patient[] = [];
  for (const key of await house.gateway.store.scanRecords({}, 0, 1_000)) {
    const record = await house.gateway.store.record(key);
    for (const { body } of record?.contributions ?? []) patients.push(JSON.parse(body));
  }
  return patients;
}

function tellingWords(patients: readonly Patient[]): ReadonlySet<string> {
  const words = patients.flatMap(({ identifier = [], name = [], birthDate, address = [] }) => [
    ...identifier.map(({ value }) => value),
    ...name.flatMap(({ family, given = [], text }) => [family, text, ...given]),
    birthDate,
    ...address.flatMap(({ postalCode, line = [], text }) => [postalCode, text, ...line]),
  ]);
  return new Set(words.filter((word) => word !== undefined && word.length >= TELLING_CHARACTERS_MIN).map(String));
}

/** Every key and value, as it is and as what it encodes. */
async function everythingIn(url: string): Promise<{ readonly keys: number; readonly text: string }> {
  const client = createClient({ url });
  await client.connect();
  const texts: string[] = [];
  const names = await client.keys("*");
  for (const name of names) {
    const type = await client.type(name);
    // Some live for a second, and end while the others are read.
    if (type === "none") continue;
    const read = {
      string: ["GET", name],
      set: ["SMEMBERS", name],
      list: ["LRANGE", name, "0", "-1"],
      zset: ["ZRANGE", name, "0", "-1"],
      hash: ["HGETALL", name],
    };
    const words = Object.entries(read).find(([of]) => of === type)?.[1];
    if (words === undefined) throw new Error(`This test does not know how a ${type} is read.`);
    const value = JSON.stringify(await client.sendCommand(words));
    texts.push(
      name,
      value,
      Buffer.from(value, "base64").toString("latin1"),
      Buffer.from(name, "base64").toString("latin1"),
    );
  }
  client.destroy();
  return { keys: names.length, text: texts.join("\n") };
}

const found = (words: ReadonlySet<string>, text: string) => [...words].filter((word) => text.includes(word));

async function askForAll(numbers: readonly string[]): Promise<readonly string[]> {
  const answers: string[] = [];
  for (const number of numbers) {
    const response = await house.ask("gp-demo", `Patient?identifier=${NHS_NUMBER}|${number}`);
    expect(response.status).toBe(200);
    const { entry = [] } = await jsonOf<Bundle>(response);
    answers.push(entry.map(({ resource }) => `${resource?.resourceType}/${resource?.id}`).join(" "));
  }
  return answers;
}

async function nhsNumbers(): Promise<readonly string[]> {
  const identifiers = (await contributed()).flatMap(({ identifier = [] }) => identifier);
  return [...new Set(identifiers.flatMap(({ system, value = "" }) => (system === NHS_NUMBER ? [value] : [])))];
}

test("after queries and shared work nothing in Redis shows a number, a name, a birth date or a postcode", async () => {
  const numbers = await nhsNumbers();
  expect(numbers.length).toBeGreaterThan(10);
  const answers = await askForAll([...numbers, "9990000018", "9990000026"]);
  expect(answers.some((answer) => answer.includes("Patient/"))).toBe(true);
  const patients = await contributed();
  const coordination = createRedisCoordination({
    url: redis.url,
    identityKey: createSecretKey(Buffer.from(KEY, "base64")),
    deadline_ms: PATIENT_MS,
  });
  while (coordination.state() !== "connected") await pause(5);
  for (const patient of patients) {
    await coordination.once(JSON.stringify(patient), async () => patient, { life_s: () => 600, wait_ms: 100 });
  }
  await coordination.takeTurn("Rumpelstilzchen", 5);
  await coordination.close();

  const { keys, text } = await everythingIn(redis.url);
  const words = new Set([...tellingWords(patients), ...numbers, "9990000018", "Rumpelstilzchen", "nhs-number"]);
  expect(keys).toBeGreaterThan(patients.length);
  expect(words.size).toBeGreaterThan(60);
  expect(found(words, text)).toEqual([]);
  // What would be there in clear is found.
  expect(found(words, `${text} ${numbers[0]}`)).toEqual([numbers[0]]);
});

test("warming up asks for every identifier that is served, of as many children as it is told", async () => {
  const { store } = house.gateway;
  const asked = new Set<string>();
  const resolver = {
    async resolve(system: string, value: string) {
      asked.add(`${system}|${value}`);
      return [];
    },
  };
  const { signal } = new AbortController();
  await warmUp({ store, resolver, signal });
  for (const number of await nhsNumbers()) expect(asked).toContain(`${NHS_NUMBER}|${number}`);
  expect(await warmUp({ store, resolver, signal: AbortSignal.abort() })).toBe(0);
  asked.clear();
  await warmUp({ store, resolver, signal, records_max: 1 });
  expect(asked.size).toBeGreaterThan(0);
  expect(asked.size).toBeLessThan(8);
});

test("all in Redis ends by itself", async () => {
  const client = createClient({ url: redis.url });
  await client.connect();
  const lives = await Promise.all((await client.keys("*")).map((name) => client.pTTL(name)));
  client.destroy();
  expect(lives.length).toBeGreaterThan(10);
  // -1 is told of what never ends, -2 of what has ended meanwhile.
  expect(lives.filter((life_ms) => life_ms === -1)).toEqual([]);
});

test("without Redis answers are the same", async () => {
  const numbers = await nhsNumbers();
  const before = await askForAll(numbers);
  await redis.stop();
  expect(await askForAll(numbers)).toEqual(before);
  const ready = await house.gateway.app.request("/health/ready");
  expect([ready.status, await jsonOf<{ identityCache: string }>(ready)]).toMatchObject([
    200,
    { identityCache: "down" },
  ]);
});

test("a gateway that has no Redis to share with loads no client of one", async () => {
  const compose = new URL("../../compose.ts", import.meta.url).href;
  const program = `await import(${JSON.stringify(compose)});
    const { openSharing } = await import(${JSON.stringify(new URL("./open.ts", import.meta.url).href)});
    const { createSecretKey } = await import("node:crypto");
    await openSharing({ identityKey: createSecretKey(Buffer.alloc(32)), dataDir: "/nowhere", redisClientCache: true });
    const { createRequire } = await import("node:module");
    const { cache } = createRequire(${JSON.stringify(import.meta.url)});
    const loaded = () => Object.keys(cache).filter((path) => path.includes("@redis")).length;
    const before = loaded();
    await import(${JSON.stringify(new URL("./redis.ts", import.meta.url).href)});
    process.stdout.write(JSON.stringify([before, loaded() > 0]));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
  expect(JSON.parse(stdout)).toEqual([0, true]);
});
