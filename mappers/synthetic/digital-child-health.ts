import { areaOf } from "./areas.ts";
import { impossibleDateOf, withWrongCheckDigit } from "./flaws.ts";
import type { SourceRecord } from "./records.ts";
import type { ProgressStory } from "./stories.ts";

type ProgressRecord = SourceRecord<ProgressStory>;

const STU3 = "https://fhir.nhs.uk/STU3";
const CARE_CONNECT = "https://fhir.hl7.org.uk/STU3";
const NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number";
const ODS_ORGANIZATION = "https://fhir.nhs.uk/Id/ods-organization-code";
const CONFIDENTIALITY = "http://hl7.org/fhir/v3/Confidentiality";
const PARENTAL_CONSENT = { Y: "Parental consent obtained", N: "Parental consent not obtained" } as const;

/** Parts of a message that have an identifier of their own. */
const PARTS = ["bundle", "header", "organization", "patient", "encounter", "progress", "practitioner"] as const;
type Part = (typeof PARTS)[number];

/** A UUID that keeps the serial number of the child's local id, so that two messages never share one. */
function uuidOf({ held }: ProgressRecord, part: Part): string {
  const serial = held.localId.replaceAll(/[^0-9]/g, "").padStart(12, "0");
  return `5e9d0c11-${String(PARTS.indexOf(part)).padStart(4, "0")}-4000-8000-${serial}`;
}

/** What the message is called as a source record: the encounter, which a later message about the review keeps, and the event. */
export function progressRecordId(record: ProgressRecord): string {
  return `${uuidOf(record, "encounter")}/CH010`;
}

/** One line with one Early Years Progress message (event CH010) of Digital Child Health, FHIR STU3. */
export function toProgressLine(record: ProgressRecord): string {
  const bundle = {
    resourceType: "Bundle",
    id: uuidOf(record, "bundle"),
    meta: { profile: [`${STU3}/StructureDefinition/DCH-Bundle-1`] },
    type: "message",
    entry: [
      entry(record, "header", messageHeader(record)),
      entry(record, "organization", organization(record)),
      entry(record, "patient", patient(record)),
      entry(record, "encounter", encounter(record)),
      entry(record, "progress", questionnaireResponse(record)),
      entry(record, "practitioner", practitioner()),
    ],
  };
  return `${JSON.stringify(bundle)}\n`;
}

function entry(record: ProgressRecord, part: Part, resource: object): object {
  return { fullUrl: reference(record, part).reference, resource };
}

function reference(record: ProgressRecord, part: Part): { reference: string } {
  return { reference: `urn:uuid:${uuidOf(record, part)}` };
}

function messageHeader(record: ProgressRecord): object {
  const { provider } = areaOf(record.area);
  return {
    resourceType: "MessageHeader",
    meta: { profile: [`${STU3}/StructureDefinition/DCH-MessageHeader-1`] },
    extension: [
      {
        url: `${STU3}/StructureDefinition/Extension-DCH-MessageEventType-1`,
        valueCodeableConcept: {
          coding: [{ system: `${STU3}/CodeSystem/DCH-MessageEventType-1`, code: "new", display: "New event message" }],
        },
      },
    ],
    event: {
      system: `${STU3}/CodeSystem/DCH-ChildHealthEventType-1`,
      code: "CH010",
      display: "Early Years Progress",
    },
    timestamp: `${record.story.date}T15:00:00+00:00`,
    source: { endpoint: `urn:nhs-uk:addressing:ods:${provider.odsCode}` },
    responsible: { ...reference(record, "organization"), display: provider.name },
    focus: [reference(record, "encounter")],
  };
}

function organization(record: ProgressRecord): object {
  const { provider } = areaOf(record.area);
  return {
    resourceType: "Organization",
    meta: { profile: [`${CARE_CONNECT}/StructureDefinition/CareConnect-Organization-1`] },
    identifier: [{ system: ODS_ORGANIZATION, value: provider.odsCode }],
    name: provider.name,
  };
}

/** A restricted child is labelled and has no address, as the Personal Demographics Service gives it out. */
function patient({ held, flaw, restricted }: ProgressRecord): object {
  const birthDate = flaw === "impossible-date" ? impossibleDateOf(held.birthDate) : held.birthDate;
  const label = {
    security: [{ system: CONFIDENTIALITY, code: "R", display: "restricted" }],
  };
  return {
    resourceType: "Patient",
    meta: {
      profile: [`${STU3}/StructureDefinition/CareConnect-DCH-Patient-1`],
      ...(restricted === true ? label : {}),
    },
    ...(held.nhsNumber === undefined ? {} : { identifier: [nhsNumberIdentifier(held.nhsNumber, flaw)] }),
    name: [{ use: "official", family: held.family, given: [held.given] }],
    gender: held.sex,
    birthDate,
    ...(restricted === true || held.postcode === undefined
      ? {}
      : { address: [{ use: "home", postalCode: held.postcode }] }),
  };
}

function nhsNumberIdentifier(nhsNumber: string, flaw: ProgressRecord["flaw"]): object {
  return {
    extension: [
      {
        url: `${CARE_CONNECT}/StructureDefinition/Extension-CareConnect-NHSNumberVerificationStatus-1`,
        valueCodeableConcept: {
          coding: [
            {
              system: `${CARE_CONNECT}/CodeSystem/CareConnect-NHSNumberVerificationStatus-1`,
              code: "01",
              display: "Number present and verified",
            },
          ],
        },
      },
    ],
    system: NHS_NUMBER,
    value: flaw === "wrong-check-digit" ? withWrongCheckDigit(nhsNumber) : nhsNumber,
  };
}

function encounter(record: ProgressRecord): object {
  const { provider } = areaOf(record.area);
  return {
    resourceType: "Encounter",
    meta: { profile: [`${STU3}/StructureDefinition/CareConnect-DCH-Encounter-1`] },
    status: "finished",
    type: [
      {
        coding: [
          {
            system: `${STU3}/CodeSystem/DCH-ChildHealthEncounterType-1`,
            code: "0019",
            display: "2-2 ½ Year Early Years Progress",
          },
        ],
      },
    ],
    subject: reference(record, "patient"),
    period: { start: record.story.date },
    serviceProvider: { ...reference(record, "organization"), display: provider.name },
  };
}

function questionnaireResponse(record: ProgressRecord): object {
  const { story } = record;
  const consent = record.flaw === "unknown-outcome" ? "Q" : story.parentalConsent;
  const display = consent === "Q" ? "Not a code" : PARENTAL_CONSENT[consent];
  return {
    resourceType: "QuestionnaireResponse",
    meta: { profile: [`${STU3}/StructureDefinition/DCH-EarlyYearsProgress-QuestionnaireResponse-1`] },
    status: "completed",
    subject: reference(record, "patient"),
    context: reference(record, "encounter"),
    author: reference(record, "practitioner"),
    item: [
      item("parentalConsent", "Parental Consent", {
        valueCoding: { system: `${STU3}/CodeSystem/DCH-ParentalConsentToShareInformation-1`, code: consent, display },
      }),
      text("communicationAndLanguage", "Communication And Language", story.communicationAndLanguage),
      text("physicalDevelopment", "Physical Development", story.physicalDevelopment),
      text(
        "personalSocialEmotionalDevelopment",
        "Personal, Social and Emotional Development",
        story.personalSocialEmotionalDevelopment,
      ),
      text("areasOfConcern", "Any Areas of Concern", story.areasOfConcern),
      text("supportedRequestedOrProvided", "Type of Support Requested/Provided", story.supportedRequestedOrProvided),
    ],
  };
}

function text(linkId: string, title: string, valueString: string): object {
  return item(linkId, title, { valueString });
}

function item(linkId: string, title: string, answer: object): object {
  return { linkId, text: title, answer: [answer] };
}

function practitioner(): object {
  return {
    resourceType: "Practitioner",
    meta: { profile: [`${STU3}/StructureDefinition/CareConnect-DCH-Practitioner-1`] },
    name: [{ family: "Synthetic", given: ["Practitioner"] }],
  };
}
