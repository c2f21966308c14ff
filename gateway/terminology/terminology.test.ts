import { describe, expect, test } from "vitest";
import { canonical } from "#profiles/canonical.ts";
import { readPublished } from "#profiles/published.ts";
import * as systems from "#profiles/systems.ts";
import { createTerminology } from "./terminology.ts";

const published = readPublished();
const terminology = createTerminology(() => published);
const valueSets = published.filter((resource) => resource.resourceType === "ValueSet");
const INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";

describe("terminology", () => {
  test.each(valueSets.map(({ url = "" }) => url))("writes out all of %s", (url) => {
    const members = terminology.members(url) ?? [];
    expect(members.length).toBeGreaterThan(0);
    expect(members.filter(({ system, code }) => system === "" || code === "")).toEqual([]);
    expect(new Set(members.map(({ system, code }) => `${system}|${code}`)).size).toBe(members.length);
  });

  test.each([
    [canonical("ValueSet", "early-learning-goal"), 17],
    [canonical("ValueSet", "any-early-learning-goal"), 34],
    [canonical("ValueSet", "asq-score"), 114],
    [`${canonical("ValueSet", "data-class")}|0.1.0`, 3],
    ["ValueSet/data-class", 3],
    ["http://hl7.org/fhir/ValueSet/observation-status", 8],
  ])("finds in %s %i codes", (url, size) => {
    expect(terminology.members(url)).toHaveLength(size);
  });

  test.each([
    canonical("ValueSet", "unheard-of"),
    `${canonical("ValueSet", "data-class")}|9.9.9`,
    "ValueSet/unheard-of",
    "http://snomed.info/sct?fhir_vs",
  ])("says nothing of %s, which is not held", (url) => {
    expect(terminology.members(url)).toBeUndefined();
  });

  test("goes up and down the hierarchy of a code system", () => {
    expect(terminology.descendants(INTERPRETATION, "A")).toEqual(expect.arrayContaining(["H", "HH", "L", "LL"]));
    expect(terminology.descendants(INTERPRETATION, "A")).not.toContain("A");
    expect(terminology.ancestors(INTERPRETATION, "HH")).toEqual(expect.arrayContaining(["H", "A"]));
    expect(terminology.descendants(systems.DATA_CLASS, "education")).toEqual([]);
  });

  test("says nothing of the hierarchy around a code that is not held", () => {
    expect(terminology.descendants(INTERPRETATION, "unheard-of")).toBeUndefined();
    expect(terminology.ancestors("https://example.org/unheard-of", "A")).toBeUndefined();
    // SNOMED CT has one, and it is not held.
    expect(terminology.descendants(systems.SNOMED, "952611000000105")).toBeUndefined();
  });

  test("knows of a system that is not held the codes that value sets name, and that these are not all", () => {
    const snomed = terminology.codeSystem(systems.SNOMED, undefined);
    expect(snomed?.isWhole).toBe(false);
    expect(snomed?.concepts.get("952611000000105")?.display).toContain("2 month questionnaire");
    expect(terminology.codeSystem(systems.DATA_CLASS, undefined)?.isWhole).toBe(true);
  });

  test("reads what is published once, when it is first asked", () => {
    let calls = 0;
    const counted = createTerminology(() => {
      calls++;
      return published;
    });
    expect(calls).toBe(0);
    counted.members(canonical("ValueSet", "data-class"));
    counted.descendants(INTERPRETATION, "A");
    expect(calls).toBe(1);
  });
});

describe("a value set that is sent along", () => {
  const DOMAIN = { system: systems.DEVELOPMENTAL_DOMAIN };
  const GOAL = { system: systems.EARLY_LEARNING_GOAL };
  const expanded = (include: object[], exclude?: object[]) =>
    terminology.compose({
      resourceType: "ValueSet",
      status: "active",
      compose: { include, ...(exclude && { exclude }) },
    });
  const codes = (include: object[], exclude?: object[]) => {
    const composed = expanded(include, exclude);
    return composed.ok ? composed.codes.map(({ code }) => code) : composed;
  };

  test.each([
    ["=", "domain", "fine-motor", ["E07"]],
    ["in", "domain", "fine-motor, gross-motor", ["E06", "E07"]],
    ["=", "counts-to-good-level", "false", ["E13", "E14", "E15", "E16", "E17"]],
    ["=", "code", "E01", ["E01"]],
    ["exists", "domain", "true", 17],
    ["exists", "domain", "false", 0],
    ["not-in", "code", "E01", 16],
    ["is-a", "concept", "E01", ["E01"]],
    ["descendent-of", "concept", "E01", []],
    ["is-not-a", "concept", "E01", 16],
  ])("filters by %s on %s %s", (op, property, value, expected) => {
    const found = codes([{ ...GOAL, filter: [{ op, property, value }] }]);
    if (typeof expected === "number") expect(found).toHaveLength(expected);
    else expect(found).toEqual(expected);
  });

  test.each([
    ["is-a", "H", ["H", "HH", "HU"]],
    ["generalizes", "HH", ["A", "H", "HH"]],
  ])("filters a hierarchy by %s", (op, value, expected) => {
    const found = codes([{ system: INTERPRETATION, filter: [{ op, property: "concept", value }] }]);
    expect(found).toEqual(expect.arrayContaining(expected));
    expect(found).not.toContain("L");
  });

  test("takes of a system only what is also in its value sets, and leaves out what is excluded", () => {
    const both = { ...GOAL, valueSet: [canonical("ValueSet", "any-early-learning-goal")] };
    expect(codes([both])).toHaveLength(17);
    expect(codes([{ ...DOMAIN, valueSet: [canonical("ValueSet", "early-learning-goal")] }])).toEqual([]);
    expect(codes([both], [{ ...GOAL, concept: [{ code: "E01" }] }])).toHaveLength(16);
  });

  test.each([
    [[{ system: systems.SNOMED }], { ok: false, missing: "CodeSystem" }],
    [[{ ...GOAL, version: "9.9.9" }], { ok: false, missing: "CodeSystem" }],
    [[{ valueSet: ["https://example.org/unheard-of"] }], { ok: false, missing: "ValueSet" }],
    [
      [{ ...GOAL, filter: [{ op: "regex", property: "code", value: ".*" }] }],
      { ok: false, unsupported: "the filter regex" },
    ],
  ])("is not written out in part: %j", (include, expected) => {
    expect(expanded(include)).toEqual(expected);
  });
});
