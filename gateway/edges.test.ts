import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bundle } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Gateway } from "./compose.ts";
import { BASE, composeIn, FHIR, FORM, jsonOf, startTestGateway, type TestGateway } from "./gateway.fixtures.ts";
import type { QuarantineListing } from "./ingest/quarantine.ts";
import type { Receipt } from "./ingest/receipt.ts";

let started: TestGateway;
let gateway: Gateway;
let directory: string;

beforeAll(async () => {
  started = await startTestGateway(0);
  ({ gateway, directory } = started);
});

afterAll(() => started[Symbol.asyncDispose]());

async function ask(path: string, init: RequestInit = {}, client = "gp-demo", scope = "system/*.rs"): Promise<Response> {
  return started.ask(client, path, init, scope);
}

/** The last record in the audit log, leaf and payload together. */
async function lastRecord(): Promise<Record<string, unknown>> {
  const folder = join(directory, "audit");
  const journals = (await readdir(folder)).filter((name) => name.endsWith(".journal")).sort();
  const lines = (await readFile(join(folder, journals.at(-1) ?? ""), "utf8")).split("\n");
  const payload = lines.findLast((line) => line.startsWith('{"salt"')) ?? "";
  const leaf = lines.findLast((line) => line.startsWith('{"hash"')) ?? "";
  return { ...JSON.parse(leaf).leaf, ...JSON.parse(payload).payload };
}

describe("a refused FHIR request leaves a record with its requester, its query and its reasons", () => {
  test.each([
    { path: "Observation?cod=x&date=yesterday", detail: "unknown-parameter bad-parameter-value", status: 400 },
    { path: "Patient/a_b", detail: "invalid-id", status: 400 },
    { path: "Observation?_page=forged", detail: "stale-page", status: 400 },
    { path: "Observation?_format=xml", detail: "not-acceptable", status: 406 },
    { path: `Patient?family=${"x".repeat(5_000)}`, detail: "url-too-long", status: 414 },
    { path: "AuditEvent/x", method: "DELETE", detail: "interaction-not-served", status: 405 },
    { path: "Patient", method: "OPTIONS", detail: "interaction-not-served", status: 405 },
    { path: "Patient/", detail: "unknown-route", status: 404 },
    { path: "Nothing?identifier=9990000018", detail: "unknown-type", status: 404 },
    { path: "metadata/x", detail: "unknown-route", status: 404 },
    { path: "Consent", detail: "insufficient-scope", status: 403 },
    {
      path: "Patient",
      headers: { "NHSD-End-User-Organisation-ODS": "Z00000" },
      detail: "organization-mismatch",
      status: 403,
    },
  ])("$status $detail", async ({ path, method = "GET", headers = {}, detail, status }) => {
    const response = await ask(path, { method, headers: { "X-Request-ID": "edge-1", ...headers } });
    expect(response.status).toBe(status);
    expect(await lastRecord()).toMatchObject({
      outcome: "refused",
      requestId: "edge-1",
      client: "gp-demo",
      purpose: "TREAT",
      tokenId: expect.any(String),
      query: expect.stringMatching(`^${method} `),
      detail,
    });
    expect((await lastRecord()).query).toContain(path);
  });

  test.each([
    { type: "application/json", encoding: "identity", detail: "unsupported-media-type" },
    { type: `${FORM}x`, encoding: "identity", detail: "unsupported-media-type" },
    { type: FORM, encoding: "gzip", detail: "unsupported-content-encoding" },
  ])("415 to a form of $type in $encoding", async ({ type, encoding, detail }) => {
    const headers = { "Content-Type": type, "Content-Encoding": encoding };
    const response = await ask("Patient/_search", { method: "POST", headers, body: "family=x" });
    expect(response.status).toBe(415);
    expect(await lastRecord()).toMatchObject({ outcome: "refused", client: "gp-demo", detail });
  });

  test("415 to a form of no type, and none to a search without a form", async () => {
    const search = { method: "POST", headers: {} };
    const untyped = new Uint8Array(Buffer.from("family=x"));
    expect((await ask("Patient/_search", { ...search, body: untyped })).status).toBe(415);
    const found = await ask("Patient/_search?_summary=count&family=x", search);
    expect([found.status, (await jsonOf<Bundle>(found)).total]).toEqual([200, 0]);
  });

  test("the form of a search too", async () => {
    const headers = { "Content-Type": "Application/X-WWW-Form-Urlencoded; charset=UTF-8" };
    const body = "famly=x&family=Young";
    expect((await ask("Patient/_search", { method: "POST", headers, body })).status).toBe(400);
    expect(await lastRecord()).toMatchObject({ query: `POST Patient?${body}` });
  });

  test("a format named in the form is looked at as one in the address", async () => {
    const init = { method: "POST", headers: { "Content-Type": FORM }, body: "_format=xml" };
    expect((await ask("Patient/_search", init)).status).toBe(406);
  });

  test("without a token under an unknown client", async () => {
    expect((await gateway.app.request(`${FHIR}/Nothing`)).status).toBe(404);
    expect(await lastRecord()).toMatchObject({ outcome: "refused", client: "unknown", detail: "unknown-type" });
    expect((await gateway.app.request(`${FHIR}/Patient`)).status).toBe(401);
    expect(await lastRecord()).toMatchObject({ outcome: "refused", client: "unknown", detail: "missing-token" });
  });

  test("once: a read that finds nothing has recorded that itself", async () => {
    await ask("Patient/unknown");
    const { sequence } = await lastRecord();
    expect((await ask("Patient/unknown")).status).toBe(404);
    expect(await lastRecord()).toMatchObject({ interaction: "read", sequence: Number(sequence) + 1 });
  });

  test("and is 503 when it cannot be recorded", async () => {
    const folder = await mkdtemp(join(tmpdir(), "edges-"));
    const other = await composeIn(folder);
    other.markReady();
    await other.audit.close();
    for (const path of ["Nothing", "metadata?_format=xml", "Patient"]) {
      expect((await other.app.request(`${FHIR}/${path}`)).status, path).toBe(503);
    }
    expect((await other.app.request(`${FHIR}/metadata`)).status).toBe(200);
    await other.store.close();
    await rm(folder, { recursive: true });
  });
});

test("what went wrong inside is a bare 500 and leaves a record of the failure", async () => {
  const kept = started;
  started = await startTestGateway(0);
  ({ directory } = started);
  try {
    await started.token("gp-demo", "system/*.rs");
    await started.gateway.store.close();
    expect((await ask("Patient?family=x")).status).toBe(500);
    expect(await lastRecord()).toMatchObject({ interaction: "search-type", outcome: "failed", detail: "unexpected" });
  } finally {
    await started[Symbol.asyncDispose]();
    started = kept;
    ({ directory } = kept);
  }
});

describe("what is handed out of ingest stands in the record, without its content", () => {
  const csv = [
    "record_id,child_id,nhs_number,birth_date,decision,data_classes,state,valid_from,recorded_by,recorded_on,responsible_person",
    "r-1,C-1,9990000019,2020-01-01,objection,education,received,2026-01-01,Leeds City Council,2026-01-01,mother",
    "r-2,C-2,,not-a-date,nonsense,education,received,2026-01-01,Leeds City Council,2026-01-01,mother",
  ].join("\n");
  const officer = (path: string, init?: RequestInit) => ask(path, init, "officer-demo", "ingest/leeds-sharing");

  test("a delivery, its receipt and the quarantine", async () => {
    const delivered = await officer("/ingest/leeds-sharing", { method: "POST", body: csv });
    const receipt = await jsonOf<Receipt>(delivered);
    expect(receipt.quarantined).toBeGreaterThan(0);
    const { committed, unchanged, quarantined } = receipt;
    expect(await lastRecord()).toMatchObject({
      interaction: "ingest",
      outcome: "success",
      client: "officer-demo",
      released: [`receipt/${receipt.id}`],
      detail: `source=leeds-sharing received=2 committed=${committed} unchanged=${unchanged} quarantined=${quarantined}`,
    });
    expect((await officer(`/ingest/receipts/${receipt.id}`)).status).toBe(200);
    expect(await lastRecord()).toMatchObject({
      interaction: "ingest-receipt",
      released: [`receipt/${receipt.id}`],
      detail: "source=leeds-sharing",
    });
    const listed = await officer(`/ingest/quarantine?delivery=${receipt.id}`);
    const { entries } = await jsonOf<QuarantineListing>(listed);
    expect(entries).toHaveLength(quarantined);
    const record = await lastRecord();
    expect(record).toMatchObject({
      interaction: "ingest-quarantine",
      query: `GET /ingest/quarantine?delivery=${receipt.id}`,
      released: entries.map(({ id }) => `quarantine/${id}`),
      detail: `sources=leeds-sharing deliveries=${receipt.id} records=${entries.length}`,
    });
    expect(JSON.stringify(record)).not.toMatch(/9990000019|not-a-date/);
  });

  test.each([
    ["PUT", "/ingest/leeds-sharing", 405, "interaction-not-served"],
    ["GET", "/ingest/nobody/knows/this", 404, "unknown-route"],
    ["GET", "/ingest", 404, "unknown-route"],
  ])("%s %s, which is served nowhere, is recorded with whoever asks", async (method, path, status, detail) => {
    expect((await officer(path, { method })).status).toBe(status);
    const record = {
      interaction: "ingest",
      outcome: "refused",
      client: "officer-demo",
      query: `${method} ${path}`,
      detail,
    };
    expect(await lastRecord()).toMatchObject(record);
    expect((await started.gateway.app.request(`http://127.0.0.1:8080${path}`, { method })).status).toBe(401);
    expect(await lastRecord()).toMatchObject({ outcome: "refused", client: "unknown" });
  });

  test("an encoded delivery is 415 and recorded", async () => {
    const headers = { "Content-Encoding": "gzip" };
    expect((await officer("/ingest/leeds-sharing", { method: "POST", headers, body: csv })).status).toBe(415);
    expect(await lastRecord()).toMatchObject({ outcome: "refused", detail: "unsupported-content-encoding" });
  });
});

describe("the token endpoint", () => {
  test("records no stranger's claim as a client", async () => {
    expect((await started.requestToken(await started.assertion("9990000018", "gp-demo"), "system/*.rs")).status).toBe(
      401,
    );
    expect(await lastRecord()).toMatchObject({
      interaction: "token",
      client: "unknown",
      detail: 'unknown-client claimed "9990000018"',
    });
  });

  test("answers a body that is too large as OAuth does", async () => {
    const response = await started.requestToken("x".repeat(20_000), "system/*.rs");
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: "invalid_request" });
    expect(await lastRecord()).toMatchObject({ interaction: "token", outcome: "refused", detail: "too-large" });
  });

  test("takes a form by its type alone, as it is", async () => {
    const ask = async (headers: Record<string, string>) =>
      (await started.requestToken(await started.assertion("gp-demo"), "system/*.rs", headers)).status;
    expect(await ask({ "Content-Type": "Application/X-WWW-FORM-urlencoded;charset=utf-8" })).toBe(200);
    expect(await ask({ "Content-Type": `${FORM}x` })).toBe(400);
    expect(await ask({ "Content-Encoding": "gzip" })).toBe(415);
  });

  test("is 405 to a GET", async () => {
    const response = await gateway.app.request(`${BASE}/oauth2/token`);
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST");
  });
});

describe("the CapabilityStatement", () => {
  test("comes with the headers of every answer", async () => {
    const headers = { "X-Request-ID": "one", "X-Correlation-ID": "two", Accept: "" };
    const response = await gateway.app.request(`${FHIR}/metadata?_format=`, { headers });
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "application/fhir+json; fhirVersion=4.0",
      "cache-control": "no-store, private",
      "x-content-type-options": "nosniff",
      "x-request-id": "one",
      "x-correlation-id": "two",
    });
  });

  test.each([
    ["metadata?_format=xml", "*/*"],
    ["metadata", "application/fhir+xml"],
    ["metadata", "*/*;q=0.0"],
  ])("%s is not acceptable with Accept: %s", async (path, accept) => {
    expect((await gateway.app.request(`${FHIR}/${path}`, { headers: { Accept: accept } })).status).toBe(406);
  });
});

test("a named query is refused also from a lenient caller, and so is an unknown modifier", async () => {
  for (const query of ["_query=everything", "family:nonsense=x"]) {
    const response = await ask(`Patient?${query}`, { headers: { Prefer: "handling=lenient" } });
    expect(response.status, query).toBe(400);
  }
});
