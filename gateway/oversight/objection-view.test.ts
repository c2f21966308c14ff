import type { Consent } from "@medplum/fhirtypes";
import { expect, test } from "vitest";
import { ACT_CODE, DATA_CLASS } from "#profiles/systems.ts";
import { classesOf, resourcesOf } from "./objection-view.ts";

const instance = (reference: string) => ({ meaning: "instance" as const, reference: { reference } });

test("whoever decides on an objection to single findings sees which, and not that it is about everything", () => {
  const objection: Consent = {
    resourceType: "Consent",
    status: "active",
    scope: {},
    category: [{}],
    policyRule: { coding: [{ system: ACT_CODE, code: "OPTIN" }] },
    provision: {
      type: "permit",
      data: [instance("Observation/shared")],
      provision: [
        { type: "deny", data: [instance("Observation/one"), instance("Observation/two")] },
        { type: "deny", class: [{ system: DATA_CLASS, code: "education" }], data: [instance("Observation/one")] },
      ],
    },
  };
  expect(classesOf(objection)).toEqual(["education"]);
  expect(resourcesOf(objection)).toEqual(["Observation/one", "Observation/two"]);
});
