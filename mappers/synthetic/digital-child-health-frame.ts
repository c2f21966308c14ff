import type { SourceRecord } from "./records.ts";

/** What decides the frame of a message: the event, the kind of contact and its day. */
export interface Contact {
  readonly event: string;
  readonly encounterType: string;
  readonly date: string;
}

const STU3 = "https://fhir.nhs.uk/STU3";
const CARE_CONNECT = "https://fhir.hl7.org.uk/STU3";

export function header(
  { event, date }: Contact,
  of: { readonly organization: string; readonly encounter: string },
): object {
  return {
    resourceType: "MessageHeader",
    meta: { lastUpdated: `${date}T15:00:00.000+00:00` },
    extension: [
      {
        url: `${STU3}/StructureDefinition/Extension-DCH-MessageEventType-1`,
        valueCodeableConcept: { coding: [{ system: `${STU3}/CodeSystem/DCH-MessageEventType-1`, code: "new" }] },
      },
    ],
    event: { system: `${STU3}/CodeSystem/DCH-ChildHealthEventType-1`, code: event },
    timestamp: `${date}T15:00:00+00:00`,
    source: { endpoint: "urn:nhs-uk:addressing:ods:synthetic" },
    responsible: { reference: of.organization },
    focus: [{ reference: of.encounter }],
  };
}

export function patient({ held, restricted }: SourceRecord<unknown>): object {
  return {
    resourceType: "Patient",
    meta: { profile: [`${STU3}/StructureDefinition/CareConnect-DCH-Patient-1`] },
    ...(held.nhsNumber === undefined
      ? {}
      : {
          identifier: [
            {
              extension: [
                {
                  url: `${CARE_CONNECT}/StructureDefinition/Extension-CareConnect-NHSNumberVerificationStatus-1`,
                  valueCodeableConcept: {
                    coding: [
                      {
                        system: `${CARE_CONNECT}/CodeSystem/CareConnect-NHSNumberVerificationStatus-1`,
                        code: "01",
                      },
                    ],
                  },
                },
              ],
              system: "https://fhir.nhs.uk/Id/nhs-number",
              value: held.nhsNumber,
            },
          ],
        }),
    name: [{ use: "official", family: held.family, given: [held.given] }],
    gender: held.sex,
    birthDate: held.birthDate,
    ...(restricted === true || held.postcode === undefined
      ? {}
      : { address: [{ use: "home", postalCode: held.postcode }] }),
  };
}

export function encounter(
  { encounterType, date }: Contact,
  of: { readonly organization: string; readonly patient: string },
): object {
  return {
    resourceType: "Encounter",
    status: "finished",
    type: [{ coding: [{ system: `${STU3}/CodeSystem/DCH-ChildHealthEncounterType-1`, code: encounterType }] }],
    subject: { reference: of.patient },
    period: { start: date },
    serviceProvider: { reference: of.organization },
  };
}
