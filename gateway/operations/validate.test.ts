import type { OperationOutcome } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canonical } from "#profiles/canonical.ts";
import type { RecordType } from "#profiles/interactions.ts";
import type { Requester } from "../access/requester.ts";
import { type InteractionRequest, wholeBody } from "../interactions/answer.ts";
import { CONFORMANCE, GP, type House, NOW_ms, openHouse, STRANGER } from "../interactions/read.fixtures.ts";
import { createValidate } from "./validate.ts";

const REVIEW = canonical("StructureDefinition", "health-visitor-review");
const WEIGHT = { resourceType: "Observation", status: "final", code: { text: "Weight" } };
const WRITTEN = JSON.stringify(WEIGHT, null, 2);

let house: House;

beforeAll(async () => {
  house = await openHouse();
  const child = await house.child("child-1");
  await house.tell(child, { active: true }, { source: "leeds-csds" });
  const seen = { ...WEIGHT, resourceType: "Observation", subject: { reference: "Patient/child-1" } } as const;
  await house.put(child, { ...seen, id: "weight-1", status: "final" }, { source: "leeds-csds" });
  await house.put(child, { ...seen, id: "weight-2", status: "final" }, { source: "leeds-csds" });
  await house.end("Observation/weight-2", 2_000);
});

afterAll(() => house.close());

interface Asked {
  readonly type?: RecordType;
  readonly id?: string;
  readonly query?: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly requester?: Requester;
}

function ask(asked: Asked) {
  const { type = "Observation", id, query = "", body, requester = GP, contentType = "application/fhir+json" } = asked;
  const request: InteractionRequest = {
    requestId: "request",
    now_ms: NOW_ms,
    requester,
    interaction: "operation",
    operation: "validate",
    type,
    ...(id !== undefined && { id }),
    parameters: new URLSearchParams(query),
    query,
    preconditions: {},
    preference: { handling: "strict", return: "representation" },
    method: body === undefined ? "GET" : "POST",
    ...(body !== undefined && { contentType, body: typeof body === "string" ? body : JSON.stringify(body) }),
  };
  return createValidate(house.ports())(request);
}

async function issuesOf(asked: Asked): Promise<OperationOutcome["issue"]> {
  const result = await ask(asked);
  if (!result.ok) throw new Error(`refused: ${result.issues.map(({ kind }) => kind)}`);
  expect(result.answer.status).toBe(200);
  const outcome: OperationOutcome = JSON.parse(wholeBody(result.answer.body).toString());
  return outcome.issue;
}

async function refusalOf(asked: Asked): Promise<readonly object[]> {
  const result = await ask(asked);
  return result.ok ? [] : result.issues;
}

const sent = (...parameter: readonly object[]) => ({ resourceType: "Parameters", parameter });

describe("$validate of what is sent", () => {
  test.each([
    ["a resource", WEIGHT],
    [
      "Parameters that hold it",
      sent(
        { name: "resource", resource: WEIGHT },
        { name: "mode", valueCode: "profile" },
        { name: "profile", valueUri: "http://hl7.org/fhir/StructureDefinition/Observation" },
      ),
    ],
  ])("says of %s without a flaw that it is valid", async (_, body) => {
    expect(await issuesOf({ body })).toEqual([
      { severity: "information", code: "informational", diagnostics: "The resource is valid." },
    ]);
  });

  test.each([
    ["as the body", WRITTEN, 3],
    [
      "within Parameters",
      `{"resourceType":"Parameters",\n"parameter":[{"name":"resource","resource":\n${WRITTEN}}]}`,
      5,
    ],
  ])("names the element of a flaw, its line and its column, %s", async (_, body, line) => {
    expect(await issuesOf({ body: body.replace("final", "done") })).toEqual([
      {
        extension: [
          { url: "http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-line", valueInteger: line },
          { url: "http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-col", valueInteger: 3 },
        ],
        severity: "error",
        code: "code-invalid",
        diagnostics: expect.stringContaining(`(line ${line}, column 3)`),
        location: ["Observation.status"],
        expression: ["Observation.status"],
      },
    ]);
  });

  const profiled: [string, Asked][] = [
    ["in the query", { query: `profile=${REVIEW}`, body: WEIGHT }],
    ["in Parameters", { body: sent({ name: "resource", resource: WEIGHT }, { name: "profile", valueUri: REVIEW }) }],
    ["by the resource", { body: { ...WEIGHT, meta: { profile: [REVIEW] } } }],
  ];
  test.each(profiled)("checks a profile that is named %s", async (_, asked) => {
    const issues = await issuesOf(asked);
    expect(issues.map(({ severity, expression }) => `${severity} ${expression}`)).toEqual(
      expect.arrayContaining(["error Observation.code", "error Observation.subject", "error Observation.value"]),
    );
  });

  test.each([
    [
      "an unknown profile that is claimed",
      { body: { ...WEIGHT, meta: { profile: ["urn:x"] } } },
      "warning",
      "not-found",
    ],
    [
      "a profile of UK Core that is not held",
      {
        body: {
          ...WEIGHT,
          meta: { profile: ["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation-VitalSigns-HeartRate"] },
        },
      },
      "information",
      "informational",
    ],
  ])("says of %s that it was not checked", async (_, asked, severity, code) => {
    expect(await issuesOf(asked)).toMatchObject([{ severity, code }, { diagnostics: "The resource is valid." }]);
  });

  test.each(["urn:x", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation-VitalSigns-HeartRate"])(
    "takes it for an error that the profile asked for, %s, is not held",
    async (profile) => {
      const claiming = { ...WEIGHT, meta: { profile: [profile] } };
      for (const body of [WEIGHT, claiming, sent({ name: "resource", resource: WEIGHT })]) {
        const [first, ...others] = await issuesOf({ query: `profile=${profile}`, body });
        expect(first).toMatchObject({ severity: "error", code: "not-found" });
        expect(others.map(({ severity }) => severity)).not.toContain("error");
        expect(JSON.stringify(others)).not.toContain("is valid");
      }
    },
  );

  test.each([
    ["as the body", (resource: string) => resource],
    [
      "within Parameters",
      (resource: string) => `{"resourceType":"Parameters","parameter":[{"name":"resource","resource":${resource}}]}`,
    ],
  ])("sees a whole number that is written as a decimal, %s", async (_, around) => {
    const body = around('{"resourceType":"Patient","multipleBirthInteger":2.0}');
    expect(await issuesOf({ type: "Patient", body })).toMatchObject([
      { severity: "error", expression: ["Patient.multipleBirth"] },
    ]);
  });

  test("takes a resource of another type for a flaw of it", async () => {
    expect(await issuesOf({ body: { resourceType: "Patient" } })).toMatchObject([
      { severity: "error", expression: ["resourceType"] },
    ]);
  });

  test.each(["[]", "7", "{}", '{"resourceType":"Nothing"}'])("looks at %s too, which is no resource", async (body) => {
    expect(await issuesOf({ body })).toMatchObject([{ severity: "error" }]);
  });

  const modes: [string, Asked, string[]][] = [
    [
      "a create by a client that writes",
      { query: "mode=create", body: WEIGHT, requester: CONFORMANCE },
      ["informational"],
    ],
    ["a create by a client that only reads", { query: "mode=create", body: WEIGHT }, ["forbidden"]],
    ["an update without an id", { query: "mode=update", body: WEIGHT, requester: CONFORMANCE }, ["required"]],
    [
      "an update of another id than the address names",
      { id: "a", query: "mode=update", body: { ...WEIGHT, id: "b" }, requester: CONFORMANCE },
      ["value"],
    ],
    [
      "an update of the address",
      { id: "a", query: "mode=update", body: { ...WEIGHT, id: "a" }, requester: CONFORMANCE },
      ["informational"],
    ],
  ];
  test.each(modes)("judges %s", async (_, asked, codes) => {
    expect((await issuesOf(asked)).map(({ code }) => code)).toEqual(codes);
  });

  test.each([
    ["a body that is no JSON", { body: '{"a":1,}' }, "malformed-json"],
    ["a body of another media type", { body: WEIGHT, contentType: "text/plain" }, "unsupported-media-type"],
    ["no resource", {}, "bad-operation-parameter"],
    ["Parameters without a resource", { body: { resourceType: "Parameters" } }, "bad-operation-parameter"],
    ["Parameters that are none", { body: { resourceType: "Parameters", parameter: {} } }, "invalid-resource"],
    ["an unknown parameter", { query: "profil=urn:x", body: WEIGHT }, "bad-operation-parameter"],
    ["an unknown part of Parameters", { body: sent({ name: "x", valueCode: "y" }) }, "bad-operation-parameter"],
    ["an unknown mode", { query: "mode=destroy", body: WEIGHT }, "bad-operation-parameter"],
    ["two modes", { query: "mode=create&mode=update", body: WEIGHT }, "bad-operation-parameter"],
    ["the mode profile without one", { query: "mode=profile", body: WEIGHT }, "bad-operation-parameter"],
    ["an empty profile", { query: "profile=", body: WEIGHT }, "bad-operation-parameter"],
  ])("refuses %s", async (_, asked, kind) => {
    expect(await refusalOf(asked)).toMatchObject([{ kind }]);
  });
});

describe("$validate of what is held", () => {
  test("looks at the resource of the address, and records whose it is", async () => {
    expect(await issuesOf({ id: "weight-1" })).toMatchObject([{ severity: "information" }]);
    expect(house.recorded.at(-1)).toMatchObject({
      interaction: "$validate",
      outcome: "success",
      query: "Observation/weight-1/$validate?",
      patients: ["child-1"],
    });
    // The Patient that is made of what sources tell claims a profile of UK Core, which is held here.
    expect(await issuesOf({ type: "Patient", id: "child-1" })).toMatchObject([
      { severity: "information", diagnostics: "The resource is valid." },
    ]);
  });

  test("holds it to the profile that is asked for", async () => {
    const issues = await issuesOf({ id: "weight-1", query: `mode=profile&profile=${REVIEW}` });
    expect(issues.map(({ severity }) => severity)).toContain("error");
    expect(JSON.stringify(issues)).not.toMatch(/line/);
  });

  test("needs no body for a deletion", async () => {
    expect(await issuesOf({ id: "weight-1", query: "mode=delete" })).toMatchObject([{ code: "forbidden" }]);
    expect(await refusalOf({ query: "mode=delete" })).toMatchObject([{ kind: "bad-operation-parameter" }]);
  });

  test.each([
    ["a resource that never was", { id: "nobody" }, "not-found"],
    ["a resource of a stranger's child", { id: "weight-1", requester: STRANGER }, "not-found"],
    ["a resource of another space of ids", { id: "weight-1", requester: CONFORMANCE }, "not-found"],
    ["a resource that was deleted", { id: "weight-2" }, "gone"],
    ["an id that is none", { id: "a_b" }, "invalid-id"],
    ["another type", { type: "Consent", id: "weight-1" } as const, "not-found"],
  ])("finds nothing at %s", async (_, asked, kind) => {
    expect(await refusalOf(asked)).toMatchObject([{ kind }]);
  });
});

test("every answer is an OperationOutcome that repeats no value of the resource", async () => {
  const secret = "9990000018";
  const body = { resourceType: "Patient", identifier: [{ value: secret, system: `a ${secret}` }], birthDate: secret };
  const issues = await issuesOf({ type: "Patient", body, query: `profile=urn:${secret}` });
  expect(issues.length).toBeGreaterThan(2);
  expect(JSON.stringify(issues)).not.toContain(secret);
});
