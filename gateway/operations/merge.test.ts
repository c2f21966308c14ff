import type { Bundle, OperationOutcome, Parameters, Patient } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NHS_NUMBER, SOURCE_CHILD_ID } from "#profiles/systems.ts";
import { FHIR, jsonOf, startTestGateway, type TestGateway } from "../gateway.fixtures.ts";
import { match, matched, type OperationAnswer, postTo, refusal } from "./identity-operation.fixtures.ts";

/** A steward's decisions through the whole gateway, on children of the demonstration. */
const STEWARD = "steward-demo";
const SCOPE = "system/*.rs identity/review";

let started: TestGateway;
let children: readonly Patient[];

beforeAll(async () => {
  started = await startTestGateway(60);
  children = await patients();
});

afterAll(() => started[Symbol.asyncDispose]());

async function patients(): Promise<readonly Patient[]> {
  const found: Patient[] = [];
  for (let url: string | undefined = "Patient?_count=100"; url !== undefined; ) {
    const page: Bundle = await jsonOf<Bundle>(await started.ask(STEWARD, url, {}, SCOPE));
    for (const { resource } of page.entry ?? []) if (resource?.resourceType === "Patient") found.push(resource);
    url = page.link?.find(({ relation }) => relation === "next")?.url;
  }
  return found;
}

/** The authority of whoever tells of a child, as the first source is named. */
function isOf(authority: string) {
  return ({ identifier = [] }: Patient) =>
    identifier.some(({ system, value = "" }) => system === SOURCE_CHILD_ID && value.startsWith(`${authority}-`));
}

function numberOf({ identifier = [] }: Patient): string {
  return identifier.find(({ system }) => system === NHS_NUMBER)?.value ?? "";
}

function numbered(authority: string): readonly [Patient, Patient] {
  const [one, other] = children.filter((child) => isOf(authority)(child) && numberOf(child) !== "");
  if (!one || !other) throw new Error(`too few children of ${authority}`);
  return [one, other];
}

const reference = (name: string, { id }: Patient) => ({ name, valueReference: { reference: `Patient/${id}` } });
const CHECKED = { name: "numbers-checked", valueBoolean: true };
const PREVIEW = { name: "preview", valueBoolean: true };

function decide<T = Parameters>(
  operation: "$merge" | "$unmerge",
  parameter: readonly object[],
  client = STEWARD,
  scope = SCOPE,
): Promise<OperationAnswer<T>> {
  return postTo<T>(started, client, `Patient/${operation}`, { resourceType: "Parameters", parameter }, scope);
}

const merge = (source: Patient, target: Patient, ...more: readonly object[]) =>
  decide("$merge", [reference("source-patient", source), reference("target-patient", target), ...more]);

async function read({ id }: Patient): Promise<Patient> {
  return jsonOf<Patient>(await started.ask(STEWARD, `Patient/${id}`, {}, SCOPE));
}

async function found(query: string): Promise<readonly string[]> {
  const { entry = [] } = await jsonOf<Bundle>(await started.ask(STEWARD, query, {}, SCOPE));
  return entry.map(({ resource }) => resource?.id ?? "").sort();
}

function outcomeOf({ resource }: OperationAnswer<Parameters>): OperationOutcome | undefined {
  const outcome = resource.parameter?.find(({ name }) => name === "outcome")?.resource;
  return outcome?.resourceType === "OperationOutcome" ? outcome : undefined;
}

function decisionOf({ resource }: OperationAnswer<Parameters>): number {
  return resource.parameter?.find(({ name }) => name === "decision")?.valuePositiveInt ?? Number.NaN;
}

const withoutMeta = ({ meta: _, ...rest }: Patient) => rest;

describe("two children who are one", () => {
  test("are refused while their verified numbers differ and nobody has looked", async () => {
    const [target, source] = numbered("leeds");
    expect(refusal(await merge(source, target))).toBe("422 business-rule");
  });

  test("stay two in a preview, which tells what would change", async () => {
    const [target, source] = numbered("leeds");
    const answer = await merge(source, target, CHECKED, PREVIEW);
    expect(answer.status).toBe(200);
    expect(outcomeOf(answer)?.issue[0]).toMatchObject({ severity: "information" });
    expect(outcomeOf(answer)?.issue[0]?.diagnostics).toMatch(/would change .* Nothing was written/);
    expect(decisionOf(answer)).toBeNaN();
    expect([await read(source), await read(target)]).toEqual([source, target]);
  });

  test("are merged, found as one, and stand as before when that is taken back", async () => {
    const [target, source] = numbered("leeds");
    const answer = await merge(source, target, CHECKED, { name: "reason", valueString: "the family says so" });
    expect(answer.status).toBe(200);
    expect(answer.resource.parameter?.map(({ name }) => name)).toEqual(["input", "outcome", "result", "decision"]);
    expect(answer.resource.parameter?.[2]?.resource).toMatchObject({ resourceType: "Patient", id: target.id });
    expect(await read(source)).toMatchObject({
      active: false,
      link: [{ type: "replaced-by", other: { reference: `Patient/${target.id}` } }],
    });

    const { name = [], birthDate = "", address = [] } = source;
    const asked = { name, birthDate, address: address.slice(0, 1) };
    expect(matched(await match(started, STEWARD, asked)).map(({ id }) => id)).not.toContain(source.id);
    expect(await pix(`${NHS_NUMBER}|${numberOf(source)}`)).toContain(`Patient/${target.id}`);
    expect(await pix(`${FHIR}|Patient/${source.id}`)).toContain(`Patient/${target.id}`);

    expect(await found(`Patient?link=Patient/${target.id}`)).toEqual([source.id]);
    expect(await found(`Patient?_id=${source.id}&_include=Patient:link`)).toEqual([source.id, target.id].sort());

    expect(refusal(await merge(source, target, CHECKED))).toMatch(/^(409 conflict|422 business-rule)$/);

    const merged = reference("merged-patient", source);
    const preview = await decide("$unmerge", [merged, PREVIEW]);
    expect([preview.status, (await read(source)).active]).toEqual([200, false]);
    const undone = await decide("$unmerge", [merged]);
    expect(undone.status).toBe(200);
    expect(undone.resource.parameter?.[2]?.resource).toMatchObject({ resourceType: "Patient", id: source.id });
    expect(withoutMeta(await read(source))).toEqual(withoutMeta(source));
    expect(withoutMeta(await read(target))).toEqual(withoutMeta(target));
    expect(await pix(`${NHS_NUMBER}|${numberOf(source)}`)).toContain(`Patient/${source.id}`);

    expect(refusal(await decide("$unmerge", [merged]))).toBe("422 business-rule");
    const again = await decide("$unmerge", [{ name: "decision", valuePositiveInt: decisionOf(answer) }]);
    expect(refusal(again)).toBe("409 conflict");
  });

  async function pix(sourceIdentifier: string): Promise<string> {
    const path = `Patient/$ihe-pix?${new URLSearchParams({ sourceIdentifier })}`;
    return (await started.ask(STEWARD, path, {}, SCOPE)).text();
  }

  test("may be named by their identifiers, and their result by its id and link", async () => {
    const [target, source] = numbered("leeds");
    const identifier = (name: string, patient: Patient) => ({
      name: `${name}-identifier`,
      valueIdentifier: { system: NHS_NUMBER, value: numberOf(patient) },
    });
    const resource = {
      ...withoutMeta(target),
      link: [{ type: "replaces", other: { reference: `Patient/${source.id}` } }],
    };
    const answer = await decide("$merge", [
      identifier("source-patient", source),
      identifier("target-patient", target),
      { name: "result-patient", resource },
      CHECKED,
      PREVIEW,
    ]);
    expect(answer.status).toBe(200);
  });
});

describe("a merge is refused", () => {
  const pair = () => numbered("leeds");

  test("to a client that is no steward's", async () => {
    const [target, source] = pair();
    const parameter = [reference("source-patient", source), reference("target-patient", target)];
    expect(refusal(await decide("$merge", parameter, "officer-demo", "system/*.rs"))).toBe("403 forbidden");
    expect(refusal(await decide("$merge", parameter, STEWARD, "system/*.rs"))).toBe("403 forbidden");
    expect(refusal(await decide("$merge", parameter, STEWARD, "identity/review"))).toBe("403 forbidden");
  });

  test("of a child with itself", async () => {
    const [target] = pair();
    expect(refusal(await merge(target, target))).toBe("422 business-rule");
  });

  test("across authorities that have not agreed to it", async () => {
    const [leeds] = pair();
    const [liverpool] = children.filter(isOf("liverpool"));
    if (!liverpool) throw new Error("no child of Liverpool");
    const answer = await merge(liverpool, leeds, CHECKED);
    expect(refusal(answer)).toBe("422 business-rule");
    expect(JSON.stringify(answer.resource)).toContain("have not agreed");
  });

  test.each<[string, (target: Patient, source: Patient) => readonly object[], string]>([
    ["without a source", (target) => [reference("target-patient", target)], "400 value"],
    [
      "of somebody whom nobody knows",
      (target) => [
        reference("source-patient", { resourceType: "Patient", id: "none" }),
        reference("target-patient", target),
      ],
      "404 not-found",
    ],
    [
      "with a parameter that it does not have",
      (target, source) => [
        reference("source-patient", source),
        reference("target-patient", target),
        { name: "task", valueString: "x" },
      ],
      "400 value",
    ],
    [
      "with two sources",
      (target, source) => [
        reference("source-patient", source),
        reference("source-patient", source),
        reference("target-patient", target),
      ],
      "400 value",
    ],
    [
      "for a reason that tells who the child is",
      (target, source) => [
        reference("source-patient", source),
        reference("target-patient", target),
        { name: "reason", valueString: "born 2021-02-03" },
      ],
      "400 value",
    ],
    [
      "with a result of another id",
      (target, source) => [
        reference("source-patient", source),
        reference("target-patient", target),
        { name: "result-patient", resource: { resourceType: "Patient", id: source.id } },
      ],
      "422 business-rule",
    ],
    [
      "with a result that no source tells",
      (target, source) => [
        reference("source-patient", source),
        reference("target-patient", target),
        {
          name: "result-patient",
          resource: {
            resourceType: "Patient",
            id: target.id,
            link: [{ type: "replaces", other: { reference: `Patient/${source.id}` } }],
            birthDate: "2001-01-01",
          },
        },
      ],
      "422 business-rule",
    ],
  ])("%s", async (_, parameters, expected) => {
    expect(refusal(await decide("$merge", parameters(...pair())))).toBe(expected);
  });
});

describe("an undoing is refused", () => {
  test.each<[string, readonly object[], string]>([
    ["of nothing", [PREVIEW], "400 value"],
    ["of a decision that there is not", [{ name: "decision", valuePositiveInt: 999_999 }], "404 not-found"],
    [
      "of a Patient that there is not",
      [reference("merged-patient", { resourceType: "Patient", id: "none" })],
      "404 not-found",
    ],
  ])("%s", async (_, parameters, expected) => {
    expect(refusal(await decide("$unmerge", parameters))).toBe(expected);
  });
});

test("a child whom the steward does not see is one who is not there", async () => {
  const [target] = numbered("leeds");
  const [hidden] = children.filter(isOf("liverpool"));
  if (!hidden) throw new Error("no child of Liverpool");
  await started.restart((register) => ({
    ...register,
    agreements: register.agreements.map((one) => (one.id === "steward" ? { ...one, authorities: ["leeds"] } : one)),
  }));
  const nobody: Patient = { resourceType: "Patient", id: "none" };
  const answers = [await merge(hidden, target), await merge(nobody, target), await merge(target, hidden)];
  expect(answers.map(refusal)).toEqual(["404 not-found", "404 not-found", "404 not-found"]);
  expect(answers[0]?.resource).toEqual(answers[1]?.resource);
  const unmerged = [hidden, nobody].map((patient) => decide("$unmerge", [reference("merged-patient", patient)]));
  const [one, other] = await Promise.all(unmerged);
  expect(one?.resource).toEqual(other?.resource);
});
