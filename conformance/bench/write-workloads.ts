import { createSend } from "../http.ts";
import { parseJson, text } from "../json.ts";
import type { LoadRequest } from "./load.ts";
import { ask, toWorkload, type Workload } from "./workloads.ts";

/** People who do not exist, on an authority of their own: enough that no record grows large. */
const PATIENTS = 200;
const CONNECTIONS = 64;
const REQUEST_TIMEOUT_MS = 10_000;
const JSON_HEADERS = { accept: "application/fhir+json", "content-type": "application/fhir+json" };

/** Creates what the writes are about, and sends each kind of write once, as the load will. */
export async function makeWriteWorkloads(fhirBase: string, token: string): Promise<readonly Workload[]> {
  const send = createSend({ base: fhirBase, token, timeout_ms: REQUEST_TIMEOUT_MS });
  const path = new URL(fhirBase).pathname;
  const post = (address: string, resource: object): LoadRequest => ({
    method: "POST",
    path: `${path}${address}`,
    headers: JSON_HEADERS,
    body: JSON.stringify(resource),
  });
  const creates: [LoadRequest, string][] = [];
  const updates: [LoadRequest, string][] = [];
  const transactions: [LoadRequest, string][] = [];
  for (let n = 0; n < PATIENTS; n += 1) {
    const patient = await ask(send, post("/Patient", toPatient(n)));
    const subject = `Patient/${idOf(patient.response.body)}`;
    const create = post("/Observation", toObservation(subject, n));
    const created = await ask(send, create);
    creates.push([create, created.response.body]);
    const id = idOf(created.response.body);
    // Two contents in turn, so that each of them is a change.
    for (const value of [n, n + 0.5]) {
      const update: LoadRequest = {
        ...post(`/Observation/${id}`, { ...toObservation(subject, value), id }),
        method: "PUT",
      };
      updates.push([update, (await ask(send, update)).response.body]);
    }
    const transaction = post("", toTransaction(n));
    transactions.push([transaction, (await ask(send, transaction)).response.body]);
  }
  return [
    { ...toWorkload("create", "an Observation created", creates), connections: CONNECTIONS },
    { ...toWorkload("update", "an Observation updated", updates), connections: CONNECTIONS },
    { ...toWorkload("transaction", "a Patient and an Observation in one", transactions), connections: CONNECTIONS },
  ];
}

function idOf(body: string): string {
  return text(parseJson(body), "id") ?? "";
}

function toPatient(n: number) {
  return {
    resourceType: "Patient",
    identifier: [{ system: "https://bench.example/child", value: `child-${n}` }],
    name: [{ family: "Bench", given: [`Child${n}`] }],
    gender: n % 2 === 0 ? "female" : "male",
    birthDate: "2023-04-05",
  };
}

function toObservation(subject: string, value: number) {
  return {
    resourceType: "Observation",
    status: "final",
    category: [
      { coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code: "vital-signs" }] },
    ],
    code: { coding: [{ system: "http://loinc.org", code: "29463-7", display: "Body weight" }], text: "Body weight" },
    subject: { reference: subject },
    effectiveDateTime: "2026-05-06",
    valueQuantity: { value, unit: "kg", system: "http://unitsofmeasure.org", code: "kg" },
  };
}

function toTransaction(n: number) {
  const fullUrl = "urn:uuid:5b0a0f4e-3c1d-4a52-9a6e-0d6f2c6f7a11";
  return {
    resourceType: "Bundle",
    type: "transaction",
    entry: [
      { fullUrl, resource: toPatient(n), request: { method: "POST", url: "Patient" } },
      { resource: toObservation(fullUrl, n), request: { method: "POST", url: "Observation" } },
    ],
  };
}
