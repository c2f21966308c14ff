import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { composeGateway, type Gateway } from "./compose.ts";
import { ConfigError, loadConfig } from "./config.ts";
import { inChunks, toCsv, toProfileRow } from "./ingest/line.fixtures.ts";
import { createLog } from "./log.ts";
import { API_KEY, KEY_ID, KEYS } from "./pds/pds.fixtures.ts";
import { type StandIn, startStandIn } from "./pds/stand-in/server.ts";

const ONE = "9990000018";

let directory: string;
let standIn: StandIn;
let gateway: Gateway | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "gateway-pds-"));
  await writeFile(join(directory, "key.pem"), KEYS.privateKey.export({ type: "pkcs8", format: "pem" }));
  standIn = await startStandIn({
    people: [
      {
        nhsNumber: ONE,
        names: [{ given: ["Amina"], family: "Example" }],
        birthDate: "2020-02-03",
        gender: "female",
        addresses: [{ postcode: "LS6 1CI" }],
      },
    ],
    clients: [{ apiKey: API_KEY, keyId: KEY_ID, publicKey: KEYS.publicKey }],
  });
});
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  await standIn.close();
  await rm(directory, { recursive: true });
});

function compose(changes: Record<string, string> = {}): Promise<Gateway> {
  const config = loadConfig({
    DATA_DIR: directory,
    LOG_LEVEL: "silent",
    PDS_BASE_URL: standIn.baseUrl,
    PDS_TOKEN_URL: standIn.tokenUrl,
    PDS_API_KEY: API_KEY,
    PDS_KEY_ID: KEY_ID,
    PDS_KEY_FILE: join(directory, "key.pem"),
    ...changes,
  });
  return composeGateway(config, createLog("silent"), {
    baseUrl: config.baseUrl,
    environment: "",
    isDemonstration: true,
  });
}

async function sendProfile({ register, line }: Gateway): Promise<void> {
  const source = register.source("leeds-eyfsp");
  if (source === undefined) throw new Error("The demonstration has no such source.");
  const delivery = { id: randomUUID(), receivedAt: Date.now(), client: "officer-demo", fileName: "profile.csv" };
  await line.ingest(source, delivery, inChunks(toCsv([toProfileRow()])));
}

test("a child known by a profile alone is found by its NHS number once PDS was asked", async () => {
  gateway = await compose();
  await sendProfile(gateway);
  const found = () => gateway?.store.findRecords([{ code: "identifier", value: `${NHS_NUMBER}|${ONE}` }], 2, "");
  expect(await found()).toEqual([]);
  expect(await gateway.tracing?.pass()).toEqual({ told: 1 });
  expect(await found()).toHaveLength(1);
  expect(await gateway.metrics.render()).toContain('gateway_pds_calls_total{outcome="answered"} 1');
});

test("PDS away: the gateway is ready all the same, and the breaker stands in the metrics", async () => {
  await standIn.close();
  gateway = await compose();
  gateway.markReady();
  await sendProfile(gateway);
  expect(await gateway.tracing?.pass()).toEqual({ failed: 1 });
  expect((await gateway.app.request("/health/ready")).status).toBe(200);
  expect(await gateway.metrics.render()).toMatch(/gateway_pds_breaker_open [01]/);
  standIn = await startStandIn({ people: [], clients: [] });
});

test("without PDS nothing is asked, and no metric speaks of it", async () => {
  const none = { PDS_BASE_URL: "", PDS_TOKEN_URL: "", PDS_API_KEY: "", PDS_KEY_ID: "", PDS_KEY_FILE: "" };
  gateway = await compose(none);
  expect(gateway.tracing).toBeUndefined();
  expect(await gateway.metrics.render()).not.toContain("pds");
});

test.each([
  { title: "is not there", key: undefined },
  { title: "is none", key: "secret" },
  { title: "is public", key: KEYS.publicKey.export({ type: "spki", format: "pem" }).toString() },
])("a key file that $title stops the start, and is not quoted", async ({ key }) => {
  const file = join(directory, "other.pem");
  if (key !== undefined) await writeFile(file, key);
  const failed = await compose({ PDS_KEY_FILE: file }).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(ConfigError);
  expect(String(failed)).toMatch(/PDS_KEY_FILE: /);
  expect(String(failed)).not.toContain("secret");
});
