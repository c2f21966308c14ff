import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { SHAPED_ELEMENTS } from "#profiles/generated/summary-elements.ts";
import { validateBase } from "#profiles/generated/validators.ts";
import type { Shape } from "../search/search-query.ts";
import { SUBSETTED_TAG, shapeBytes } from "./shape.ts";

const OBSERVATION = `{"resourceType":"Observation","id":"o","meta":{"versionId":"1","tag":[{"code":"t"}]},"implicitRules":"urn:r","language":"en","text":{"status":"empty","div":"<div/>"},"contained":[{"resourceType":"Practitioner","id":"p"}],"extension":[{"url":"urn:e"}],"modifierExtension":[{"url":"urn:m"}],"status":"final","_status":{"id":"s"},"category":[{"text":"c"}],"code":{"text":"weight","extension":[{"url":"urn:x"}]},"subject":{"reference":"Patient/p"},"valueQuantity":{"value":10.50},"note":[{"text":"n"}],"component":[{"id":"c1","extension":[{"url":"urn:e"}],"code":{"text":"part"},"valueInteger":1,"interpretation":[{"text":"high"}]}]}`;

function shaped(shape: Shape, body = OBSERVATION) {
  const text = shapeBytes(Buffer.from(body), shape).toString();
  const { meta, resourceType, id, ...rest } = JSON.parse(text);
  return { text, meta, resourceType, id, rest };
}

const ALWAYS = ["implicitRules", "modifierExtension", "status", "_status", "code"];

describe("a part of a resource", () => {
  test.each<[string, Shape, readonly string[]]>([
    ["true", { kind: "summary", summary: "true" }, [...ALWAYS, "subject", "valueQuantity", "component"]],
    ["text", { kind: "summary", summary: "text" }, ["text", "status", "_status", "code"]],
    [
      "data",
      { kind: "summary", summary: "data" },
      [...ALWAYS, "language", "contained", "extension", "category", "subject", "valueQuantity", "note", "component"],
    ],
    ["of one element", { kind: "elements", elements: ["note"] }, [...ALWAYS, "note"]],
    ["of a choice", { kind: "elements", elements: ["value"] }, [...ALWAYS, "valueQuantity"]],
    [
      "of an element named with its type",
      { kind: "elements", elements: ["Observation.subject"] },
      [...ALWAYS, "subject"],
    ],
    ["of elements of another type", { kind: "elements", elements: ["birthDate", "constructor"] }, ALWAYS],
  ])("%s has its elements, and those that may not be missing", (_, shape, names) => {
    const { rest, meta, id, resourceType } = shaped(shape);
    expect(Object.keys(rest).sort()).toEqual([...names].sort());
    expect([resourceType, id]).toEqual(["Observation", "o"]);
    expect(meta).toEqual({ versionId: "1", tag: [{ code: "t" }, SUBSETTED_TAG] });
  });

  test("keeps the digits of numbers", () => {
    expect(shaped({ kind: "summary", summary: "data" }).text).toContain('"value":10.50}');
  });

  test("true goes into elements whose parts are marked one by one", () => {
    const { rest } = shaped({ kind: "summary", summary: "true" });
    expect(rest.component).toEqual([{ id: "c1", code: { text: "part" }, valueInteger: 1 }]);
  });

  test("is tagged once, however often it is taken", () => {
    const shape: Shape = { kind: "summary", summary: "data" };
    const once = shapeBytes(Buffer.from(OBSERVATION), shape);
    expect(shapeBytes(once, shape)).toEqual(once);
  });

  const examples = new URL("../../node_modules/hl7.fhir.r4.examples/", import.meta.url);
  const files = readdirSync(examples);
  const TYPES = ["Patient", "Observation", "Consent", "Organization", "Practitioner", "PractitionerRole", "Provenance"];

  test.each(TYPES)("of every R4 example of %s lacks nothing that its type requires, and adds nothing", (type) => {
    expect(SHAPED_ELEMENTS.has(type)).toBe(true);
    const ofType = files.filter((name) => name.startsWith(`${type}-`));
    expect(ofType).not.toEqual([]);
    for (const file of ofType) {
      const whole = JSON.parse(readFileSync(new URL(file, examples), "utf8"));
      for (const summary of ["true", "text", "data"] as const) {
        const { text, rest } = shaped({ kind: "summary", summary }, JSON.stringify(whole));
        // Rules that tie elements together cannot all hold for some of them.
        const flaws = validateBase(JSON.parse(text)).filter(({ code }) => code !== "invariant");
        expect([file, summary, flaws]).toEqual([file, summary, []]);
        for (const name of Object.keys(rest)) expect(whole).toHaveProperty([name]);
      }
    }
  });
});
