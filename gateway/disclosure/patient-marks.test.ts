import type { Patient } from "@medplum/fhirtypes";
import { expect, test } from "vitest";
import { CONFIDENTIALITY, HANDLING_LABEL } from "#profiles/systems.ts";
import { type IdentifierSystems, isMarkedRestricted, isShown } from "./patient-fold.ts";

test.each<[string, Patient["meta"], boolean]>([
  ["nothing", undefined, false],
  ["no labels", {}, false],
  ["a confidentiality of R", { security: [{ system: CONFIDENTIALITY, code: "R" }] }, true],
  ["one of V", { security: [{ system: CONFIDENTIALITY, code: "V" }] }, true],
  ["one of N", { security: [{ system: CONFIDENTIALITY, code: "N" }] }, false],
  ["an R of another system", { security: [{ system: "urn:x", code: "R" }] }, false],
  ["a handling that hides a place", { security: [{ system: HANDLING_LABEL, code: "PDS-R" }] }, true],
  ["a handling that hides none", { security: [{ system: HANDLING_LABEL, code: "do-not-inform-family" }] }, false],
  ["a handling called R", { security: [{ system: HANDLING_LABEL, code: "R" }] }, false],
  [
    "a mark among others",
    {
      security: [
        { system: "urn:x", code: "t" },
        { system: CONFIDENTIALITY, code: "R" },
      ],
    },
    true,
  ],
])("a child is restricted, or is not, by %s", (_, meta, expected) => {
  expect(isMarkedRestricted({ resourceType: "Patient", ...(meta && { meta }) })).toBe(expected);
});

test.each<[string, IdentifierSystems, string | undefined, boolean]>([
  ["of any system", "any", "urn:x", true],
  ["without a system, where any is shown", "any", undefined, true],
  ["of one that is named", new Set(["urn:x"]), "urn:x", true],
  ["of another", new Set(["urn:x"]), "urn:y", false],
  ["without a system", new Set(["urn:x"]), undefined, false],
])("an identifier %s is shown, or is not", (_, systems, system, expected) => {
  expect(isShown(system === undefined ? { value: "1" } : { system, value: "1" }, systems)).toBe(expected);
});
