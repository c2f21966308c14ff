import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bundle, OperationOutcome } from "@medplum/fhirtypes";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SCENARIOS } from "#mappers/synthetic/scenarios.ts";
import { runEvidence } from "./commands/evidence.ts";
import { BASE, jsonOf, startTestGateway, type TestGateway } from "./gateway.fixtures.ts";
import { createDatabase } from "./store/postgres/test-postgres.ts";
import { type OwnPostgres, startOwnPostgres } from "./store/postgres/test-server.ts";

const NHS = "https://fhir.nhs.uk/Id/nhs-number";
const AMARA = "9990000018";
const CHILDREN = 4;

let server: OwnPostgres;
let url: string;
let onPostgres: TestGateway;
let onSqlite: TestGateway;

beforeAll(async () => {
  server = await startOwnPostgres();
  ({ url } = await createDatabase(server.url));
  onPostgres = await startTestGateway(CHILDREN, undefined, { DATABASE_URL: url });
  onSqlite = await startTestGateway(CHILDREN);
});

afterAll(async () => {
  await onPostgres[Symbol.asyncDispose]();
  await onSqlite[Symbol.asyncDispose]();
  await server.end();
});

/** What an answer says, without what every gateway draws for itself: ids, versions and times. */
function told(bundle: Bundle): readonly string[] {
  return (bundle.entry ?? [])
    .flatMap(({ resource, search }) => (resource && search?.mode === "match" ? [resource] : []))
    .map((resource) =>
      JSON.stringify(resource, (key, value) => (OWN.includes(key) ? undefined : value))
        .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "ID")
        .replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"TIME"'),
    )
    .toSorted();
}

const OWN = ["id", "versionId", "lastUpdated"];

async function search(gateway: TestGateway, client: string, path: string, body: Record<string, string>) {
  const response = await gateway.ask(client, path, { method: "POST", body: new URLSearchParams(body) });
  expect(response.status).toBe(200);
  return jsonOf<Bundle>(response);
}

test("the embedded store is not made where a database is named", async () => {
  expect(await readdir(onPostgres.directory)).not.toContain("store.sqlite");
  expect(await readdir(onSqlite.directory)).toContain("store.sqlite");
});

const NAMED = SCENARIOS.flatMap(({ id, nhsNumber }) => (nhsNumber === undefined ? [] : [{ id, nhsNumber }]));

test.each(NAMED)("of the named child $id each client is told the same on both engines", async ({ nhsNumber }) => {
  for (const client of ["gp-demo", "gp-health-demo", "hv-demo", "hub-demo", "steward-demo"]) {
    for (const type of ["Observation", "Patient"]) {
      const name = type === "Patient" ? "identifier" : "patient.identifier";
      const asked = { [name]: `${NHS}|${nhsNumber}`, _count: "100" };
      const ask = async (gateway: TestGateway) => {
        const response = await gateway.ask(client, `${type}/_search`, {
          method: "POST",
          body: new URLSearchParams(asked),
        });
        return [response.status, response.status === 200 ? told(await jsonOf<Bundle>(response)) : []];
      };
      expect(await ask(onPostgres), `${client} ${type}`).toEqual(await ask(onSqlite));
    }
  }
});

test.each(["Observation", "Patient", "Organization", "Provenance"])(
  "a search for all of type %s counts the same on both engines",
  async (type) => {
    const asked = { _summary: "count", _total: "accurate" };
    const counts = await Promise.all(
      [onPostgres, onSqlite].map(async (one) => {
        const response = await one.ask("steward-demo", `${type}/_search`, {
          method: "POST",
          body: new URLSearchParams(asked),
        });
        return [response.status, (await jsonOf<Bundle>(response)).total];
      }),
    );
    expect(counts[0]).toEqual(counts[1]);
  },
);

test("a resource is created, read, updated, found in its history, deleted, and gone", async () => {
  const headers = { "Content-Type": "application/fhir+json" };
  const observation = {
    resourceType: "Observation",
    status: "final",
    code: { text: "steps taken" },
    identifier: [{ system: "https://example.org/scans", value: "77" }],
  };
  const client = "conformance-demo";
  const send = (method: string, path: string, body?: unknown) =>
    onPostgres.ask(client, path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const created = await send("POST", "Observation", observation);
  expect(created.status).toBe(201);
  const { id } = await jsonOf<{ readonly id: string }>(created);
  expect((await send("PUT", `Observation/${id}`, { ...observation, id, status: "amended" })).status).toBe(200);
  const found = await search(onPostgres, client, "Observation/_search", { identifier: "https://example.org/scans|77" });
  expect(found.entry?.map(({ resource }) => resource?.id)).toEqual([id]);
  expect((await send("DELETE", `Observation/${id}`)).status).toBeLessThan(300);
  expect((await send("GET", `Observation/${id}`)).status).toBe(410);
  const history = await jsonOf<Bundle>(await send("GET", `Observation/${id}/_history`));
  expect(history.entry?.map(({ request }) => request?.method)).toEqual(["DELETE", "PUT", "POST"]);
});

test("a command reads the store beside the gateway", async () => {
  const out = await mkdtemp(join(tmpdir(), "evidence-"));
  try {
    const found = await search(onPostgres, "steward-demo", "Patient/_search", { identifier: `${NHS}|${AMARA}` });
    const asked = ["--subject", `Patient/${found.entry?.[0]?.resource?.id}`, "--out", out];
    const environment = { DATA_DIR: onPostgres.directory, DATABASE_URL: url };
    expect(await runEvidence(asked, environment)).toMatchObject({ exit: 0, error: "" });
    const away = { ...environment, DATABASE_URL: url.replace(/[^/]*$/, "none") };
    expect(await runEvidence(asked, away)).toMatchObject({
      exit: 1,
      error: expect.stringContaining("no such database"),
    });
  } finally {
    await rm(out, { recursive: true });
  }
});

test("while the database is away: 503 that says when to come back, not ready; then all is as it was", async () => {
  const ready = async () => (await onPostgres.gateway.app.request(`${BASE}/health/ready`)).status;
  const asked = { "patient.identifier": `${NHS}|${AMARA}` };
  const before = told(await search(onPostgres, "gp-demo", "Observation/_search", asked));
  expect([before.length > 0, await ready()]).toEqual([true, 200]);
  await server.stop();
  const read = await onPostgres.ask("gp-demo", "Observation/_search", {
    method: "POST",
    body: new URLSearchParams(asked),
  });
  const written = await onPostgres.ask("conformance-demo", "Observation", {
    method: "POST",
    headers: { "Content-Type": "application/fhir+json" },
    body: JSON.stringify({ resourceType: "Observation", status: "final", code: { text: "steps taken" } }),
  });
  for (const response of [read, written]) {
    expect([response.status, response.headers.get("Retry-After")]).toEqual([503, "5"]);
    const { resourceType, issue } = await jsonOf<OperationOutcome>(response);
    expect([resourceType, issue?.[0]?.code]).toEqual(["OperationOutcome", "transient"]);
  }
  expect(await ready()).toBe(503);
  await server.start();
  await expect.poll(ready).toBe(200);
  expect(told(await search(onPostgres, "gp-demo", "Observation/_search", asked))).toEqual(before);
});
