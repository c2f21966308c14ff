import type { Bundle, Observation, Patient, Provenance, Resource } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jsonOf, startTestGateway, type TestGateway } from "./gateway.fixtures.ts";

/** What a token sees whose scopes are narrowed to assessments by form, of children who are girls. */
const CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category";
const SURVEY = `system/Observation.cruds?category=${CATEGORY}|survey`;
const NARROW = `${SURVEY} system/Patient.rs?gender=female system/Provenance.rs`;

let started: TestGateway;
let girl: string;
let boy: string;
let survey: string;
let exam: string;
/** Of the Provenance of what lies inside. */
let told: string;

async function send(method: string, path: string, body?: object, scope?: string, headers = {}): Promise<Response> {
  const init = { method, headers: { "Content-Type": "application/fhir+json", ...headers } };
  return started.ask("conformance-demo", path, { ...init, ...(body && { body: JSON.stringify(body) }) }, scope);
}

async function create(resource: Resource): Promise<string> {
  const answer = await send("POST", resource.resourceType, resource);
  return (await jsonOf<Resource>(answer)).id ?? "";
}

function patient(gender: "female" | "male"): Patient {
  return { resourceType: "Patient", gender, birthDate: "2022-05-06", name: [{ family: "Ashdown", given: [gender] }] };
}

function observation(category: string, change: Partial<Observation> = {}): Observation {
  return {
    resourceType: "Observation",
    status: "final",
    category: [{ coding: [{ system: CATEGORY, code: category }] }],
    code: { coding: [{ system: "http://loinc.org", code: "8302-2" }], text: category },
    subject: { reference: `Patient/${girl}` },
    effectiveDateTime: "2025-01-02",
    valueInteger: 7,
    ...change,
  };
}

beforeAll(async () => {
  started = await startTestGateway(0);
  girl = await create(patient("female"));
  boy = await create(patient("male"));
  survey = await create(observation("survey"));
  exam = await create(observation("exam", { hasMember: [{ reference: `Observation/${survey}` }] }));
  for (const target of [exam, survey]) {
    const provenance: Provenance = {
      resourceType: "Provenance",
      target: [{ reference: `Observation/${target}` }],
      recorded: "2025-01-02T03:04:05Z",
      agent: [{ who: { display: "A nursery" } }],
    };
    told = await create(provenance);
  }
});
afterAll(() => started[Symbol.asyncDispose]());

const namesOf = async (answer: Response): Promise<readonly string[]> =>
  ((await jsonOf<Bundle>(answer)).entry ?? []).flatMap(({ resource }) =>
    resource && resource.resourceType !== "OperationOutcome" ? [`${resource.resourceType}/${resource.id}`] : [],
  );

const find = async (path: string, scope = NARROW) =>
  (await namesOf(await send("GET", path, undefined, scope))).toSorted();

describe("what lies outside is as what never was", () => {
  test.each([
    { name: "read", path: () => `Observation/${exam}` },
    { name: "vread", path: () => `Observation/${exam}/_history/1` },
    { name: "history", path: () => `Observation/${exam}/_history` },
    { name: "read of a Patient", path: () => `Patient/${boy}` },
    { name: "history of a Patient", path: () => `Patient/${boy}/_history` },
    { name: "$everything", path: () => `Patient/${boy}/$everything` },
  ])("to $name", async ({ path }) => {
    const unknown = path().replace(/[0-9a-f-]{36}/, "00000000-0000-4000-8000-000000000000");
    const answers = [await send("GET", path(), undefined, NARROW), await send("GET", unknown, undefined, NARROW)];
    expect(answers.map(({ status }) => status)).toEqual([404, 404]);
    const [hidden, never] = await Promise.all(answers.map((answer) => answer.text()));
    expect(hidden).toBe(never);
    expect((await send("GET", path())).status).toBe(200);
  });

  test("what lies inside is read, also by version and history", async () => {
    for (const path of [`Observation/${survey}`, `Observation/${survey}/_history/1`, `Patient/${girl}`]) {
      expect((await send("GET", path, undefined, NARROW)).status, path).toBe(200);
    }
    expect(await find(`Observation/${survey}/_history`)).toEqual([`Observation/${survey}`]);
  });

  test.each([
    { path: "Observation", found: () => [`Observation/${survey}`] },
    { path: "Observation?category=exam", found: () => [] },
    { path: "Observation?category:not=survey", found: () => [] },
    { path: "Observation?_id=[exam]", found: () => [] },
    { path: "Observation?patient=[girl]", found: () => [`Observation/${survey}`] },
    { path: "Patient/[girl]/Observation", found: () => [`Observation/${survey}`] },
    { path: "Patient", found: () => [`Patient/${girl}`] },
    { path: "Patient?_has:Observation:patient:category=exam", found: () => [] },
    { path: "Patient?_has:Observation:patient:category=survey", found: () => [`Patient/${girl}`] },
    { path: "Observation?subject:Patient.gender=female", found: () => [`Observation/${survey}`] },
    { path: "Observation?subject:Patient.gender=male", found: () => [] },
    { path: "Provenance?target:Observation.category=exam", found: () => [] },
    {
      path: "Observation?_id=[survey]&_include=Observation:subject",
      found: () => [`Observation/${survey}`, `Patient/${girl}`],
    },
    {
      path: "Patient?_id=[girl]&_revinclude=Observation:subject",
      found: () => [`Observation/${survey}`, `Patient/${girl}`],
    },
    {
      path: "Observation?_id=[survey]&_revinclude=Observation:has-member",
      found: () => [`Observation/${survey}`],
    },
    { path: "Patient/[girl]/$everything?_type=Observation", found: () => [`Observation/${survey}`] },
    { path: "Observation/$lastn?patient=[girl]&category=survey,exam", found: () => [`Observation/${survey}`] },
    { path: "/fhir/R4?_type=Observation,Patient", found: () => [`Observation/${survey}`, `Patient/${girl}`] },
    { path: "Observation/_history", found: () => [`Observation/${survey}`] },
    { path: "/fhir/R4/_history", found: () => [`Observation/${survey}`, `Patient/${girl}`, `Provenance/${told}`] },
  ])("$path finds what is inside alone", async ({ path, found }) => {
    const where = path.replace("[girl]", girl).replace("[survey]", survey).replace("[exam]", exam);
    expect(await find(where)).toEqual([...found()].toSorted());
  });

  test("counts count it alone, and who told of something outside is not seen either", async () => {
    const counted = await jsonOf<Bundle>(await send("GET", "Observation?_summary=count", undefined, NARROW));
    expect(counted.total).toBe(1);
    const provenance = await jsonOf<Bundle>(await send("GET", "Provenance", undefined, NARROW));
    const targets = (provenance.entry ?? []).flatMap(({ resource }) =>
      resource?.resourceType === "Provenance" ? resource.target.map(({ reference }) => reference) : [],
    );
    expect(targets.filter((target) => target?.endsWith(exam))).toEqual([]);
    expect(targets.some((target) => target?.endsWith(survey))).toBe(true);
  });
});

test("$match finds nobody outside", async () => {
  const asking = (gender: "female" | "male") =>
    send(
      "POST",
      "Patient/$match",
      { resourceType: "Parameters", parameter: [{ name: "resource", resource: patient(gender) }] },
      NARROW,
    );
  expect(await namesOf(await asking("female"))).toEqual([`Patient/${girl}`]);
  expect(await namesOf(await asking("male"))).toEqual([]);
});

describe("a scope's parameters are all asked for, and of several scopes one is enough", () => {
  test.each([
    { scope: `system/Observation.rs?category=${CATEGORY}|survey&date=2025-01-02`, found: () => [survey] },
    { scope: `system/Observation.rs?category=${CATEGORY}|survey&date=2024-01-02`, found: () => [] },
    { scope: "system/Observation.rs?category=survey system/Observation.rs?category=exam", found: () => [exam, survey] },
    { scope: "system/Observation.rs?category=survey,exam", found: () => [exam, survey] },
    { scope: "system/Observation.rs?category=survey&category=exam", found: () => [] },
    { scope: "system/Observation.rs?category=survey system/Observation.s", found: () => [exam, survey] },
    { scope: "system/Observation.rs?category=http://a.example|survey", found: () => [] },
    { scope: "system/Observation.r?category=survey system/Observation.s?category=exam", found: () => [exam] },
  ])("$scope", async ({ scope, found }) => {
    expect(await find("Observation", scope)).toEqual(
      found()
        .map((id) => `Observation/${id}`)
        .toSorted(),
    );
  });

  test("each letter has its own reach", async () => {
    const scope = "system/Observation.r?category=survey system/Observation.s?category=exam";
    expect((await send("GET", `Observation/${survey}`, undefined, scope)).status).toBe(200);
    expect((await send("GET", `Observation/${exam}`, undefined, scope)).status).toBe(404);
  });
});

describe("writing", () => {
  test("what lies outside is not created, also not within a transaction", async () => {
    expect((await send("POST", "Observation", observation("exam"), NARROW)).status).toBe(403);
    const entry = { resource: observation("exam"), request: { method: "POST", url: "Observation" } };
    const bundle = { resourceType: "Bundle", type: "transaction", entry: [entry] };
    expect((await send("POST", "/fhir/R4", bundle, NARROW)).status).toBe(403);
    expect(await find("Observation?category=exam", "system/Observation.rs")).toEqual([`Observation/${exam}`]);
  });

  test("what lies inside is created, changed and taken away", async () => {
    const created = await send("POST", "Observation", observation("survey"), NARROW);
    expect(created.status).toBe(201);
    const { id = "" } = await jsonOf<Observation>(created);
    const changed = { ...observation("survey", { valueInteger: 8 }), id };
    expect((await send("PUT", `Observation/${id}`, changed, NARROW)).status).toBe(200);
    const moved = { ...observation("exam"), id };
    expect((await send("PUT", `Observation/${id}`, moved, NARROW)).status).toBe(403);
    expect((await send("DELETE", `Observation/${id}`, undefined, NARROW)).status).toBe(204);
  });

  test("what lies outside is neither changed nor taken away nor met by criteria", async () => {
    const stands = async () => (await jsonOf<Observation>(await send("GET", `Observation/${exam}`))).meta?.versionId;
    const before = await stands();
    const changed = { ...observation("survey"), id: exam };
    expect((await send("PUT", `Observation/${exam}`, changed, NARROW)).status).not.toBe(200);
    const patch = [{ op: "replace", path: "/valueInteger", value: 9 }];
    const headers = { "Content-Type": "application/json-patch+json" };
    expect((await send("PATCH", `Observation/${exam}`, patch, NARROW, headers)).status).toBe(404);
    await send("DELETE", `Observation/${exam}`, undefined, NARROW);
    await send("DELETE", "Observation?category=exam", undefined, NARROW);
    expect(await stands()).toBe(before);
    const condition = { "If-None-Exist": `category=exam&patient=${girl}` };
    const made = await send("POST", "Observation", observation("survey"), NARROW, condition);
    expect(made.status).toBe(201);
    await send("DELETE", `Observation/${(await jsonOf<Observation>(made)).id}`);
  });
});

test("the answer to a token request says the scopes as they hold", async () => {
  const answer = await started.requestToken(await started.assertion("conformance-demo"), NARROW);
  expect((await jsonOf<{ scope: string }>(answer)).scope).toBe(NARROW);
});

test.each([
  "system/Observation.rs?date=yesterday",
  "system/Observation.rs?category:in=http://a.example/v",
  "system/Observation.rs?value-quantity=x",
])("%s is no scope", async (scope) => {
  const answer = await started.requestToken(await started.assertion("conformance-demo"), scope);
  expect(answer.status).toBe(400);
  expect((await jsonOf<{ error: string }>(answer)).error).toBe("invalid_scope");
});
