import type { StandInPerson } from "./person.ts";
import type { ScoredPerson } from "./search-people.ts";

const CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";

/** Present details alone; of a restricted person no place and nothing to reach them by. */
export function toPatientJson(person: StandInPerson) {
  const { nhsNumber, names, birthDate, gender, isRestricted, birthOrder } = person;
  return {
    resourceType: "Patient",
    id: nhsNumber,
    identifier: [
      {
        system: "https://fhir.nhs.uk/Id/nhs-number",
        value: nhsNumber,
        extension: [
          {
            url: "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
            valueCodeableConcept: {
              coding: [
                {
                  system: "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus",
                  version: "1.0.0",
                  code: "01",
                  display: "Number present and verified",
                },
              ],
            },
          },
        ],
      },
    ],
    meta: {
      versionId: "1",
      security: [
        {
          system: CONFIDENTIALITY,
          ...(isRestricted === true ? { code: "R", display: "restricted" } : { code: "U", display: "unrestricted" }),
        },
      ],
    },
    name: names
      .filter(({ isPast }) => isPast !== true)
      .map(({ given, family }, n) => ({ id: String(n + 1), use: "usual", given, family })),
    gender,
    birthDate,
    ...(birthOrder === undefined ? {} : { multipleBirthInteger: birthOrder }),
    ...(isRestricted === true ? {} : toPlaces(person)),
  };
}

function toPlaces({ addresses, emails = [], phones = [], practice }: StandInPerson) {
  const telecom = [
    ...phones.map((phone) => ({ ...phone, system: "phone" })),
    ...emails.map((email) => ({ ...email, system: "email" })),
  ].filter(({ isPast }) => isPast !== true);
  return {
    address: addresses
      .filter(({ isPast }) => isPast !== true)
      .map(({ lines = [], postcode }, n) => ({ id: String(n + 1), use: "home", line: lines, postalCode: postcode })),
    ...(telecom.length === 0 ? {} : { telecom: telecom.map(({ system, value }) => ({ system, value, use: "home" })) }),
    ...(practice === undefined
      ? {}
      : {
          generalPractitioner: [
            {
              type: "Organization",
              identifier: { system: "https://fhir.nhs.uk/Id/ods-organization-code", value: practice },
            },
          ],
        }),
  };
}

export function toSearchset(found: readonly ScoredPerson[], baseUrl: string, now: number) {
  return {
    resourceType: "Bundle",
    type: "searchset",
    timestamp: new Date(now).toISOString(),
    total: found.length,
    // Left out when there is nobody.
    ...(found.length === 0
      ? {}
      : {
          entry: found.map(({ person, score }) => ({
            fullUrl: `${baseUrl}/Patient/${person.nhsNumber}`,
            search: { score },
            resource: toPatientJson(person),
          })),
        }),
  };
}
