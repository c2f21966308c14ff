import type { Bundle } from "@medplum/fhirtypes";
import { afterEach, beforeEach, expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { ensureDemonstrationData } from "../../demonstration/data.ts";
import { jsonOf, startTestGateway, type TestGateway } from "../../gateway.fixtures.ts";
import { patient } from "./write.fixtures.ts";

/** A number that a practice's own child has, told by a client of a Patient of its own. */
const AMARA = "9990000018";

let started: TestGateway;

beforeEach(async () => {
  started = await startTestGateway(0);
});
afterEach(() => started[Symbol.asyncDispose]());

async function deliver(): Promise<void> {
  await ensureDemonstrationData(20, { ...started.gateway, clock: Date.now });
}

async function writePatient(): Promise<void> {
  const body = JSON.stringify(patient({ identifier: [{ system: NHS_NUMBER, value: AMARA }] }));
  const headers = { "Content-Type": "application/fhir+json" };
  expect((await started.ask("vendor-demo", "Patient", { method: "POST", headers, body })).status).toBe(201);
}

async function families(client: string): Promise<readonly string[]> {
  const bundle = await jsonOf<Bundle>(await started.ask(client, `Patient?identifier=${NHS_NUMBER}|${AMARA}`));
  const matches = (bundle.entry ?? []).flatMap(({ resource }) =>
    resource?.resourceType === "Patient" ? resource : [],
  );
  return matches.map(({ name }) => name?.[0]?.family ?? "").sort();
}

test.each([
  ["before the child's own sources tell it", [writePatient, deliver]],
  ["after the child's own sources told it", [deliver, writePatient]],
])("a number that a client writes %s leads a practice to its child, and the client to its own", async (_, steps) => {
  for (const step of steps) await step();
  await writePatient();
  const [known, ...others] = await families("gp-demo");
  expect([known, others]).toEqual([expect.not.stringMatching("Ashdown"), []]);
  expect((await families("vendor-demo")).filter((family) => family === "Ashdown")).toHaveLength(2);
});
