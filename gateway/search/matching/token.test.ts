import type { Observation, Patient } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import { found, observation } from "../search.fixtures.ts";

describe("a token", () => {
  const coded = (id: string, system: string | undefined, code: string, display?: string): Observation =>
    observation(id, {
      code: { coding: [{ ...(system === undefined ? {} : { system }), code, ...(display ? { display } : {}) }] },
    });
  const CODES = [
    coded("root", "urn:s", "root", "Tension headache"),
    coded("branch", "urn:s", "branch", "Headache"),
    coded("leaf", "urn:s", "leaf"),
    coded("elsewhere", "urn:other", "leaf"),
    coded("bare", undefined, "leaf"),
    observation("text", { code: { text: "Head count" } }),
    observation("two", { code: { coding: [{ system: "urn:s", code: "leaf" }, { code: "x" }] } }),
  ];

  test.each([
    ["code=leaf", ["bare", "elsewhere", "leaf", "two"]],
    ["code=LEAF", []],
    ["code=urn:s|leaf", ["leaf", "two"]],
    ["code=|leaf", ["bare"]],
    ["code=urn:s|", ["branch", "leaf", "root", "two"]],
    ["code:not=leaf", ["branch", "root", "text"]],
    ["code:not=urn:s|leaf,urn:s|root", ["bare", "branch", "elsewhere", "text"]],
    ["code:text=head", ["branch", "root", "text"]],
    ["code:text=tension", ["root"]],
    ["code:in=urn:vs", ["leaf", "two"]],
    ["code:not-in=urn:vs", ["bare", "branch", "elsewhere", "root", "text"]],
    ["code:below=urn:s|branch", ["branch", "leaf", "two"]],
    ["code:above=urn:s|branch", ["branch", "root"]],
    ["code:missing=true", []],
    ["code=root&code:not=leaf", ["root"]],
  ])("%s", (text, ids) => {
    expect(found("Observation", CODES, text)).toEqual(ids);
  });

  const PATIENTS: readonly Patient[] = [
    {
      resourceType: "Patient",
      id: "full",
      active: true,
      gender: "female",
      telecom: [
        { system: "phone", value: "0113 496 0001" },
        { system: "email", value: "Ann@Example.org" },
      ],
      identifier: [
        {
          type: { coding: [{ system: "urn:t", code: "MR" }], text: "Medical record" },
          system: "urn:mr",
          value: "446053",
        },
      ],
      deceasedDateTime: "2025-01-01",
      birthDate: "2024-02-03",
    },
    { resourceType: "Patient", id: "none" },
    {
      resourceType: "Patient",
      id: "extended",
      gender: "male",
      ...{ _birthDate: { extension: [{ url: "urn:absent", valueCode: "unknown" }] } },
      identifier: [{ extension: [{ url: "urn:absent", valueCode: "unknown" }] }],
    },
  ];

  test.each([
    ["identifier:of-type=urn:t|MR|446053", ["full"]],
    ["identifier:of-type=urn:t|SS|446053", []],
    ["identifier:text=medical", ["full"]],
    ["identifier:missing=true", ["extended", "none"]],
    ["birthdate:missing=true", ["extended", "none"]],
    ["birthdate:missing=false", ["full"]],
    ["gender:not=male", ["full", "none"]],
    ["gender=http://hl7.org/fhir/administrative-gender|male", ["extended"]],
    ["active=true", ["full"]],
    ["active:not=true", ["extended", "none"]],
    ["deceased=true", ["full"]],
    ["deceased=false", ["extended", "none"]],
    ["phone=01134960001", ["full"]],
    ["telecom=ann@example.org", ["full"]],
    ["email=0113 496 0001", []],
    ["gender:in=urn:vs", []],
  ])("%s", (text, ids) => {
    expect(found("Patient", PATIENTS, text)).toEqual(ids);
  });
});
