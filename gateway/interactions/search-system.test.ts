import type { Bundle } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { wholeBody } from "./answer.ts";
import { createFamilies, outcomesOf } from "./search-flow.fixtures.ts";
import { FHIR, names, practice, type SearchWorld } from "./search-world.fixtures.ts";

let world: SearchWorld;

beforeAll(async () => {
  world = await createFamilies();
});
afterAll(() => world[Symbol.asyncDispose]());

describe("search-system", () => {
  test.each<[string, string, readonly string[]]>([
    [
      "finds several types by what they share",
      "?_type=Patient,Observation&_id=ada,b-height",
      ["Patient/ada", "Observation/b-height"],
    ],
    [
      "stands record by record, the child first",
      "?_type=Observation,Patient&_lastUpdated=ge2026-01-01",
      [
        "Patient/ada",
        "Observation/a-panel",
        "Observation/a-weight",
        "Observation/a-height",
        "Patient/bo",
        "Observation/b-height",
      ],
    ],
    [
      "takes all types that the scopes reach without _type",
      "?_id=ada,visitor,data-class",
      ["ValueSet/data-class", "CodeSystem/data-class", "Patient/ada", "Practitioner/visitor"],
    ],
  ])("%s", async (_, address, expected) => {
    expect(names(await world.bundle(practice(), address))).toEqual(expected);
  });

  test("follows references of any of its types", async () => {
    const address =
      "?_type=Organization,Observation&_id=a-height&_include=Observation:subject&_revinclude=Observation:has-member";
    expect([...names(await world.bundle(practice(), address), "include")].sort()).toEqual([
      "Observation/a-panel",
      "Patient/ada",
    ]);
  });

  test("shows the types in its self link", async () => {
    const { link } = await world.bundle(practice(), "?_type=Patient,Observation&_id=ada");
    expect(link?.[0]?.url).toBe(`${FHIR}/?_type=Patient,Observation&_id=ada`);
  });

  test("takes parameters of all its types alone", async () => {
    const result = await world.ask(practice(), "?_type=Patient,Observation&code=x");
    expect(result).toMatchObject({ ok: false, issues: [{ kind: "unknown-parameter", type: "Patient" }] });
  });

  test("ignores for all types, when it may, what one of them does not know", async () => {
    const address = "?_type=Observation,Patient&code=29463-7&_id=ada,a-height";
    const result = await world.ask(practice(), address, "lenient");
    const bundle: Bundle = JSON.parse(result.ok ? wholeBody(result.answer.body).toString() : "{}");
    expect(names(bundle, "match")).toEqual(["Patient/ada", "Observation/a-height"]);
    expect(bundle.link?.[0]?.url).toBe(`${FHIR}/?_type=Observation,Patient&_id=ada%2Ca-height`);
    expect(outcomesOf(bundle)).toEqual([["warning", expect.stringMatching(/lenient allows: code\./)]]);
  });

  test.each([
    ["_type=Patient,Nothing", "bad-parameter-value"],
    ["_type=Patient,Organization", "insufficient-scope"],
  ])("refuses %s", async (query, kind) => {
    expect(await world.ask(practice({}, "system/Patient.rs"), `?${query}`)).toMatchObject({
      ok: false,
      issues: [{ kind }],
    });
  });
});

describe("search-compartment", () => {
  test.each<[string, string, readonly string[]]>([
    [
      "one type of a child",
      "Patient/ada/Observation",
      ["Observation/a-panel", "Observation/a-weight", "Observation/a-height"],
    ],
    ["with parameters of the type", "Patient/ada/Observation?code=29463-7", ["Observation/a-weight"]],
    [
      "every type of a child",
      "Patient/ada/*",
      ["Patient/ada", "Observation/a-panel", "Observation/a-weight", "Observation/a-height", "Provenance/a-told"],
    ],
    ["some types of a child", "Patient/bo/*?_type=Observation", ["Observation/b-height"]],
    ["the Patient itself", "Patient/bo/Patient", ["Patient/bo"]],
    ["nothing of a child who is hidden", "Patient/hidden/Observation", []],
    ["nothing of a child who is not there", "Patient/nobody/*", []],
  ])("finds %s", async (_, address, expected) => {
    expect(names(await world.bundle(practice(), address))).toEqual(expected);
  });
});
