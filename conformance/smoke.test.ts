import { Client, type FhirResource } from "fhir-kit-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { at, list, text } from "./json.ts";
import { type RunningGateway, startGateway } from "./start-gateway.ts";

/** What an EHR vendor writes on the first day: the standard's own client, a token, a child by NHS number. */

const CHILD = `${NHS_NUMBER}|9990000018`;
/** A right check digit, at the far end of a range from which numbers are given from the front. */
const NOBODY = "9999999018";
const TIMEOUT_MS = 60_000;

let gateway: RunningGateway;
let client: Client;

function options(extra: { postSearch?: boolean } = {}) {
  return { signal: AbortSignal.timeout(TIMEOUT_MS), ...extra };
}

function observations(searchParams: Record<string, string>, postSearch = false): Promise<FhirResource> {
  return client.resourceSearch({ resourceType: "Observation", searchParams, options: options({ postSearch }) });
}

function matchesOf(bundle: unknown): readonly unknown[] {
  return list(bundle, "entry")
    .filter((entry) => text(entry, "search", "mode") === "match")
    .map((entry) => at(entry, "resource"));
}

function idsOf(bundle: unknown): readonly (string | undefined)[] {
  return matchesOf(bundle).map((resource) => text(resource, "id"));
}

/** Status and body of a call that must fail; the client rejects with both. */
async function refusalOf(call: Promise<unknown>): Promise<{ status: unknown; outcome: unknown }> {
  const error: unknown = await call.then(
    () => undefined,
    (reason) => reason,
  );
  return { status: at(error, "response", "status"), outcome: at(error, "response", "data") };
}

async function pagesFrom(first: FhirResource): Promise<readonly unknown[]> {
  const pages: unknown[] = [first];
  let url = nextOf(first);
  while (url !== undefined) {
    // The client would send its token to wherever a link leads.
    expect(new URL(url).origin).toBe(gateway.base);
    const page: unknown = await client.request(url, { options: options() });
    pages.push(page);
    url = nextOf(page);
  }
  return pages;
}

function nextOf(bundle: unknown): string | undefined {
  return text(
    list(bundle, "link").find((link) => text(link, "relation") === "next"),
    "url",
  );
}

function dayOf(resource: unknown): string | undefined {
  const moment = text(resource, "effectiveDateTime") ?? text(resource, "effectivePeriod", "start");
  return moment?.slice(0, 10);
}

/** The NHS number of a child that an officer sees and the practice does not. */
async function childElsewhere(): Promise<string | undefined> {
  const officer = new Client({ baseUrl: gateway.fhirBase, bearerToken: await gateway.token("officer-demo") });
  const search = { resourceType: "Patient", searchParams: { _count: "100" }, options: options() };
  const [all, own] = await Promise.all([officer.resourceSearch(search), client.resourceSearch(search)]);
  const registered = new Set(matchesOf(own).map(nhsNumberOf));
  return matchesOf(all)
    .map(nhsNumberOf)
    .find((value) => value !== undefined && !registered.has(value));
}

function nhsNumberOf(patient: unknown): string | undefined {
  const identifier = list(patient, "identifier").find((each) => text(each, "system") === NHS_NUMBER);
  return text(identifier, "value");
}

beforeAll(async () => {
  gateway = await startGateway();
  client = new Client({ baseUrl: gateway.fhirBase, bearerToken: await gateway.token("gp-demo") });
});

afterAll(async () => {
  await gateway?.stop();
});

describe("a vendor's client", () => {
  test("learns from metadata what is served", async () => {
    const open = new Client({ baseUrl: gateway.fhirBase });
    const statement = await open.capabilityStatement(options());
    expect(statement.resourceType).toBe("CapabilityStatement");
    const types = list(statement, "rest", 0, "resource").map((resource) => text(resource, "type"));
    expect(types).toEqual(expect.arrayContaining(["Patient", "Observation", "Consent", "Organization"]));
  });

  test("finds the token endpoint where SMART says", async () => {
    const open = new Client({ baseUrl: gateway.fhirBase });
    const { tokenUrl } = await open.smartAuthMetadata({ options: options() });
    expect(tokenUrl?.href).toBe(`${gateway.base}/oauth2/token`);
  });

  test("is refused without a token, in an OperationOutcome", async () => {
    const open = new Client({ baseUrl: gateway.fhirBase });
    const { status, outcome } = await refusalOf(
      open.resourceSearch({ resourceType: "Patient", searchParams: {}, options: options() }),
    );
    expect(status).toBe(401);
    expect(text(outcome, "resourceType")).toBe("OperationOutcome");
  });

  test("finds a registered child by NHS number", async () => {
    const searchParams = { identifier: CHILD };
    const bundle = await client.resourceSearch({ resourceType: "Patient", searchParams, options: options() });
    expect(matchesOf(bundle)).toHaveLength(1);
  });

  test("gets health-visiting and education observations of the child in one searchset", async () => {
    const bundle = await observations({ "patient.identifier": CHILD, _sort: "-date", _count: "100" }, true);
    const codes = JSON.stringify(matchesOf(bundle).map((resource) => at(resource, "code")));
    expect(codes).toContain("CodeSystem/early-learning-goal");
    expect(codes).toContain("http://snomed.info/sct");
  });

  test("gets the same by GET as by POST, newest first", async () => {
    const parameters = { "patient.identifier": CHILD, _sort: "-date", _count: "100" };
    const byGet = await observations(parameters);
    const byForm = await observations(parameters, true);
    expect(idsOf(byGet).length).toBeGreaterThan(10);
    expect(idsOf(byForm)).toEqual(idsOf(byGet));
    const days = matchesOf(byGet).map(dayOf);
    const dated = days.filter((day) => day !== undefined);
    expect(dated.length).toBeGreaterThan(10);
    // Of a newborn's hearing screen the provider keeps no day: what has none comes last.
    expect(days).toEqual([...dated.sort().reverse(), ...days.filter((day) => day === undefined)]);
  });

  test("walks the pages to every match once", async () => {
    const whole = await observations({ "patient.identifier": CHILD, _sort: "-date", _count: "100" });
    const first = await observations({ "patient.identifier": CHILD, _sort: "-date", _count: "4" }, true);
    const pages = await pagesFrom(first);
    expect(pages.length).toBeGreaterThan(2);
    expect(pages.flatMap(idsOf)).toEqual(idsOf(whole));
    expect(JSON.stringify(pages.map(nextOf))).not.toContain("9990000018");
  });

  test("reads by id what a search showed", async () => {
    const bundle = await observations({ "patient.identifier": CHILD, _count: "1" });
    const [found] = matchesOf(bundle);
    const id = text(found, "id") ?? "";
    const resource = await client.read({ resourceType: "Observation", id, options: options() });
    expect(resource).toEqual(found);
  });

  test("is told which parameter it got wrong, and which it may have meant", async () => {
    const { status, outcome } = await refusalOf(observations({ "patient.identifier": CHILD, catgory: "exam" }));
    expect(status).toBe(400);
    expect(text(outcome, "resourceType")).toBe("OperationOutcome");
    expect(text(outcome, "issue", 0, "diagnostics")).toContain("catgory");
    expect(text(outcome, "issue", 0, "diagnostics")).toContain("category");
  });

  test("is told that a page size is no number", async () => {
    const { status, outcome } = await refusalOf(observations({ "patient.identifier": CHILD, _count: "abc" }));
    expect(status).toBe(400);
    expect(text(outcome, "issue", 0, "diagnostics")).toContain("_count");
  });

  test("cannot tell a child registered elsewhere from a number that nobody has", async () => {
    const stranger = await childElsewhere();
    expect(stranger).toMatch(/^999\d{7}$/);
    const answers = await Promise.all(
      [stranger, NOBODY].map((value) => observations({ "patient.identifier": `${NHS_NUMBER}|${value}` })),
    );
    const shapes = answers.map((bundle) => [at(bundle, "total"), matchesOf(bundle).length, nextOf(bundle)]);
    expect(shapes).toEqual([
      [0, 0, undefined],
      [0, 0, undefined],
    ]);
  });
});

describe("a vendor that writes", () => {
  const system = `urn:uuid:${crypto.randomUUID()}`;
  let writer: Client;

  beforeAll(async () => {
    const bearerToken = await gateway.token("conformance-demo", { scope: "system/*.cruds" });
    writer = new Client({ baseUrl: gateway.fhirBase, bearerToken });
  });

  function patient(value: string) {
    const name = [{ family: "Whitlock", given: ["Maya"] }];
    return {
      resourceType: "Patient",
      identifier: [{ system, value }],
      name,
      gender: "female",
      birthDate: "2021-04-15",
    };
  }

  test("creates a Patient, changes it, finds it and reads both versions", async () => {
    const created = await writer.create({ resourceType: "Patient", body: patient("one"), options: options() });
    const id = text(created, "id") ?? "";
    const body = { ...created, resourceType: "Patient", gender: "other" };
    const changed = await writer.update({ resourceType: "Patient", id, body, options: options() });
    expect(text(changed, "gender")).toBe("other");
    const searchParams = { identifier: `${system}|one` };
    const found = await writer.resourceSearch({ resourceType: "Patient", searchParams, options: options() });
    expect(idsOf(found)).toEqual([id]);
    const version = text(created, "meta", "versionId") ?? "";
    const before = await writer.vread({ resourceType: "Patient", id, version, options: options() });
    expect(text(before, "gender")).toBe("female");
  });

  test("stores a Patient and an Observation of that Patient in one transaction", async () => {
    const fullUrl = `urn:uuid:${crypto.randomUUID()}`;
    const code = { coding: [{ system: "http://loinc.org", code: "8302-2" }] };
    const observation = { resourceType: "Observation", status: "final", code, subject: { reference: fullUrl } };
    const body = {
      resourceType: "Bundle",
      type: "transaction",
      entry: [
        { resource: observation, request: { method: "POST", url: "Observation" } },
        { fullUrl, resource: patient("two"), request: { method: "POST", url: "Patient" } },
      ],
    };
    const answer = await writer.transaction({ body, options: options() });
    expect(list(answer, "entry").map((entry) => text(entry, "response", "status")?.slice(0, 3))).toEqual([
      "201",
      "201",
    ]);
    const searchParams = { "patient.identifier": `${system}|two` };
    const found = await writer.resourceSearch({ resourceType: "Observation", searchParams, options: options() });
    expect(matchesOf(found)).toHaveLength(1);
  });

  test("deletes what it made, and finds it gone", async () => {
    const { id = "" } = await writer.create({ resourceType: "Patient", body: patient("three"), options: options() });
    await writer.delete({ resourceType: "Patient", id: String(id), options: options() });
    const { status } = await refusalOf(writer.read({ resourceType: "Patient", id: String(id), options: options() }));
    expect(status).toBe(410);
  });
});
