import { evalFhirPath } from "@medplum/core";
import type { Observation, Patient } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import { explain, type LineageTables, unexplained, unusedRows } from "./lineage.ts";
import type { Mapped } from "./mapper.ts";

const weight: Observation = {
  resourceType: "Observation",
  id: "w1",
  meta: { profile: ["https://example.org/weight"] },
  status: "final",
  code: { coding: [{ system: "http://loinc.org", code: "29463-7" }, { code: "local" }], text: "Body weight" },
  subject: { reference: "Patient/p1" },
  valueQuantity: { value: 9.1, unit: "kg" },
};

const child: Patient & { readonly _birthDate: object } = {
  resourceType: "Patient",
  identifier: [
    { system: "urn:one", value: "1" },
    { system: "urn:two", value: "2" },
  ],
  name: [{ given: ["Ada", "May"] }],
  birthDate: "2024-01-01",
  _birthDate: { extension: [{ url: "urn:time", valueDateTime: "2024-01-01T08:00:00Z" }] },
};

function originOf(tables: LineageTables, element: string, slot = "a/weight"): unknown {
  return explain(tables, { slot, resource: weight }).find((origin) => origin.element === element);
}

const NONE: LineageTables = { fields: [], rules: [] };

function ruled(...rules: LineageTables["rules"]): LineageTables {
  return { fields: [], rules };
}

describe("an element", () => {
  test.each([
    ["Observation.value", "Observation.value.unit"],
    ["Observation.valueQuantity", "Observation.value.unit"],
    ["Observation.value.ofType(Quantity)", "Observation.value.unit"],
    ["Observation.code.coding", "Observation.code.coding[1].code"],
    ["Observation.code.coding[1]", "Observation.code.coding[1].code"],
    ["Observation.code.coding.where(system='http://loinc.org').code", "Observation.code.coding[0].code"],
    ["Observation.where(code.coding.exists(code='29463-7')).value", "Observation.value.value"],
    ["Observation.note | Observation.status", "Observation.status"],
  ])("is explained by a row to %s: %s", (to, element) => {
    expect(originOf(ruled({ to, rule: "so" }), element)).toEqual({ element, fields: [], rule: "so" });
  });

  test.each([
    ["Observation.value.ofType(string)", "Observation.value.unit"],
    ["Observation.code.coding[0]", "Observation.code.coding[1].code"],
    ["Observation.code.coding.where(system='http://loinc.org')", "Observation.code.coding[1].code"],
    ["Observation.where(code.coding.code='other').value", "Observation.value.value"],
    ["Observation.stat", "Observation.status"],
    ["Observation", "Observation.status"],
    ["Consent.status", "Observation.status"],
  ])("is not explained by a row to %s: %s", (to, element) => {
    expect(originOf(ruled({ to, rule: "so" }), element)).toBeUndefined();
  });

  test("is explained by the row closest above it, and a filter is closer than none", () => {
    const tables = ruled(
      { to: "Observation.code", rule: "broad" },
      { to: "Observation.code.coding", rule: "close" },
      { to: "Observation.code.coding.where(system.exists())", rule: "closest" },
    );
    expect(explain(tables, { slot: "s", resource: weight }).map(({ element, rule }) => [element, rule])).toEqual(
      expect.arrayContaining([
        ["Observation.code.text", "broad"],
        ["Observation.code.coding[1].code", "close"],
        ["Observation.code.coding[0].code", "closest"],
      ]),
    );
  });

  test("is explained by all rows of the same depth, fields before rules, each once", () => {
    const tables: LineageTables = {
      fields: [
        { field: "Weight", to: "Observation.value", why: "in kilograms" },
        { field: "Unit", to: "Observation.value" },
      ],
      rules: [{ to: "Observation.value", from: ["Weight", "Scale"], rule: "by the scale" }],
    };
    expect(originOf(tables, "Observation.value.value")).toEqual({
      element: "Observation.value.value",
      fields: ["Weight", "Unit", "Scale"],
      rule: "Weight: in kilograms; by the scale",
    });
  });

  test.each([
    ["a/weight", ["a/weight"], true],
    ["CYP611Obs/A/17/weight", ["CYP611Obs/{key}/weight"], true],
    ["CYP611Obs/A-17/height", ["CYP611Obs/{key}/weight", "x"], false],
    ["CYP611Obs//weight", ["CYP611Obs/{key}/weight"], false],
    ["axb", ["a.b"], false],
  ])("of slot %s is spoken of by a row of %j: %s", (slot, slots, expected) => {
    const origin = originOf(ruled({ to: "Observation.value", slots, rule: "so" }), "Observation.value.value", slot);
    expect(origin !== undefined).toBe(expected);
  });

  test("that every source's resources have is explained without a row, unless the mapper knows better", () => {
    expect(originOf(NONE, "Observation.subject.reference")).toMatchObject({ fields: [] });
    expect(originOf(ruled({ to: "Observation.subject", rule: "mine" }), "Observation.subject.reference")).toMatchObject(
      {
        rule: "mine",
      },
    );
  });
});

test("every element that is told leads to one value of the resource", () => {
  const tables = ruled({ to: "Patient.identifier | Patient.name | Patient.birthDate", rule: "so" });
  const elements = explain(tables, { resource: child }).map(({ element }) => element);
  expect(elements).toEqual([
    "Patient.identifier[0].system",
    "Patient.identifier[0].value",
    "Patient.identifier[1].system",
    "Patient.identifier[1].value",
    "Patient.name[0].given[0]",
    "Patient.name[0].given[1]",
    "Patient.birthDate",
    "Patient.birthDate.extension[0].url",
    "Patient.birthDate.extension[0].value",
  ]);
  for (const element of elements.filter((path) => !path.includes("birthDate.extension"))) {
    expect(evalFhirPath(element, child)).toHaveLength(1);
  }
});

describe("a table", () => {
  const mapped: Mapped = {
    patient: child,
    made: [{ slot: "a/weight", record: "a", resource: weight }],
    organizations: [],
    relationships: [],
    notCarried: [],
  };

  test("that leaves elements out is told which, with their slot", () => {
    const tables = ruled(
      { to: "Patient.identifier | Patient.name | Patient.birthDate", rule: "so" },
      { to: "Observation.code", rule: "so" },
      { to: "Observation.value", rule: "so" },
    );
    expect(unexplained(tables, mapped)).toEqual(["a/weight: Observation.status"]);
  });

  test("is told which of its rows explain nothing, targets outside of resources aside", () => {
    const tables: LineageTables = {
      fields: [
        { field: "A", to: "Observation.value" },
        { field: "B", to: "Observation.note" },
        { field: "C", to: "Relationship.start" },
        { field: "D", why: "nowhere" },
      ],
      rules: [
        { to: "Observation.value", slots: ["b"], rule: "of another slot" },
        { to: "Observation", rule: "because" },
      ],
    };
    expect(unusedRows(tables, [mapped])).toEqual(["B → Observation.note", "Observation.value"]);
  });

  test.each(["Observation.code.coding.first()", "Observation.(code)", "where(a='b')"])("with %s is a mistake", (to) => {
    expect(() => explain(ruled({ to, rule: "so" }), { resource: weight })).toThrow(/Not a (step|path)/);
  });
});
