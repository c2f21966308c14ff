import type { Parameters, ParametersParameter } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { FHIR, jsonOf, startTestGateway, type TestGateway } from "../gateway.fixtures.ts";
import { makePatient, postTo, refusal } from "./identity-operation.fixtures.ts";

/** Each row of IHE PIXm ITI-83, through the whole gateway, in a space where nothing is matched on writing. */
const CLIENT = "conformance-demo";
const RED = "urn:oid:2.999.1.1";
const BLUE = "urn:oid:2.999.1.2";
const GREEN = "urn:oid:2.999.1.3";

let started: TestGateway;
let alice: string;

beforeAll(async () => {
  started = await startTestGateway(0);
  alice = await makePatient(started, {
    identifier: [
      { system: RED, value: "RED-1" },
      { system: BLUE, value: "BLUE-1" },
      { system: BLUE, value: "BLUE-2" },
    ],
  });
  await makePatient(started, { identifier: [{ system: GREEN, value: "GREEN-9" }] });
});

afterAll(() => started[Symbol.asyncDispose]());

async function ask(query: Readonly<Record<string, string | readonly string[]>>, client = CLIENT, scope?: string) {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (typeof value === "string" ? [value] : value).map((one): [string, string] => [name, one]),
  );
  const response = await started.ask(client, `Patient/$ihe-pix?${new URLSearchParams(pairs)}`, {}, scope);
  return { status: response.status, resource: await jsonOf<Parameters>(response) };
}

/** `system|value` and `Patient/id` of what came back. */
function targets({ parameter = [] }: Parameters): readonly string[] {
  return parameter.map(({ name, valueIdentifier, valueReference }: ParametersParameter) =>
    name === "targetIdentifier"
      ? `${valueIdentifier?.system}|${valueIdentifier?.value}`
      : `${name} ${valueReference?.reference}`,
  );
}

const PATIENT = () => `targetId Patient/${alice}`;

describe("the identifiers of a child", () => {
  test("are all but the one that was given, and the Patient", async () => {
    const { status, resource } = await ask({ sourceIdentifier: `${RED}|RED-1` });
    expect([status, resource.resourceType]).toEqual([200, "Parameters"]);
    expect(targets(resource)).toEqual([`${BLUE}|BLUE-1`, `${BLUE}|BLUE-2`, PATIENT()]);
  });

  test.each<[string, readonly string[], () => readonly string[]]>([
    ["one target system", [BLUE], () => [`${BLUE}|BLUE-1`, `${BLUE}|BLUE-2`, PATIENT()]],
    ["two target systems", [BLUE, RED], () => [`${BLUE}|BLUE-1`, `${BLUE}|BLUE-2`, PATIENT()]],
    ["a target system of which the child has none", [GREEN], () => []],
    ["the server itself", [FHIR], () => [PATIENT()]],
  ])("are those of %s", async (_, targetSystem, expected) => {
    const { status, resource } = await ask({ sourceIdentifier: `${RED}|RED-1`, targetSystem });
    expect(status).toBe(200);
    expect(targets(resource)).toEqual(expected());
  });

  test("are found by the address of the Patient, which is then left out", async () => {
    const { resource } = await ask({ sourceIdentifier: `${FHIR}|Patient/${alice}` });
    expect(targets(resource)).toEqual([`${RED}|RED-1`, `${BLUE}|BLUE-1`, `${BLUE}|BLUE-2`]);
  });

  test("are found by Parameters too", async () => {
    const parameter = [{ name: "sourceIdentifier", valueString: `${RED}|RED-1` }];
    const body = { resourceType: "Parameters", parameter };
    const { status, resource } = await postTo<Parameters>(started, CLIENT, "Patient/$ihe-pix", body);
    expect(status).toBe(200);
    expect(targets(resource)).toEqual([`${BLUE}|BLUE-1`, `${BLUE}|BLUE-2`, PATIENT()]);
  });

  test("are gone with the Patient", async () => {
    const id = await makePatient(started, { identifier: [{ system: RED, value: "RED-3" }] });
    await started.ask(CLIENT, `Patient/${id}`, { method: "DELETE" });
    expect(refusal(await ask({ sourceIdentifier: `${RED}|RED-3` }))).toBe("404 not-found");
  });
});

describe("is refused", () => {
  test.each<[string, Readonly<Record<string, string | readonly string[]>>, string, string?]>([
    [
      "a value that nobody has",
      { sourceIdentifier: `${RED}|RED-2` },
      "404 not-found",
      "sourceIdentifier Patient Identifier not found",
    ],
    [
      "a Patient that is not there",
      { sourceIdentifier: `${FHIR}|Patient/none` },
      "404 not-found",
      "sourceIdentifier Patient Identifier not found",
    ],
    [
      "a source system that nobody knows",
      { sourceIdentifier: "urn:oid:2.999.7|RED-1" },
      "400 code-invalid",
      "sourceIdentifier Assigning Authority not found",
    ],
    [
      "a target system that nobody knows",
      { sourceIdentifier: `${RED}|RED-1`, targetSystem: [BLUE, "urn:oid:2.999.7"] },
      "403 code-invalid",
      "targetSystem not found",
    ],
    ["no source identifier", { targetSystem: BLUE }, "400 value"],
    ["two source identifiers", { sourceIdentifier: [`${RED}|RED-1`, `${BLUE}|BLUE-1`] }, "400 value"],
    ["an identifier without a system", { sourceIdentifier: "RED-1" }, "400 value"],
    ["an identifier with an empty system", { sourceIdentifier: "|RED-1" }, "400 value"],
    ["an identifier without a value", { sourceIdentifier: `${RED}|` }, "400 value"],
    ["an empty target system", { sourceIdentifier: `${RED}|RED-1`, targetSystem: "" }, "400 value"],
    ["another parameter", { sourceIdentifier: `${RED}|RED-1`, target: BLUE }, "400 value"],
  ])("%s", async (_, query, expected, words) => {
    const answer = await ask(query);
    expect(refusal(answer)).toBe(expected);
    if (words !== undefined) expect(answer.resource).toMatchObject({ issue: [{ diagnostics: words }] });
    expect(JSON.stringify(answer.resource)).not.toMatch(/RED-|BLUE-/);
  });

  test("a token that may read and not search", async () => {
    const answer = await ask({ sourceIdentifier: `${RED}|RED-1` }, CLIENT, "system/Patient.r");
    expect(refusal(answer)).toBe("403 forbidden");
  });

  test("a system that the agreement does not name, like one that nobody knows", async () => {
    const query = { sourceIdentifier: "https://example.org/unnamed|1" };
    const unnamed = await ask(query, "gp-demo");
    expect(refusal(unnamed)).toBe("400 code-invalid");
    expect(refusal(await ask({ sourceIdentifier: `${NHS_NUMBER}|9990000018` }, "gp-demo"))).toBe("404 not-found");
  });
});
