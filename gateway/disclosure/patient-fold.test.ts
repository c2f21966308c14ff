import type { Patient } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import { CONFIDENTIALITY, NHS_NUMBER, NHS_NUMBER_STATUS_EXTENSION, UPN } from "#profiles/systems.ts";
import { type Contribution, foldPatient, isMarkedRestricted } from "./patient-fold.ts";

const ODS = "https://fhir.nhs.uk/Id/ods-organization-code";

function fold(contributions: readonly Contribution[], identifierSystems: readonly string[]): Patient {
  return foldPatient(contributions, {
    identifierSystems: new Set(identifierSystems),
    isRestricted: false,
    identityOnly: [],
  });
}

describe("a Patient folded from several sources", () => {
  const verified: Patient = {
    resourceType: "Patient",
    identifier: [
      {
        system: NHS_NUMBER,
        value: "9990000018",
        extension: [{ url: NHS_NUMBER_STATUS_EXTENSION, valueCodeableConcept: { coding: [{ code: "01" }] } }],
      },
    ],
    name: [{ family: "Okafor", given: ["Amara"] }],
    gender: "female",
    birthDate: "2021-02-03",
    address: [{ postalCode: "LS6 2CK" }],
    generalPractitioner: [{ identifier: { value: "Z1" } }],
  };
  const education: Patient = {
    resourceType: "Patient",
    identifier: [{ system: UPN, value: "a upn" }],
    name: [{ family: "OKAFOR", given: ["AMARA"] }],
    gender: "male",
  };
  const contributions = [
    { source: "leeds-eyfsp", lastUpdated: 2, patient: education },
    { source: "leeds-csds", lastUpdated: 1, patient: verified },
  ];

  test("takes single values from the source with a verified NHS number, and each name once", () => {
    expect(fold(contributions, [NHS_NUMBER, UPN])).toMatchObject({
      identifier: [{ value: "9990000018" }, { value: "a upn" }],
      name: [{ family: "Okafor" }],
      gender: "female",
      birthDate: "2021-02-03",
    });
  });

  test("shows only identifiers that the agreement names", () => {
    const folded = fold(contributions, [NHS_NUMBER]);
    expect(folded.identifier?.map(({ system }) => system)).toEqual([NHS_NUMBER]);
    expect(JSON.stringify(folded)).not.toContain("a upn");
  });

  test("takes from a withheld source no more than who the child is, and only what nobody else says", () => {
    const options = { identifierSystems: new Set([NHS_NUMBER, UPN]), isRestricted: false };
    const [fromSchool, fromHealth] = contributions;
    if (!fromSchool || !fromHealth) throw new Error("two contributions");
    const filled = foldPatient([fromSchool], { ...options, identityOnly: [fromHealth] });
    expect(filled).toMatchObject({
      identifier: [{ value: "9990000018" }, { value: "a upn" }],
      name: [{ family: "OKAFOR" }],
      gender: "male",
      birthDate: "2021-02-03",
    });
    expect(filled).not.toHaveProperty("address");
    expect(filled).not.toHaveProperty("generalPractitioner");
    expect(foldPatient([fromHealth], { ...options, identityOnly: [fromSchool] })).toEqual(
      foldPatient([fromHealth], { ...options, identityOnly: [] }),
    );
  });

  test("tells no place of a restricted child, and says that it is restricted", () => {
    const folded = foldPatient(contributions, {
      identifierSystems: new Set([NHS_NUMBER]),
      isRestricted: true,
      identityOnly: [],
    });
    expect(folded).not.toHaveProperty("address");
    expect(folded).not.toHaveProperty("generalPractitioner");
    expect(folded.birthDate).toBe("2021-02-03");
    expect(folded.meta?.security).toMatchObject([{ code: "R" }]);
  });

  test.each([
    ["R", true],
    ["V", true],
    ["U", false],
  ])("a mark of %s makes the child restricted: %s", (code, isRestricted) => {
    const marked = { ...education, meta: { security: [{ system: CONFIDENTIALITY, code }] } };
    expect(isMarkedRestricted(marked)).toBe(isRestricted);
  });

  const practice = (value: string, period?: { readonly start?: string; readonly end?: string }) => ({
    type: "Organization" as const,
    identifier: { system: ODS, value, ...(period && { period }) },
  });
  const told = (patient: Partial<Patient>, lastUpdated: number, source = `s${lastUpdated}`): Contribution => ({
    source,
    lastUpdated,
    patient: { resourceType: "Patient", ...patient },
  });

  test.each<readonly [string, readonly Partial<Patient>[], Partial<Patient>]>([
    [
      "a practice once, by whoever dates the registration",
      [
        { generalPractitioner: [practice("Z1")] },
        { generalPractitioner: [practice("Z1", { start: "2022-09-23" })] },
        { generalPractitioner: [practice("Z1", { start: "2022-09-24" })] },
      ],
      { generalPractitioner: [practice("Z1", { start: "2022-09-23" })] },
    ],
    [
      "two practices in the order of those who name them",
      [{ generalPractitioner: [practice("Z2")] }, { generalPractitioner: [practice("Z1", { end: "2024-03-31" })] }],
      { generalPractitioner: [practice("Z2"), practice("Z1", { end: "2024-03-31" })] },
    ],
    [
      "a practice twice that one source says the child came back to",
      [
        { generalPractitioner: [practice("Z1", { start: "2024-01-01" }), practice("Z1", { end: "2022-12-31" })] },
        { generalPractitioner: [practice("Z1")] },
      ],
      { generalPractitioner: [practice("Z1", { start: "2024-01-01" }), practice("Z1", { end: "2022-12-31" })] },
    ],
    [
      "an address once, by whoever says most of it",
      [
        { address: [{ use: "home", postalCode: "LS6 2CK" }] },
        { address: [{ use: "home", line: ["1 Mill Lane"], postalCode: "LS6 2CK" }] },
        { address: [{ use: "home", line: ["1 MILL LANE"], postalCode: "ls62ck" }] },
      ],
      { address: [{ use: "home", line: ["1 Mill Lane"], postalCode: "LS6 2CK" }] },
    ],
    [
      "two addresses, the newest first",
      [{ address: [{ postalCode: "LS6 2CK" }] }, { address: [{ postalCode: "LS7 4CI" }] }],
      { address: [{ postalCode: "LS6 2CK" }, { postalCode: "LS7 4CI" }] },
    ],
    [
      "a death once, with its day where anyone knows it",
      [{ deceasedBoolean: true }, { deceasedDateTime: "2024-05-01" }],
      { deceasedDateTime: "2024-05-01" },
    ],
    [
      "no death against a newer word",
      [{ deceasedBoolean: false }, { deceasedDateTime: "2024-05-01" }],
      { deceasedBoolean: false },
    ],
    [
      "a twin once, with its place where anyone knows it",
      [{ multipleBirthBoolean: true }, { multipleBirthInteger: 2 }],
      { multipleBirthInteger: 2 },
    ],
  ])("tells %s", (_, newestFirst, expected) => {
    const {
      resourceType: _type,
      meta: _meta,
      active: _active,
      ...folded
    } = fold(
      newestFirst.map((patient, place) => told(patient, newestFirst.length - place)),
      [],
    );
    expect(folded).toEqual(expected);
  });

  test("does not depend on the order of two records of one source that came in together", () => {
    const records = ["Ada", "Eda"].map((given) =>
      told({ name: [{ given: [given] }], birthDate: "2021-02-03" }, 1, "s"),
    );
    expect(fold(records, []).name).toHaveLength(2);
    expect(fold([...records].reverse(), [])).toEqual(fold(records, []));
  });

  test("tells of a restricted child's extensions those that name no place", () => {
    const ethnicity = { url: "urn:ethnicity", valueCodeableConcept: { text: "any" } };
    const birthPlace = { url: "urn:birth-place", valueAddress: { city: "Leeds" } };
    const options = { identifierSystems: new Set<string>(), identityOnly: [] };
    const patient = [told({ extension: [birthPlace, ethnicity] }, 1)];
    expect(foldPatient(patient, { ...options, isRestricted: true }).extension).toEqual([ethnicity]);
    expect(foldPatient(patient, { ...options, isRestricted: false }).extension).toHaveLength(2);
  });

  test("does not say who gave a restricted child its number", () => {
    const identifier = [
      { system: "urn:numbers", value: "7", assigner: { identifier: { system: ODS, value: "Z9911" } } },
    ];
    const options = { identifierSystems: new Set(["urn:numbers"]), identityOnly: [] };
    const patient = [told({ identifier }, 1)];
    expect(foldPatient(patient, { ...options, isRestricted: true }).identifier).toEqual([
      { system: "urn:numbers", value: "7" },
    ]);
    expect(foldPatient(patient, { ...options, isRestricted: false }).identifier).toEqual(identifier);
  });

  test("does not depend on the order of its contributions", () => {
    expect(fold([...contributions].reverse(), [UPN])).toEqual(fold(contributions, [UPN]));
  });
});
