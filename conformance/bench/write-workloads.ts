import { parseJson, text } from "../json.ts";
import { created, resource, type Verify } from "./expectations.ts";
import type { LoadRequest } from "./load.ts";
import { bodiesOf } from "./read-workloads.ts";
import { ask, inTurns, NotServed, type Skipped, type Target, type Workload, type WriteId } from "./workload.ts";

/** People who do not exist: enough that no record grows large. */
const PATIENTS = 200;
const CONNECTIONS = 64;
const AT_ONCE = 8;
const JSON_HEADERS = { accept: "application/fhir+json", "content-type": "application/fhir+json" };

type Written = { readonly request: LoadRequest; readonly body: string };

/** Creates what the writes are about, and sends each kind of write once, as the load will. */
export async function makeWrites(
  target: Target,
  wanted: readonly WriteId[],
  run: string,
  patients = PATIENTS,
): Promise<readonly (Workload | Skipped)[]> {
  if (wanted.length === 0) return [];
  try {
    const subjects = await inTurns([...Array(patients).keys()], AT_ONCE, async (n) => {
      const exchange = await ask(target, toPost(target, "/Patient", toPatient(run, n), resource("Patient")));
      return `Patient/${idOf(exchange.response.body)}`;
    });
    const made: (Workload | Skipped)[] = [];
    for (const id of wanted) made.push(await makeWrite(target, id, run, subjects));
    return made;
  } catch (error) {
    if (!(error instanceof NotServed)) throw error;
    const reason = `creating a Patient: ${error.message}`;
    return wanted.map((id) => ({ id, reason }));
  }
}

async function makeWrite(target: Target, id: WriteId, run: string, subjects: readonly string[]) {
  try {
    const written = await inTurns(subjects, AT_ONCE, (subject, n) => writeOnce(target, { id, run, subject, n }));
    // All first contents, then all second ones: those of one resource are never under way together.
    const all = [0, 1].flatMap((nth) => written.flatMap((each) => each.slice(nth, nth + 1)));
    return { id, connections: CONNECTIONS, requests: all.map(({ request }) => request), bodies: bodiesOf(all) };
  } catch (error) {
    if (!(error instanceof NotServed)) throw error;
    return { id, reason: error.message };
  }
}

interface One {
  readonly id: WriteId;
  readonly run: string;
  readonly subject: string;
  readonly n: number;
}

async function writeOnce(target: Target, { id, run, subject, n }: One): Promise<readonly Written[]> {
  const create = toPost(target, "/Observation", toObservation(subject, n), resource("Observation"));
  if (id === "transaction") return [await send(target, toPost(target, "", toTransaction(run, n), created(2)))];
  const made = await send(target, create);
  if (id === "create") return [made];
  const observationId = idOf(made.body);
  const updates: Written[] = [];
  // Two contents in turn, so that each of them is a change.
  for (const value of [n, n + 0.5]) {
    const content = JSON.stringify({ ...toObservation(subject, value), id: observationId });
    const verify = resource("Observation", observationId);
    updates.push(await send(target, toPut(target, `/Observation/${observationId}`, content, verify)));
  }
  return updates;
}

async function send(target: Target, request: LoadRequest): Promise<Written> {
  return { request, body: (await ask(target, request)).response.body };
}

export function toPost({ path }: Target, address: string, content: object, verify: Verify): LoadRequest {
  return {
    method: "POST",
    path: `${path}${address}`,
    headers: JSON_HEADERS,
    body: JSON.stringify(content),
    role: "writer",
    verify,
  };
}

export function toPut({ path }: Target, address: string, body: string, verify: Verify): LoadRequest {
  return { method: "PUT", path: `${path}${address}`, headers: JSON_HEADERS, body, role: "writer", verify };
}

export function idOf(body: string): string {
  return text(parseJson(body), "id") ?? "";
}

function toPatient(run: string, n: number) {
  return {
    resourceType: "Patient",
    identifier: [{ system: "https://bench.example/child", value: `${run}-${n}` }],
    name: [{ family: "Bench", given: [`Child${n}`] }],
    gender: n % 2 === 0 ? "female" : "male",
    birthDate: "2023-04-05",
  };
}

/** A weight, as a health visitor takes it. */
export function toObservation(subject: string, value: number) {
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

function toTransaction(run: string, n: number) {
  const fullUrl = "urn:uuid:5b0a0f4e-3c1d-4a52-9a6e-0d6f2c6f7a11";
  return {
    resourceType: "Bundle",
    type: "transaction",
    entry: [
      { fullUrl, resource: toPatient(`${run}-transaction`, n), request: { method: "POST", url: "Patient" } },
      { resource: toObservation(fullUrl, n), request: { method: "POST", url: "Observation" } },
    ],
  };
}
