import type { StructureDefinition } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import { BASE, found, observation } from "../search.fixtures.ts";

describe("a uri", () => {
  const PROFILE = "http://example.org/fhir/StructureDefinition/weight";
  const RESOURCES = [
    observation("plain", { meta: { profile: [PROFILE], source: "http://source/system#message-1" } }),
    observation("versioned", { meta: { profile: [`${PROFILE}|2.0`], source: "http://source/system" } }),
    observation("longer", { meta: { profile: [`${PROFILE}-more`], source: "http://source/system/more" } }),
    observation("own", { meta: { profile: [`${BASE}/StructureDefinition/weight`], tag: [{ code: "t" }] } }),
  ];

  test.each([
    [`_profile=${PROFILE}`, ["plain", "versioned"]],
    [`_profile=${PROFILE}|2.0`.replace("|", "\\|"), ["versioned"]],
    ["_profile:below=http://example.org/fhir", ["longer", "plain", "versioned"]],
    ["_profile:below=http://example.org/fhir/Structure", []],
    [`_profile:above=${PROFILE}/part`, ["plain"]],
    ["_profile=StructureDefinition/weight", ["own"]],
    ["_profile:missing=false", ["longer", "own", "plain", "versioned"]],
    ["_source=http://source/system", ["plain", "versioned"]],
    ["_source=http://source/system%23message-1", ["plain"]],
    ["_source:below=http://source/system", ["longer", "versioned"]],
    ["_tag=t", ["own"]],
    ["_tag:not=t", ["longer", "plain", "versioned"]],
  ])("%s", (text, ids) => {
    expect(found("Observation", RESOURCES, text)).toEqual(ids);
  });

  test("is the key of a definition, and a canonical leads to any of its versions", () => {
    const definition: StructureDefinition = {
      resourceType: "StructureDefinition",
      id: "it",
      url: PROFILE,
      name: "Weight",
      status: "active",
      kind: "resource",
      abstract: false,
      type: "Observation",
      baseDefinition: "http://hl7.org/fhir/StructureDefinition/Observation|4.0.1",
    };
    for (const text of [
      `url=${PROFILE}`,
      "url:below=http://example.org/fhir",
      "base=http://hl7.org/fhir/StructureDefinition/Observation",
      "abstract=false",
      "name=wei",
    ]) {
      expect(found("StructureDefinition", [definition], text)).toEqual(["it"]);
    }
    expect(found("StructureDefinition", [definition], `url=${PROFILE}/`)).toEqual([]);
  });
});
