import { renameSync } from "node:fs";
import { join } from "node:path";
import type { Bundle, OperationOutcome, Parameters } from "@medplum/fhirtypes";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SCENARIOS } from "#mappers/synthetic/scenarios.ts";
import { NHS_NUMBER } from "#profiles/systems.ts";
import type { AuditRecord } from "../audit/audit.ts";
import { createAuditLog } from "../audit/log.ts";
import { jsonOf, startTestGateway, type TestGateway } from "../gateway.fixtures.ts";
import { makePatient } from "./identity-operation.fixtures.ts";

/** Reads the log of its own space, as an officer does of an authority. */
const OFFICER = "conformance-demo";
const BASIS = "basis=parental-responsibility";
const DAY_MS = 86_400_000;
let started: TestGateway;
let child = "";
const named = new Map<string, string>();

beforeAll(async () => {
  started = await startTestGateway(1);
  child = await makePatient(started, { birthDate: "2024-02-03" });
  let now = Date.now() - 40 * DAY_MS;
  const past = await createAuditLog({ directory: join(started.directory, "audit"), process: "past", clock: () => now });
  for (const purpose of ["TREAT", "TREAT", "safeguarding-16LA", "ETREAT"]) {
    await past.append(seen(purpose));
    now += 5 * DAY_MS;
  }
  for (const scenario of ["amara", "restricted"]) {
    named.set(scenario, await patientOf(scenario));
    await past.append(seen("TREAT", named.get(scenario)));
  }
  now = Date.now() - 2 * DAY_MS;
  await past.append(seen("HOPERAT"));
  await past.close();
});
afterAll(() => started[Symbol.asyncDispose]());

async function patientOf(scenario: string): Promise<string> {
  const number = SCENARIOS.find(({ id }) => id === scenario)?.nhsNumber;
  const found = await jsonOf<Bundle>(await started.ask("officer-demo", `Patient?identifier=${NHS_NUMBER}|${number}`));
  return found.entry?.[0]?.resource?.id ?? "";
}

function seen(purpose: string, patient = child): AuditRecord {
  const disclosures = [{ patient, released: [`Patient/${patient}/1`] }];
  const by = { client: "gp-demo", organization: "Z99101", purpose };
  return { interaction: "read", outcome: "success", requestId: "past", ...by, disclosures };
}

const address = (query: string, id = child): string => `Patient/${id}/$seen-by?${query}`;

async function entriesOf(query: string): Promise<readonly (readonly unknown[])[]> {
  const response = await started.ask(OFFICER, address(query));
  const { parameter = [] } = await jsonOf<Parameters>(response);
  return parameter
    .filter(({ name }) => name === "entry")
    .map(({ part = [] }) =>
      part.map(
        (one) => one.valuePositiveInt ?? one.valueReference?.identifier?.value ?? one.valueString ?? one.valueDate,
      ),
    );
}

test("the family is told by day, organisation and purpose, newest first and without gaps, later and with silence", async () => {
  const day = expect.stringMatching(/^\d{4}-\d\d-\d\d$/);
  expect(await entriesOf(BASIS)).toEqual([
    [3, day, "Z99101", "Emergency care"],
    [2, day, "Z99101", "Care of the child"],
    [1, day, "Z99101", "Care of the child"],
  ]);
});

test("of a restricted child as much is told as of one of whom nobody has asked", async () => {
  const told = async (scenario: string) => {
    const id = named.get(scenario) ?? (await patientOf(scenario));
    const answer = await started.ask("officer-demo", address(BASIS, id));
    return [answer.status, ...((await jsonOf<Parameters>(answer)).parameter?.map(({ name }) => name) ?? [])];
  };
  expect(await told("amara")).toEqual([200, "until", "notice", "entry"]);
  expect(await told("restricted")).toEqual([200, "until", "notice"]);
  expect(await told("twin-ada")).toEqual([200, "until", "notice"]);
});

test("pages follow each other by number", async () => {
  expect((await entriesOf(`${BASIS}&count=2`)).map(([number]) => number)).toEqual([3, 2]);
  expect((await entriesOf(`${BASIS}&count=2&before=2`)).map(([number]) => number)).toEqual([1]);
});

test.each([
  ["", 400],
  ["basis=friendship", 400],
  [`${BASIS}&count=0`, 400],
  [`${BASIS}&before=x`, 400],
  [`${BASIS}&name=x`, 400],
])("%j is %i", async (query, status) => {
  expect((await started.ask(OFFICER, address(query))).status).toBe(status);
});

test("a child that is not there, or not for the requester, is not found", async () => {
  expect((await started.ask(OFFICER, address(BASIS, "nobody"))).status).toBe(404);
  expect((await started.ask("officer-demo", address(BASIS))).status).toBe(404);
});

test("who asks for no family is refused", async () => {
  const response = await started.ask("gp-demo", address(BASIS));
  expect([response.status, (await jsonOf<OperationOutcome>(response)).issue[0]?.code]).toEqual([403, "forbidden"]);
});

test("while the audit log's directory is gone nothing is told, and then again", async () => {
  const audit = join(started.directory, "audit");
  renameSync(audit, `${audit}-away`);
  for (const path of [`Patient/${child}`, "Patient?_count=1", `Patient/${child}/_history`, "Patient/nobody"]) {
    const response = await started.ask(OFFICER, path);
    const { resourceType, issue } = await jsonOf<OperationOutcome>(response);
    expect([path, response.status, resourceType, issue[0]?.code]).toEqual([path, 503, "OperationOutcome", "transient"]);
    expect(Number(response.headers.get("Retry-After"))).toBeGreaterThan(0);
  }
  renameSync(`${audit}-away`, audit);
  expect((await started.ask(OFFICER, `Patient/${child}`)).status).toBe(200);
});
