import { cp } from "node:fs/promises";
import { join } from "node:path";
import type { Bundle } from "@medplum/fhirtypes";
import { expect } from "vitest";
import { SCENARIOS } from "#mappers/synthetic/scenarios.ts";
import { NHS_NUMBER } from "#profiles/systems.ts";
import type { TestGateway } from "../gateway.fixtures.ts";

const JSON_TYPE = { "Content-Type": "application/fhir+json" };
const NAMED = SCENARIOS.flatMap(({ nhsNumber }) => (nhsNumber === undefined ? [] : [nhsNumber]));
const CLIENTS = ["gp-demo", "gp-health-demo", "hv-demo", "hub-demo", "steward-demo"];
const SOURCES = ["leeds-csds", "leeds-eyfsp"];

/** Has versions, a deletion, and two children of whom a steward says that they are one. */
export async function live(house: TestGateway): Promise<void> {
  const observation = { resourceType: "Observation", status: "final", code: { text: "steps taken" } };
  const [kept, gone] = [await create(house, observation), await create(house, observation)];
  await amend(house, kept, "amended");
  expect((await house.ask("conformance-demo", `Observation/${gone}`, { method: "DELETE" })).status).toBeLessThan(300);
  const [stays, goes] = [await patientOf(house, "objection-received"), await patientOf(house, "objection-upheld")];
  const parameter = [
    { name: "source-patient", valueReference: { reference: `Patient/${goes}` } },
    { name: "target-patient", valueReference: { reference: `Patient/${stays}` } },
    { name: "numbers-checked", valueBoolean: true },
  ];
  const init = { method: "POST", body: JSON.stringify({ resourceType: "Parameters", parameter }), headers: JSON_TYPE };
  const merged = await house.ask("steward-demo", "Patient/$merge", init, "system/Patient.rs identity/review");
  expect(merged.status, await merged.text()).toBe(200);
}

/** Answers with the id. */
export async function create(house: TestGateway, resource: object): Promise<string> {
  const init = { method: "POST", body: JSON.stringify(resource), headers: JSON_TYPE };
  const answer = await house.ask("conformance-demo", "Observation", init);
  expect(answer.status, await answer.clone().text()).toBe(201);
  const { id } = (await answer.json()) as { readonly id: string };
  return id;
}

export async function amend(house: TestGateway, id: string, status: string): Promise<void> {
  const body = JSON.stringify({ resourceType: "Observation", id, status, code: { text: "steps taken" } });
  const answer = await house.ask("conformance-demo", `Observation/${id}`, { method: "PUT", body, headers: JSON_TYPE });
  expect(answer.status, await answer.clone().text()).toBe(200);
}

async function patientOf(house: TestGateway, scenario: string): Promise<string> {
  const nhsNumber = SCENARIOS.find(({ id }) => id === scenario)?.nhsNumber;
  const answer = await house.ask("steward-demo", `Patient?identifier=${NHS_NUMBER}|${nhsNumber}`);
  const { entry = [] } = (await answer.json()) as Bundle;
  return entry[0]?.resource?.id ?? "";
}

/** What is asked of both gateways: `client path`. */
export async function questionsFor(house: TestGateway, until: Date): Promise<readonly string[]> {
  const searches = NAMED.flatMap((nhsNumber) => [
    `Patient?identifier=${NHS_NUMBER}|${nhsNumber}`,
    `Observation?patient.identifier=${NHS_NUMBER}|${nhsNumber}&_count=100&_sort=-date`,
    `Observation?patient.identifier=${NHS_NUMBER}|${nhsNumber}&_count=100&_revinclude=Provenance:target`,
  ]);
  const asked = CLIENTS.flatMap((client) => searches.map((path) => `${client} ${path}`));
  const listings = SOURCES.flatMap((source) =>
    ["receipts", "quarantine", "records"].map((listing) => `officer-demo /ingest/${listing}?source=${source}`),
  );
  const events = `officer-demo AuditEvent?date=lt${until.toISOString()}&_count=100&_sort=date`;
  const own = await house.ask("conformance-demo", "Observation?_count=100");
  const ids = [...(await own.text()).matchAll(/"fullUrl":"[^"]*\/Observation\/([^"]+)"/g)].map(([, id]) => id);
  const patients = await Promise.all(["all-sources", "objection-received"].map((one) => patientOf(house, one)));
  return [
    ...asked,
    ...listings,
    events,
    ...ids.map((id) => `conformance-demo Observation/${id}/_history`),
    ...patients.flatMap((id) =>
      id === "" ? [] : [`gp-demo Patient/${id}/$everything?_count=100`, `gp-demo Patient/${id}/_history`],
    ),
  ];
}

export type Answers = ReadonlyMap<string, readonly [status: number, text: string]>;

/** Answers without what each draws anew: the id of the Bundle itself, and how a link to the next page is sealed. */
export async function answersOf(house: TestGateway, questions: readonly string[]): Promise<Answers> {
  const answers = new Map<string, readonly [number, string]>();
  for (const question of questions) {
    const [client = "", path = ""] = question.split(/ (.*)/);
    const scope = path.startsWith("/ingest") ? "ingest/leeds-eyfsp ingest/leeds-csds" : undefined;
    const answer = await house.ask(client, path, {}, scope);
    const text = (await answer.text())
      .replace(/^\{"resourceType":"Bundle","id":"[^"]+"/, "")
      .replace(/_page=[^"]+/g, "");
    answers.set(question, [answer.status, text]);
  }
  return answers;
}

/** As the command says: the keys into the data directory of the new machine. */
export async function copyKeys(from: string, to: string): Promise<void> {
  for (const one of ["keys", "demonstration"]) await cp(join(from, one), join(to, one), { recursive: true });
}

/** Of those that are answered in another way, the questions alone. */
export function differing(one: Answers, other: Answers): readonly string[] {
  return [...one].flatMap(([question, [status, text]]) => {
    const [otherStatus, otherText] = other.get(question) ?? [];
    return status === otherStatus && text === otherText ? [] : [question];
  });
}
