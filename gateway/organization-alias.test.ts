import type { Bundle, Consent } from "@medplum/fhirtypes";
import { afterAll, beforeAll, expect, test } from "vitest";
import { areaOf } from "#mappers/synthetic/areas.ts";
import { ACT_CODE, CONSENT_SCOPE, DATA_CLASS, NHS_NUMBER, ODS_ORGANIZATION } from "#profiles/systems.ts";
import type { RegisterFile } from "./access/register-file.ts";
import { jsonOf, startTestGateway, type TestGateway, writeRegister } from "./gateway.fixtures.ts";

const CHILD = "9990000131";
const PRACTICE = areaOf("leeds").practices[0].odsCode;

let house: TestGateway;
beforeAll(async () => {
  house = await startTestGateway(1, (register) => register);
});
afterAll(() => house[Symbol.asyncDispose]());

async function classesSeen(): Promise<readonly string[]> {
  const query = `Observation?patient.identifier=${NHS_NUMBER}|${CHILD}&_count=100`;
  const bundle = await jsonOf<Bundle>(await house.ask("gp-demo", query));
  const sources = (bundle.entry ?? []).flatMap(({ resource, search }) =>
    search?.mode === "match" ? [resource?.meta?.source?.split("/").at(-1) ?? ""] : [],
  );
  return [...new Set(sources)].toSorted();
}

/** A family's word that an organisation gets no education data. */
async function object(to: string): Promise<string> {
  const found = await jsonOf<Bundle>(await house.ask("vendor-demo", `Patient?identifier=${NHS_NUMBER}|${CHILD}`));
  const consent: Consent = {
    resourceType: "Consent",
    status: "active",
    scope: { coding: [{ system: CONSENT_SCOPE, code: "patient-privacy" }] },
    category: [{ coding: [{ system: ACT_CODE, code: "INFA" }] }],
    patient: { reference: `Patient/${found.entry?.[0]?.resource?.id}` },
    policyRule: { coding: [{ system: ACT_CODE, code: "OPTIN" }] },
    provision: {
      type: "permit",
      provision: [
        {
          type: "deny",
          actor: [
            {
              role: {
                coding: [{ system: "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", code: "IRCP" }],
              },
              reference: { type: "Organization", identifier: { system: ODS_ORGANIZATION, value: to } },
            },
          ],
          class: [{ system: DATA_CLASS, code: "education" }],
        },
      ],
    },
  };
  const init = { method: "POST", headers: { "Content-Type": "application/fhir+json" }, body: JSON.stringify(consent) };
  const answer = await house.ask("vendor-demo", "Consent", init);
  expect(answer.status, await answer.clone().text()).toBe(201);
  return (await jsonOf<{ id: string }>(answer)).id;
}

/** Another register, read as a signal would have it read. */
async function tell(told: Partial<RegisterFile["organizations"][number]>): Promise<void> {
  await writeRegister(house.directory, (register) => ({
    ...register,
    organizations: register.organizations.map((one) => (one.value === PRACTICE ? { ...one, ...told } : one)),
  }));
  await house.gateway.reload();
}

const ods = (value: string) => ({ system: ODS_ORGANIZATION, value });

test.each([
  ["what it is part of", "Z98", { partOf: [{ ...ods("Z98"), from: "2020-01-01" }] }],
  ["a closed organisation that it took over", "Z77", { formerly: [ods("Z77")] }],
])("a refusal to a practice that names %s holds from the moment on that this is known", async (_, named, told) => {
  const id = await object(named);
  expect(await classesSeen()).toEqual(["leeds-csds", "leeds-hub"]);
  await tell(told);
  expect(await classesSeen()).toEqual(["leeds-csds"]);
  await tell({});
  expect(await classesSeen()).toEqual(["leeds-csds", "leeds-hub"]);
  expect((await house.ask("vendor-demo", `Consent/${id}`, { method: "DELETE" })).status).toBe(204);
});

test("a refusal to what it was part of until yesterday does not hold", async () => {
  const id = await object("Z98");
  await tell({ partOf: [{ ...ods("Z98"), until: "2020-01-01" }] });
  expect(await classesSeen()).toEqual(["leeds-csds", "leeds-hub"]);
  expect((await house.ask("vendor-demo", `Consent/${id}`, { method: "DELETE" })).status).toBe(204);
});
