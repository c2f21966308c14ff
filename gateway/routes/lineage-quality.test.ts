import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Requester } from "../access/requester.ts";
import type { AuditLog } from "../audit/audit.ts";
import { createAuditIndex } from "../audit/audit-index.ts";
import { createAuditLog } from "../audit/log.ts";
import {
  RECEIVED_AT,
  recordsOf,
  sourceOf,
  startLine,
  type TestLine,
  toCsv,
  toProfileRow,
} from "../ingest/line.fixtures.ts";
import { mapperOf } from "../ingest/mappers.ts";
import { officerOf } from "../ingest/officer.fixtures.ts";
import type { QualityReport } from "../ingest/quality/quality-report.ts";
import { createLineageRoute } from "./lineage.ts";
import { createQualityRoute } from "./quality.ts";

const SOURCE = "leeds-eyfsp";
const IDS = { requestId: "r-1", correlationId: undefined };
const directory = mkdtempSync(join(tmpdir(), "lineage-route-"));

let line: TestLine;
let audit: AuditLog;
let observation: string;

/** Forty pupils in two deliveries, of which six have an unknown sex and one no birth date. */
beforeAll(async () => {
  line = startLine();
  audit = await createAuditLog({ directory, process: "test", clock: () => RECEIVED_AT });
  for (const sex of ["F", "Q"]) {
    const rows = Array.from({ length: 40 }, (_, nth) =>
      toProfileRow({
        FSP_PupilMatchingRef: `P${nth}`,
        FSP_UPN: "",
        FSP_SURNAME: `Example${nth}`,
        FSP_SEX: nth < 6 ? sex : "F",
        FSP_DOB: nth === 39 ? "" : "2020-02-03",
      }),
    );
    await line.send("eyfs-profile", toCsv(rows));
  }
  const [record] = await recordsOf(line.store);
  observation = record?.resources.find(({ type }) => type === "Observation")?.id ?? "";
});
afterAll(async () => {
  await line.close();
  await audit.close();
  rmSync(directory, { recursive: true });
});

function portsOf(requester: Requester) {
  const source = sourceOf("eyfs-profile");
  return {
    authenticate: () => ({ ok: true as const, requester }),
    audit,
    store: line.store,
    mapperOf,
    source: (name: string) => (name === source.source ? source : undefined),
    now: () => RECEIVED_AT,
  };
}

function lineage(type: string, id: string, requester = officerOf(SOURCE), query = ""): Promise<Response> {
  const request = new Request(`http://gateway/ingest/lineage/${type}/${id}${query}`);
  return createLineageRoute(portsOf(requester))(request, IDS, { type, id });
}

function quality(
  told: { accept?: string; query?: string; requester?: Requester; source?: string } = {},
): Promise<Response> {
  const { accept, query = "", requester = officerOf(SOURCE), source = SOURCE } = told;
  const headers = accept === undefined ? {} : { headers: { accept } };
  const request = new Request(`http://gateway/ingest/quality/${source}${query}`, headers);
  return createQualityRoute(portsOf(requester))(request, IDS, source);
}

async function audited(interaction: string) {
  const index = createAuditIndex({ directory, process: "test" });
  await index.catchUp();
  const records = await index.scan({ order: "newest-first" }, undefined, 100);
  await index.close();
  return records.map(({ record }) => record).filter((record) => record.interaction === interaction);
}

describe("lineage", () => {
  test("is answered as JSON that nobody keeps, and recorded before", async () => {
    const response = await lineage("Observation", observation);
    expect([response.status, response.headers.get("cache-control")]).toEqual([200, "no-store, private"]);
    expect(await response.json()).toMatchObject({ resource: `Observation/${observation}`, unexplained: [] });
    const [record] = await audited("ingest-lineage");
    expect(record).toMatchObject({
      outcome: "success",
      client: "officer-demo",
      released: [`lineage/Observation/${observation}`],
      detail: `sources=${SOURCE}`,
    });
  });

  test.each([
    ["of another officer's source", () => lineage("Observation", observation, officerOf("wirral-eyfsp")), 404],
    ["that never was", () => lineage("Observation", "00000000-0000-4000-8000-999999999999"), 404],
    ["of a type that no source tells", () => lineage("Encounter", "e1"), 404],
    ["with an id that is none", () => lineage("Observation", "a b"), 400],
    ["with a parameter nobody knows", () => lineage("Observation", observation, officerOf(SOURCE), "?x=1"), 400],
  ])("of a resource %s is refused and recorded", async (_name, ask, status) => {
    const response = await ask();
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ resourceType: "OperationOutcome" });
    expect((await audited("ingest-lineage"))[0]).toMatchObject({ outcome: "refused" });
  });

  test("of a hidden resource reads word for word as of one that never was", async () => {
    const hidden = await lineage("Observation", observation, officerOf("wirral-eyfsp"));
    const absent = await lineage("Observation", "00000000-0000-4000-8000-999999999999", officerOf("wirral-eyfsp"));
    expect(await hidden.text()).toBe(await absent.text());
  });
});

describe("quality", () => {
  test("is told delivery by delivery, newest first, with what is small suppressed", async () => {
    const { tables }: QualityReport = JSON.parse(await (await quality()).text());
    expect(tables.map(({ deliveries }) => deliveries.length)).toEqual([2]);
    const [newest, oldest] = tables[0]?.deliveries ?? [];
    expect(newest?.records).toEqual({ received: 40, committed: "c", unchanged: "c", quarantined: "c" });
    expect(oldest?.records).toEqual({ received: 40, committed: "c", unchanged: 0, quarantined: "c" });
    const fields = new Map(newest?.fields.map((field) => [field.field, field]));
    expect(fields.get("FSP_COM_E01")).toMatchObject({ completeness: { count: 40, rate: 1 } });
    expect(fields.get("FSP_DOB")).toMatchObject({ completeness: { count: "c" }, validity: { errors: "c" } });
    expect(fields.get("FSP_SEX")).toMatchObject({ validity: { warnings: 6 }, conformity: { count: 34, rate: 0.85 } });
    expect(newest?.unmapped).toEqual([{ list: "CBDS N00783 sex", codes: [{ code: "Q", records: 6 }], others: false }]);
    expect((await audited("ingest-quality"))[0]).toMatchObject({ released: [`quality/${SOURCE}`] });
  });

  test("goes back no further than asked", async () => {
    const report: QualityReport = JSON.parse(await (await quality({ query: "?deliveries=1" })).text());
    expect(report.tables.map(({ deliveries }) => deliveries.length)).toEqual([1]);
  });

  test.each([
    ["application/fhir+json", "application/fhir+json; fhirVersion=4.0"],
    ["text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"],
    ["*/*", "application/json"],
  ])("comes to whoever accepts %s as %s", async (accept, type) => {
    const response = await quality({ accept });
    expect([response.status, response.headers.get("content-type")]).toEqual([200, type]);
    expect(await response.text()).not.toMatch(/Example|2020-02-03|LS6/);
  });

  test.each([
    ["an officer of another source", { requester: officerOf("leeds-csds") }, 403],
    ["an officer of a source that is registered no more", { requester: officerOf("gone"), source: "gone" }, 404],
    ["no number of deliveries", { query: "?deliveries=many" }, 400],
    ["more deliveries than are told", { query: "?deliveries=61" }, 400],
    ["a parameter that nobody knows", { query: "?delivery=1" }, 400],
  ])("is refused to %s", async (_name, told, status) => {
    expect((await quality(told)).status).toBe(status);
  });
});
