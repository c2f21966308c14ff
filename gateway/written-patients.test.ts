import type { Bundle, Patient, Resource } from "@medplum/fhirtypes";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { jsonOf, startTestGateway, type TestGateway } from "./gateway.fixtures.ts";

/** The demonstration's vendor, whose agreement lets its Patients be matched in its own authority. */
const AMARA = "9990000018";
const PATIENT: Patient = {
  resourceType: "Patient",
  identifier: [{ system: NHS_NUMBER, value: AMARA }],
  name: [{ use: "official", family: "Okafor", given: ["Amara"] }],
  birthDate: "2021-03-14",
};

let started: TestGateway;
beforeAll(async () => {
  started = await startTestGateway(20);
});
afterAll(() => started[Symbol.asyncDispose]());

function send(client: string, method: string, path: string, body?: object): Promise<Response> {
  const headers = { "Content-Type": "application/fhir+json" };
  return started.ask(client, path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
}

async function amara(client: string): Promise<readonly string[]> {
  const bundle = await jsonOf<Bundle>(await started.ask(client, `Patient?identifier=${NHS_NUMBER}|${AMARA}`));
  const found = (bundle.entry ?? []).flatMap(({ resource }) => (resource?.resourceType === "Patient" ? resource : []));
  return found.map(({ id }) => id ?? "");
}

test("a vendor's Patient joins the child that it sees, for its practice too, and leaves it as it was", async () => {
  const [known = ""] = await amara("gp-demo");
  const before = await (await started.ask("gp-demo", `Patient/${known}`)).text();
  const created = await send("vendor-demo", "POST", "Patient", {
    ...PATIENT,
    telecom: [{ system: "phone", value: "0113 496 0001" }],
  });
  expect(created.status).toBe(201);
  expect(created.headers.get("location")).toMatch(new RegExp(`/Patient/${known}/_history/`));
  expect(await amara("vendor-demo")).toEqual([known]);
  expect(await amara("gp-demo")).toEqual([known]);
  expect((await send("vendor-demo", "DELETE", `Patient/${known}`)).status).toBe(204);
  const after = await (await started.ask("gp-demo", `Patient/${known}`)).text();
  const told = (text: string) => text.replace(/"(versionId|lastUpdated)":"[^"]*"/g, "");
  expect(told(after)).toBe(told(before));
});

test("64 creates of one Patient at a time are one child", async () => {
  const one = {
    ...PATIENT,
    identifier: undefined,
    name: [{ family: "Ashdown", given: ["Robin"] }],
    birthDate: "2023-04-05",
    address: [{ postalCode: "LS6 1CI" }],
  };
  const replies = await Promise.all(Array.from({ length: 64 }, () => send("vendor-demo", "POST", "Patient", one)));
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]));
  const places = replies.map(({ headers }) => headers.get("location")?.split("/_history/")[0]);
  expect(new Set(places).size).toBe(1);
});

test("each create of the client that tries things out is a child of its own and reads back as it was sent", async () => {
  const [one, other] = [
    await jsonOf<Patient>(await send("conformance-demo", "POST", "Patient", PATIENT)),
    await jsonOf<Patient>(await send("conformance-demo", "POST", "Patient", PATIENT)),
  ];
  expect(one.id).not.toBe(other.id);
  expect(one).toMatchObject(PATIENT);
});

test("a Provenance of two children, where none is real, is found by either, and so it is once it is changed to be", async () => {
  const make = async (type: string, body: object) =>
    await jsonOf<Resource>(await send("conformance-demo", "POST", type, body));
  const children = await Promise.all([make("Patient", PATIENT), make("Patient", PATIENT)]);
  const [one, other] = children.map(({ id }) => ({ reference: `Patient/${id}` }));
  const provenance = { resourceType: "Provenance", recorded: "2026-01-01T00:00:00Z", agent: [{ who: one }] };
  const ofBoth = await make("Provenance", { ...provenance, target: [one, other] });
  const ofOne = await make("Provenance", { ...provenance, target: [other] });
  const changed = { ...ofOne, target: [other, one] };
  expect((await send("conformance-demo", "PUT", `Provenance/${ofOne.id}`, changed)).status).toBe(200);
  for (const { id } of children) {
    for (const path of [`Provenance?target=Patient/${id}`, `Provenance?patient=${id}`]) {
      const { entry = [] } = await jsonOf<Bundle>(await started.ask("conformance-demo", path));
      expect(entry.map(({ resource }) => resource?.id).sort(), path).toEqual([ofBoth.id, ofOne.id].sort());
    }
  }
});
