import type { Observation, Resource } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import { canonical } from "#profiles/canonical.ts";
import { EARLY_YEARS_OBSERVATION, GOOD_LEVEL_OF_DEVELOPMENT } from "#profiles/systems.ts";
import { validate } from "./validate.ts";

const PROFILE = canonical("StructureDefinition", "good-level-of-development");

const VALID: Observation = {
  resourceType: "Observation",
  meta: { profile: [PROFILE] },
  status: "final",
  code: {
    coding: [{ system: EARLY_YEARS_OBSERVATION, code: "good-level-of-development", display: "Good level" }],
    text: "Good level of development",
  },
  subject: { reference: "Patient/1" },
  effectiveDateTime: "2025-06-30",
  valueCodeableConcept: { coding: [{ system: GOOD_LEVEL_OF_DEVELOPMENT, code: "achieved" }] },
};

const errorsOf = (resource: Resource) =>
  validate(resource)
    .filter(({ severity }) => severity === "error")
    .map(({ expression }) => expression);

describe("validate", () => {
  test("finds nothing wrong with a resource that keeps base R4 and the profile it claims", () => {
    expect(errorsOf(VALID)).toEqual([]);
  });

  const { subject: _, ...withoutSubject } = VALID;
  const { valueCodeableConcept: __, ...withoutValue } = VALID;
  const cases: [string, Resource, string][] = [
    ["an element that the profile requires", withoutSubject, "Observation.subject"],
    ["a value of any type that the profile requires", withoutValue, "Observation.value"],
    [
      "the text that the profile requires",
      { ...VALID, code: { coding: VALID.code?.coding ?? [] } },
      "Observation.code.text",
    ],
    [
      "the code that the profile fixes",
      { ...VALID, code: { text: "Another", coding: [{ system: EARLY_YEARS_OBSERVATION, code: "other" }] } },
      "Observation.code",
    ],
    [
      "the type that the profile is for",
      { resourceType: "Patient", meta: { profile: [PROFILE] } },
      "Patient.meta.profile",
    ],
  ];
  test.each(cases)("misses %s", (_, resource, expression) => {
    expect(errorsOf(resource)).toEqual([expression]);
  });

  test("asks nothing of the profile from a resource that does not claim it", () => {
    const { meta: _, ...unclaimed } = withoutSubject;
    expect(errorsOf(unclaimed)).toEqual([]);
  });

  test("lets a profile pass that is not at hand", () => {
    expect(errorsOf({ ...VALID, meta: { profile: ["https://elsewhere.example/StructureDefinition/x"] } })).toEqual([]);
  });

  test("tells what base R4 forbids before any profile is looked at", () => {
    const wrong = JSON.parse(JSON.stringify({ ...withoutSubject, status: "done" }));
    expect(errorsOf(wrong)).toEqual(["Observation.status"]);
  });
});
