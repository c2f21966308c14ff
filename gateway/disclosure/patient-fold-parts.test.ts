import type { Patient } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import { NHS_NUMBER, NHS_NUMBER_STATUS_EXTENSION, UPN } from "#profiles/systems.ts";
import { type Contribution, foldPatient, type IdentifierSystems } from "./patient-fold.ts";

interface Folding {
  readonly identityOnly?: readonly Partial<Patient>[];
  readonly isRestricted?: boolean;
  readonly systems?: IdentifierSystems;
}

/** The newest first. */
function contributions(told: readonly Partial<Patient>[]): readonly Contribution[] {
  return told.map((patient, index) => ({
    source: `source-${index}`,
    lastUpdated: 100 - index,
    patient: { resourceType: "Patient", ...patient },
  }));
}

function fold(told: readonly Partial<Patient>[], folding: Folding = {}): Patient {
  const { identityOnly = [], isRestricted = false, systems = new Set([NHS_NUMBER]) } = folding;
  const options = { identityOnly: contributions(identityOnly), identifierSystems: systems, isRestricted };
  return foldPatient(contributions(told), options);
}

/** The elements of a Patient that another names. */
function partsOf(patient: Patient, like: object): object {
  return Object.fromEntries(Object.entries(patient).filter(([name]) => name in like));
}

const PLACE = [{ url: "urn:place", valueString: "Leeds" }];
const NAME = { family: "Okafor", given: ["Amara"] };
const number = (value: string, ...codes: readonly string[]) => ({
  system: NHS_NUMBER,
  value,
  ...(codes.length > 0 && {
    extension: codes.map((code) => ({
      url: NHS_NUMBER_STATUS_EXTENSION,
      valueCodeableConcept: { coding: [{ code }] },
    })),
  }),
});

describe("of a Patient is told", () => {
  test.each<[string, readonly Partial<Patient>[], Folding, object]>([
    ["that it is active, where nobody denies it", [{ active: true }, {}], {}, { active: true }],
    ["that it is not, where anybody denies it", [{ active: true }, { active: false }], {}, { active: false }],
    [
      "a name with a place in it, of whom nothing is hidden",
      [{ name: [{ ...NAME, extension: PLACE }] }],
      {},
      { name: [{ ...NAME, extension: PLACE }] },
    ],
    [
      "a restricted child's name without",
      [{ name: [{ ...NAME, extension: PLACE }] }],
      { isRestricted: true },
      { name: [NAME] },
    ],
    [
      "what of its extensions is no place",
      [{ name: [{ ...NAME, extension: [...PLACE, { url: "urn:code", valueCode: "c" }] }] }],
      { isRestricted: true },
      { name: [{ ...NAME, extension: [{ url: "urn:code", valueCode: "c" }] }] },
    ],
    [
      "the organisation that keeps the record",
      [{ managingOrganization: { display: "Park View" } }],
      {},
      { managingOrganization: { display: "Park View" } },
    ],
    [
      "not that of a restricted child",
      [{ managingOrganization: { display: "Park View" } }],
      { isRestricted: true },
      { managingOrganization: undefined },
    ],
    ["no label where there is no restriction", [{}], {}, { meta: { profile: expect.any(Array) } }],
    [
      "when it died, by whom that is known",
      [{ deceasedBoolean: true }, { deceasedDateTime: "2026-01-01" }],
      {},
      { deceasedDateTime: "2026-01-01", deceasedBoolean: undefined },
    ],
    [
      "that it died, where nobody says when",
      [{ deceasedBoolean: true }, {}],
      {},
      { deceasedBoolean: true, deceasedDateTime: undefined },
    ],
    [
      "that it lives, by who says so first",
      [{ deceasedBoolean: false }, { deceasedDateTime: "2026-01-01" }],
      {},
      { deceasedBoolean: false, deceasedDateTime: undefined },
    ],
    [
      "when it died, by who says so first",
      [{ deceasedDateTime: "2026-01-01" }, { deceasedBoolean: false }],
      {},
      { deceasedDateTime: "2026-01-01" },
    ],
    [
      "what the second says, of which the first says nothing",
      [{}, { deceasedBoolean: true }],
      {},
      { deceasedBoolean: true },
    ],
    [
      "a name once, in whatever letters",
      [{ name: [NAME] }, { name: [{ family: "OKAFOR", given: ["AMARA"] }] }],
      {},
      { name: [NAME] },
    ],
    [
      "a name without a family name beside one called undefined",
      [{ name: [{ given: ["Amara"] }, { family: "undefined", given: ["Amara"] }] }],
      {},
      { name: [{ given: ["Amara"] }, { family: "undefined", given: ["Amara"] }] },
    ],
    [
      "a name without a use beside one of a use called undefined",
      [{ name: [NAME, { ...NAME, use: "usual" }] }],
      {},
      { name: [NAME, { ...NAME, use: "usual" }] },
    ],
    ["a name of a family alone", [{ name: [{ family: "Okafor" }] }], {}, { name: [{ family: "Okafor" }] }],
    [
      "an identifier once",
      [{ identifier: [number("9990000018")] }, { identifier: [number("9990000018")] }],
      {},
      { identifier: [number("9990000018")] },
    ],
    [
      "a number once, as it is told first",
      [{ identifier: [number("9990000018")] }, { identifier: [{ ...number("9990000018"), use: "old" }] }],
      {},
      { identifier: [number("9990000018")] },
    ],
    [
      "several identifiers without a value",
      [
        {
          identifier: [
            { system: NHS_NUMBER, use: "old" },
            { system: NHS_NUMBER, use: "temp" },
          ],
        },
      ],
      {},
      {
        identifier: [
          { system: NHS_NUMBER, use: "old" },
          { system: NHS_NUMBER, use: "temp" },
        ],
      },
    ],
    [
      "several identifiers of a system",
      [{ identifier: [number("9990000018"), number("9990000026")] }],
      {},
      { identifier: [number("9990000018"), number("9990000026")] },
    ],
  ])("%s", (_, told, folding, expected) => {
    expect(partsOf(fold(told, folding), expected)).toEqual(expected);
  });

  test("nothing of places in whatever is not restricted is lost, and no label given", () => {
    expect(Object.keys(fold([{}]).meta ?? {})).toEqual(["profile"]);
    expect(fold([{ name: [NAME] }], { identityOnly: [{ name: [{ family: "Other" }] }] }).name).toEqual([NAME]);
  });
});

describe("a source that is withheld says who the child is, where nobody else does:", () => {
  const withheld: Partial<Patient> = {
    identifier: [number("9990000018"), { system: UPN, value: "a upn" }],
    name: [{ ...NAME, extension: PLACE }],
    gender: "female",
    birthDate: "2021-02-03",
    telecom: [{ value: "1" }],
  };
  const systems = new Set([NHS_NUMBER, UPN]);
  test.each<[string, Partial<Patient>, Folding, object]>([
    [
      "all of it",
      {},
      {},
      {
        identifier: [number("9990000018")],
        name: [{ ...NAME, extension: PLACE }],
        gender: "female",
        birthDate: "2021-02-03",
        telecom: undefined,
      },
    ],
    ["no number beside another", { identifier: [number("9990000026")] }, {}, { identifier: [number("9990000026")] }],
    [
      "a number before other identifiers",
      { identifier: [{ system: UPN, value: "b" }] },
      {},
      { identifier: [number("9990000018"), { system: UPN, value: "b" }] },
    ],
    [
      "no number beside one among several",
      { identifier: [{ system: UPN, value: "b" }, number("9990000026")] },
      {},
      { identifier: [{ system: UPN, value: "b" }, number("9990000026")] },
    ],
    ["no name beside another", { name: [{ family: "Okafor" }] }, {}, { name: [{ family: "Okafor" }] }],
    ["no gender beside another", { gender: "other" }, {}, { gender: "other" }],
    ["no birth date beside another", { birthDate: "2021-02" }, {}, { birthDate: "2021-02" }],
    ["of a restricted child no place in its name", {}, { isRestricted: true }, { name: [NAME] }],
  ])("%s", (_, told, folding, expected) => {
    const folded = fold([told], { ...folding, identityOnly: [withheld], systems });
    expect(partsOf(folded, expected)).toEqual(expected);
  });
});

describe("a number that the national register verified ranks its source first", () => {
  const other: Partial<Patient> = { gender: "male" };
  test.each<[string, Partial<Patient>, Patient["gender"]]>([
    ["as it does", { identifier: [number("9990000018", "01")] }, "female"],
    ["beside a status of another kind", { identifier: [number("9990000018", "02", "01")] }, "female"],
    ["beside other identifiers", { identifier: [{ system: UPN, value: "u" }, number("9990000018", "01")] }, "female"],
    ["one of another status does not", { identifier: [number("9990000018", "02")] }, "male"],
    ["one of no status does not", { identifier: [number("9990000018")] }, "male"],
    ["none does not", {}, "male"],
    ["the status of another identifier does not", { identifier: [{ ...number("1", "01"), system: UPN }] }, "male"],
    [
      "another extension of that code does not",
      {
        identifier: [
          {
            ...number("9990000018"),
            extension: [{ url: "urn:e", valueCodeableConcept: { coding: [{ code: "01" }] } }],
          },
        ],
      },
      "male",
    ],
    [
      "a status with another code beside does",
      {
        identifier: [
          {
            ...number("9990000018"),
            extension: [
              { url: NHS_NUMBER_STATUS_EXTENSION, valueCodeableConcept: { coding: [{ code: "x" }, { code: "01" }] } },
            ],
          },
        ],
      },
      "female",
    ],
  ])("%s", (_, told, gender) => {
    expect(fold([other, { ...told, gender: "female" }]).gender).toBe(gender);
  });
});

describe("of what is told at the same time", () => {
  const at = (source: string, localId: string | undefined, gender: "male" | "female"): Contribution => ({
    source,
    ...(localId !== undefined && { localId }),
    lastUpdated: 1,
    patient: { resourceType: "Patient", gender },
  });
  test.each<[string, Contribution, Contribution]>([
    ["the source's name decides", at("a", "2", "female"), at("b", "1", "male")],
    ["the source's name for the child decides", at("a", "1", "male"), at("a", "2", "female")],
    ["one without a name goes first", at("a", undefined, "male"), at("a", "1", "female")],
    ["the text of the nameless decides", at("a", undefined, "female"), at("a", undefined, "male")],
  ])("%s, in whatever order they come", (_, one, other) => {
    const options = { identityOnly: [], identifierSystems: "any", isRestricted: false } as const;
    expect(foldPatient([one, other], options).gender).toBe(one.patient.gender);
    expect(foldPatient([other, one], options).gender).toBe(one.patient.gender);
  });
});
