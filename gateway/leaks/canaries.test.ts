import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "redis";
import { expect, test } from "vitest";
import { NHS_NUMBER, ODS_ORGANIZATION, UPN } from "#profiles/systems.ts";
import { toSourceFacts } from "../compose-register.ts";
import { BASE, startTestGateway } from "../gateway.fixtures.ts";
import { startOwnRedis } from "../identity/cache/test-redis.ts";
import { putResource, tellChild } from "./store.fixtures.ts";

/** Whatever could identify a child, in words that stand nowhere else. */
const CANARIES = {
  number: "9991234514",
  upn: "Z383395021999",
  family: "Zanzibarquill",
  given: "Xylophonia",
  postcode: "ZE9 9KV",
  line: "77 Canaryfeather Close",
  phone: "01632960789",
  note: "Quetzalcoatlus remark",
} as const;
const PATIENT = "77777777-7777-4777-8777-777777777777";

/** Requests that go wrong, find nothing, or find a child that the client may not see; none holds a canary itself. */
const PATHS = [
  `Patient/${PATIENT}`,
  `Patient/${PATIENT}/_history`,
  `Patient/${PATIENT}/$everything`,
  `Patient/${PATIENT}?_elements=x`,
  `Observation?patient=${PATIENT}`,
  `Observation?patient=${PATIENT}&cod=x`,
  "Observation?date=yesterday",
  "Patient?_count=abc",
  "Patient?_count=100&_revinclude=*",
  "Patient?birthdate=2021-01-01",
  "Nothing/x",
  "_history?_count=100",
  "metadata",
  "/metrics",
  "/health/ready",
  "/",
  "/ingest/quarantine",
  "/identity/items",
  "/oversight/objections",
] as const;

test("what identifies a child stands nowhere but in the bodies that may hold it", async () => {
  const redis = await startOwnRedis();
  const written: string[] = [];
  const { log, error } = console;
  try {
    await using started = await startTestGateway(0, undefined, { REDIS_URL: redis.url });
    const { store, register } = started.gateway;
    const facts = toSourceFacts(register).get("leeds-csds");
    if (!facts) throw new Error("no leeds-csds");
    console.log = console.error = (...words) => written.push(words.join(" "));
    const patient = {
      resourceType: "Patient" as const,
      identifier: [
        { system: NHS_NUMBER, value: CANARIES.number },
        { system: UPN, value: CANARIES.upn },
      ],
      name: [{ family: CANARIES.family, given: [CANARIES.given] }],
      birthDate: "2021-01-01",
      telecom: [{ system: "phone" as const, value: CANARIES.phone }],
      address: [{ line: [CANARIES.line], postalCode: CANARIES.postcode }],
    };
    const elsewhere = { kind: "gp-registration" as const, organization: { system: ODS_ORGANIZATION, value: "Z99102" } };
    await tellChild(
      store,
      { patientId: PATIENT, facts, localId: "canary", patient, relationships: [elsewhere] },
      Date.now(),
    );
    const finding = {
      resourceType: "Observation" as const,
      id: "66666666-6666-4666-8666-666666666666",
      status: "final" as const,
      code: { coding: [{ system: "http://loinc.org", code: "29463-7" }] },
      subject: { reference: `Patient/${PATIENT}` },
      note: [{ text: CANARIES.note }],
    };
    await putResource(store, { patientId: PATIENT, facts, resource: finding }, Date.now());
    const seen = await (await started.ask("officer-demo", `Patient/${PATIENT}`)).text();
    expect(seen).toContain(CANARIES.family);
    // Who asks by the number itself gets it into the cache.
    const form = { "Content-Type": "application/x-www-form-urlencoded" };
    const asked = new URLSearchParams({ "patient.identifier": `${NHS_NUMBER}|${CANARIES.number}` }).toString();
    for (const client of ["officer-demo", "gp-demo"]) {
      await started.ask(client, "Observation/_search", { method: "POST", headers: form, body: asked });
    }
    const texts: string[] = [];
    for (const client of ["gp-demo", "hv-demo", "practitioner-demo", "hub-demo", "conformance-demo"]) {
      for (const path of PATHS) {
        const response = await started.ask(client, path);
        texts.push(path, JSON.stringify([...response.headers]), await response.text());
      }
    }
    texts.push(await (await started.gateway.app.request(`${BASE}/metrics`)).text(), ...written);
    texts.push(...leavesIn(join(started.directory, "audit")), ...(await wordsIn(redis.url)));
    for (const [what, canary] of Object.entries(CANARIES)) {
      expect(
        texts.filter((text) => text.includes(canary)).map((text) => text.slice(0, 200)),
        what,
      ).toEqual([]);
    }
  } finally {
    Object.assign(console, { log, error });
    await redis.stop();
  }
});

/** Leaves of the audit log, which hold no personal data; payloads, which may, stand apart. */
function leavesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".journal") || name.includes("leaves"))
    .flatMap((name) => readFileSync(join(folder, name), "latin1").split("\n"))
    .filter((line) => line.startsWith('{"hash"'));
}

/** Keys and values in Redis, whatever their kind. */
async function wordsIn(url: string): Promise<readonly string[]> {
  const client = await createClient({ url }).connect();
  try {
    const keys = await client.keys("*");
    expect(keys.length).toBeGreaterThan(0);
    const values = await Promise.all(
      keys.map(async (key) =>
        (await client.type(key)) === "hash"
          ? JSON.stringify(await client.hGetAll(key))
          : await client.get(key).catch(() => ""),
      ),
    );
    return [...keys, ...values.map((value) => value ?? "")];
  } finally {
    client.destroy();
  }
}
