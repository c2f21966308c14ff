import { describe, expect, test } from "vitest";
import { elementsOf, minimised, minimisedTypes } from "./minimised.ts";

const SUBSETTED = { system: "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", code: "SUBSETTED" };
const CODE = { text: "a finding" };

describe("an agreement that names elements", () => {
  const elements = { Observation: ["note"] };
  test("minimises those types and no others", () => {
    expect(minimisedTypes({ elements })).toEqual(["Observation"]);
    expect(elementsOf({ elements }, "Observation")).toEqual(["note"]);
    expect(elementsOf({ elements }, "Patient")).toBeUndefined();
  });

  test("and one that names none minimises nothing", () => {
    expect(minimisedTypes({})).toEqual([]);
    expect(elementsOf({}, "Observation")).toBeUndefined();
  });
});

describe("of a resource stays", () => {
  const finding = { resourceType: "Observation", id: "o", status: "final", code: CODE };
  test.each<[string, readonly string[], object, object]>([
    ["what R4 calls mandatory", [], {}, {}],
    ["the extension of what is mandatory", [], { _status: { id: "s" } }, { _status: { id: "s" } }],
    ["what changes the meaning of the rest", [], { implicitRules: "urn:r" }, { implicitRules: "urn:r" }],
    ["an element that is named", ["note"], { note: [], issued: "t" }, { note: [] }],
    ["the extension of one that is named", ["issued"], { issued: "t", _issued: {} }, { issued: "t", _issued: {} }],
    ["no other", ["issued"], { note: [], _note: [], subject: {} }, {}],
    ["a value of any type", ["value"], { valueString: "v", _valueString: {} }, { valueString: "v", _valueString: {} }],
    [
      "no value of another choice",
      ["effective"],
      { valueString: "v", effectiveInstant: "t" },
      { effectiveInstant: "t" },
    ],
  ])("%s", (_, elements, more, kept) => {
    const meta = { tag: [SUBSETTED] };
    expect(minimised({ ...finding, ...more }, elements)).toEqual({ ...finding, ...kept, meta });
  });

  test("of a type without a shape, what is named", () => {
    expect(minimised({ resourceType: "Nothing", id: "n", a: 1, b: 2 }, ["a"])).toEqual({
      resourceType: "Nothing",
      id: "n",
      a: 1,
      meta: { tag: [SUBSETTED] },
    });
  });
});

describe("the mark of a part", () => {
  const tag = { system: "urn:x", code: "t" };
  test.each<[string, unknown, object]>([
    ["stands beside the rest of meta", { source: "urn:s" }, { source: "urn:s", tag: [SUBSETTED] }],
    ["stands beside other tags", { tag: [tag] }, { tag: [tag, SUBSETTED] }],
    ["stands once", { tag: [SUBSETTED, tag] }, { tag: [tag, SUBSETTED] }],
    [
      "takes away neither its code elsewhere nor another code of its system",
      {
        tag: [
          { ...SUBSETTED, system: "urn:x" },
          { ...SUBSETTED, code: "t" },
        ],
      },
      { tag: [{ ...SUBSETTED, system: "urn:x" }, { ...SUBSETTED, code: "t" }, SUBSETTED] },
    ],
    ["stands in the place of tags that are no list", { tag: {} }, { tag: [SUBSETTED] }],
    ["stands where there is no meta", undefined, { tag: [SUBSETTED] }],
    ["stands in the place of meta that is none", null, { tag: [SUBSETTED] }],
    ["and of meta that is text", "meta", { tag: [SUBSETTED] }],
  ])("%s", (_, meta, expected) => {
    expect(minimised({ resourceType: "Nothing", meta }, []).meta).toEqual(expected);
  });
});
