import type { AuditEvent, Bundle, Consent, Observation } from "@medplum/fhirtypes";
import { expect, test } from "vitest";
import { DATA_CLASS, ODS_ORGANIZATION } from "#profiles/systems.ts";
import { toSourceFacts } from "../compose-register.ts";
import { startTestGateway, type TestGateway } from "../gateway.fixtures.ts";
import { putResource, tellChild } from "./store.fixtures.ts";

const SCOPES = ["system/*.cruds"] as const;
const PATIENT = "77777777-7777-4777-8777-777777777777";

const OBJECTION: Consent & { id: string } = {
  resourceType: "Consent",
  id: "55555555-5555-4555-8555-555555555555",
  status: "active",
  scope: { text: "privacy" },
  category: [{ text: "sharing" }],
  patient: { reference: `Patient/${PATIENT}` },
  provision: {
    type: "permit",
    provision: [{ type: "deny", class: [{ system: DATA_CLASS, code: "health-visiting" }] }],
  },
};
const FINDING: Observation & { id: string } = {
  resourceType: "Observation",
  id: "66666666-6666-4666-8666-666666666666",
  status: "final",
  code: { coding: [{ system: "http://loinc.org", code: "29463-7" }] },
  subject: { reference: `Patient/${PATIENT}` },
};

/** A child of the practice whose family objected to what is held of it. */
async function tell({ gateway: { store, register } }: TestGateway): Promise<void> {
  const facts = toSourceFacts(register);
  const [health, sharing] = [facts.get("leeds-csds"), facts.get("leeds-sharing")];
  const practice = register.client("gp-demo")?.organization;
  if (!health || !sharing || !practice) throw new Error("no such source or practice");
  const organization = { system: ODS_ORGANIZATION, value: practice.value };
  const relationships = [{ kind: "gp-registration" as const, organization, start: "2024-01-01" }];
  const patient = { resourceType: "Patient" as const, name: [{ family: "Okafor" }], birthDate: "2021-01-01" };
  const told = { patientId: PATIENT, facts: health, localId: "1", patient, relationships };
  await tellChild(store, told, Date.now());
  await putResource(store, { patientId: PATIENT, facts: sharing, resource: OBJECTION }, Date.now());
  await putResource(store, { patientId: PATIENT, facts: health, resource: FINDING }, Date.now());
}

async function eventsFor(started: TestGateway, client: string): Promise<readonly AuditEvent[]> {
  const bundle: Bundle = JSON.parse(await (await started.ask(client, "AuditEvent?_count=100", {}, SCOPES[0])).text());
  return (bundle.entry ?? []).flatMap(({ resource }) => (resource?.resourceType === "AuditEvent" ? [resource] : []));
}

function isDecision({ subtype = [] }: AuditEvent): boolean {
  return subtype.some(({ code }) => code === "AuthZ-Consent");
}

test("that a Consent withheld something is read in the audit log by those alone who read Consents", async () => {
  await using started = await startTestGateway(0, (register) => ({
    ...register,
    clients: register.clients.map((one) => (one.id === "gp-demo" ? { ...one, scopes: [...SCOPES] } : one)),
    agreements: register.agreements.map((one) => (one.id === "gp" ? { ...one, audit: true } : one)),
  }));
  await tell(started);
  const found: Bundle = JSON.parse(await (await started.ask("gp-demo", `Observation?patient=${PATIENT}`)).text());
  expect(found.total ?? 0).toBe(0);
  const [decision] = (await eventsFor(started, "officer-demo")).filter(isDecision);
  expect(decision?.entity?.map(({ what }) => what?.reference)).toContain(`Patient/${PATIENT}`);
  const own = await eventsFor(started, "gp-demo");
  expect(own.length).toBeGreaterThan(0);
  expect(own.filter(isDecision)).toEqual([]);
  const read = (client: string) => started.ask(client, `AuditEvent/${decision?.id}`, {}, SCOPES[0]);
  expect((await read("officer-demo")).status).toBe(200);
  expect((await read("gp-demo")).status).toBe(404);
});
