import { readdirSync, readFileSync } from "node:fs";
import { evalFhirPath } from "@medplum/core";
import type { Resource, StructureDefinition } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import { UK_CORE } from "../uk-core/uk-core.ts";
import type { Issues } from "./issue.ts";
import { compileProfile } from "./profile-check.ts";
import type { Profile } from "./profile-elements.ts";
import { PROFILE_INVARIANTS } from "./profile-invariants.ts";

const FOLDER = new URL("../StructureDefinition/", import.meta.url);
const DEFINITIONS: readonly StructureDefinition[] = readdirSync(FOLDER).map((file) =>
  JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")),
);

function examples(): readonly Resource[] {
  return ["valid", "invalid"].flatMap((folder) => {
    const directory = new URL(`../examples/${folder}/`, import.meta.url);
    return readdirSync(directory).map((file): Resource => JSON.parse(readFileSync(new URL(file, directory), "utf8")));
  });
}

/** The example, and it again without each of its properties: most invariants break by what is missing. */
function variants(resource: Resource): readonly Resource[] {
  const names = Object.keys(resource).filter((name) => name !== "resourceType");
  return [resource, ...names.map((name): Resource => JSON.parse(JSON.stringify({ ...resource, [name]: undefined })))];
}

const INVARIANTS = DEFINITIONS.flatMap(({ type, differential }) =>
  (differential?.element ?? []).flatMap(({ constraint = [] }) =>
    constraint.map(({ key = "", expression = "" }) => ({ key, expression, type })),
  ),
).concat(
  [...UK_CORE.values()].flatMap(({ elements }) =>
    Object.entries(elements).flatMap(([path, { constraint = [] }]) =>
      constraint.map(({ key, expression = "" }) => ({ key, expression, type: path })),
    ),
  ),
);

describe("invariants of profiles", () => {
  test("each have a rule, and no rule is without one", () => {
    expect([...PROFILE_INVARIANTS.keys()].sort()).toEqual([...new Set(INVARIANTS.map(({ key }) => key))].sort());
  });

  test.each(INVARIANTS)("$key holds exactly where its FHIRPath holds", ({ key, expression, type }) => {
    const resources = examples()
      .filter(({ resourceType }) => resourceType === type)
      .flatMap(variants);
    const seen = new Set<boolean>();
    for (const resource of resources) {
      const out: Issues = [];
      PROFILE_INVARIANTS.get(key)?.({ ...resource }, out);
      const holds = evalFhirPath(expression, resource)[0] === true;
      expect(out.length === 0, JSON.stringify(resource)).toBe(holds);
      seen.add(holds);
    }
    expect(seen).toEqual(new Set([true, false]));
  });
});

describe("compileProfile", () => {
  const made = (element: readonly object[]): Profile => ({
    name: "Made",
    url: "https://example.org/made",
    type: "Observation",
    differential: { element: element.map((each) => ({ id: "", ...each })) },
  });
  const slicing = { discriminator: [{ type: "value", path: "system" }], rules: "open" };

  const rows: [string, object[], object, string[]][] = [
    ["too few", [{ id: "Observation.note", min: 2 }], { note: [{ text: "a" }] }, ["required note"]],
    ["too many", [{ id: "Observation.note", max: "1" }], { note: [{}, {}] }, ["structure note"]],
    ["a prohibited element", [{ id: "Observation.note", max: "0" }], { note: [{}] }, ["structure note"]],
    ["a companion alone as present", [{ id: "Observation.issued", min: 1 }], { _issued: { id: "a" } }, []],
    ["a choice by its companion", [{ id: "Observation.value[x]", min: 1 }], { _valueString: { id: "a" } }, []],
    [
      "a type that the profile takes out of a choice",
      [{ id: "Observation.value[x]", type: [{ code: "Quantity" }] }],
      { valueString: "a" },
      ["structure value"],
    ],
    [
      "another fixed value",
      [{ id: "Observation.status", fixedCode: "final" }],
      { status: "amended" },
      ["value status"],
    ],
    [
      "more than a fixed value",
      [{ id: "Observation.code", fixedCodeableConcept: { text: "a" } }],
      { code: { text: "a", id: "b" } },
      ["value code"],
    ],
    [
      "more than a pattern as a match",
      [{ id: "Observation.code", patternCodeableConcept: { text: "a" } }],
      { code: { text: "a", id: "b" } },
      [],
    ],
    [
      "a target of another type",
      [
        {
          id: "Observation.subject",
          type: [{ code: "Reference", targetProfile: ["http://hl7.org/fhir/StructureDefinition/Patient"] }],
        },
      ],
      { subject: { reference: "Group/1" } },
      ["structure subject.reference"],
    ],
    [
      "a flaw in a slice by its index",
      [
        { id: "Observation.identifier", slicing },
        { id: "Observation.identifier:own" },
        { id: "Observation.identifier:own.system", fixedUri: "urn:a" },
        { id: "Observation.identifier:own.value", min: 1 },
      ],
      { identifier: [{ system: "urn:b" }, { system: "urn:a" }] },
      ["required identifier[1].value"],
    ],
    [
      "a slice that is required",
      [
        { id: "Observation.identifier", slicing },
        { id: "Observation.identifier:own", min: 1 },
        { id: "Observation.identifier:own.system", patternUri: "urn:a" },
      ],
      { identifier: [{ system: "urn:b" }] },
      ["required identifier"],
    ],
    [
      "an item of no slice where slices are closed",
      [
        { id: "Observation.identifier", slicing: { ...slicing, rules: "closed" } },
        { id: "Observation.identifier:own" },
        { id: "Observation.identifier:own.system", fixedUri: "urn:a" },
      ],
      { identifier: [{ system: "urn:a" }, { system: "urn:b" }] },
      ["structure identifier[1]"],
    ],
  ];
  test.each(rows)("sees %s", (_, elements, resource, issues) => {
    const out: Issues = [];
    compileProfile(made(elements))({ ...resource }, out);
    expect(out.map(({ code, expression }) => `${code} ${expression}`)).toEqual(issues);
  });

  test.each([
    ["an invariant", [{ id: "Observation", constraint: [{ key: "x-1", severity: "error" }] }]],
    ["a discriminator", [{ id: "Observation.identifier", slicing }, { id: "Observation.identifier:own" }]],
    [
      "a value set",
      [{ id: "Observation.code", binding: { strength: "required", valueSet: "https://example.org/ValueSet/x" } }],
    ],
  ])("throws over %s that it cannot hold, rather than check less", (_, elements) => {
    expect(() => compileProfile(made(elements))).toThrow(/^No /);
  });
});
