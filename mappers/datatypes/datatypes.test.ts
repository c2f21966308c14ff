import { expect, test } from "vitest";
import { ACT_CODE, EARLY_LEARNING_GOAL, NHS_NUMBER_STATUS, NHS_NUMBER_STATUS_EXTENSION } from "#profiles/systems.ts";
import { toAddress } from "./address.ts";
import { toCodeableConcept, toCoding } from "./coding.ts";
import { toDevelopmentalCategory } from "./developmental-category.ts";
import { toGenderFromDfe, toGenderFromPersonStated } from "./gender.ts";
import { toHumanName } from "./human-name.ts";
import { toNhsNumberIdentifier, toSourceRecordIdentifier, toUpnIdentifier } from "./identifier.ts";
import { toQuantity } from "./quantity.ts";

test("a code of a known system carries its display, and a concept its text", () => {
  expect(toCodeableConcept(EARLY_LEARNING_GOAL, "E02")).toEqual({
    coding: [{ system: EARLY_LEARNING_GOAL, code: "E02", display: "Speaking" }],
    text: "Speaking",
  });
});

test("a code that no held system knows takes the display that its mapper gives", () => {
  expect(toCoding("https://elsewhere.example", "x", "Ex")).toMatchObject({ display: "Ex" });
  expect(toCoding("https://elsewhere.example", "x")).toEqual({ system: "https://elsewhere.example", code: "x" });
  expect(toCoding(ACT_CODE, "INFA", "information access").display).toBeDefined();
});

test("an NHS number carries its verification status only when the source gave one", () => {
  const [extension] = toNhsNumberIdentifier("999 000 0018", "01").extension ?? [];
  expect(extension?.url).toBe(NHS_NUMBER_STATUS_EXTENSION);
  expect(extension?.valueCodeableConcept?.coding?.[0]).toMatchObject({ system: NHS_NUMBER_STATUS, code: "01" });
  expect(extension?.valueCodeableConcept?.coding?.[0]?.display).toBeDefined();
  expect(toNhsNumberIdentifier("999 000 0018")).toEqual({
    system: "https://fhir.nhs.uk/Id/nhs-number",
    value: "9990000018",
  });
});

test("a UPN says by its use whether it is permanent, temporary or former", () => {
  expect([toUpnIdentifier("F383399925001"), toUpnIdentifier("E38339992501A")].map(({ use }) => use)).toEqual([
    "usual",
    "temp",
  ]);
  expect(toUpnIdentifier("E38339992501A", "old").use).toBe("old");
});

test("a part of a source record has an identifier under the record's", () => {
  expect(toSourceRecordIdentifier("leeds-eyfsp", "R1", "E01").value).toBe("leeds-eyfsp/R1/E01");
});

test("blank parts leave no trace in a name or an address", () => {
  expect(toHumanName({ use: "official", family: "Okafor", given: ["Ada", " ", undefined] })).toEqual({
    use: "official",
    family: "Okafor",
    given: ["Ada"],
  });
  expect(toHumanName({ use: "usual", family: " " })).toBeUndefined();
  expect(toAddress({ line: ["", "1 Quay Row"], postalCode: "l18cv" })).toEqual({
    use: "home",
    line: ["1 Quay Row"],
    postalCode: "L1 8CV",
  });
  expect(toAddress({ line: [] })).toBeUndefined();
});

test.each([
  ["M", "male"],
  ["f", "female"],
  ["U", "unknown"],
  ["1", undefined],
])("DfE sex %s is gender %s", (code, expected) => {
  expect(toGenderFromDfe(code)).toBe(expected);
});

test.each([
  ["1", "male"],
  ["2", "female"],
  ["9", "other"],
  ["X", "unknown"],
  ["M", undefined],
])("person stated gender %s is gender %s", (code, expected) => {
  expect(toGenderFromPersonStated(code)).toBe(expected);
});

test("a quantity has a unit for people and a UCUM code for machines", () => {
  expect(toQuantity(12.4, "kg", "kg")).toEqual({
    value: 12.4,
    unit: "kg",
    system: "http://unitsofmeasure.org",
    code: "kg",
  });
});

test("a developmental Observation is a survey within its domains, each with its display", () => {
  const category = toDevelopmentalCategory(["gross-motor"]);
  expect(category.map(({ coding }) => coding?.[0]?.code)).toEqual(["survey", "gross-motor"]);
  expect(category.every(({ coding }) => coding?.[0]?.display !== undefined)).toBe(true);
});
