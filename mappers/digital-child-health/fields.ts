import type { FieldRow } from "../mapper.ts";
import { fieldsOf, mapped, unmapped } from "./field-rows.ts";
import { DOOR_FIELDS } from "./fields-at-the-door.ts";
import { CONTENT_FIELDS } from "./fields-of-content.ts";

const NO_TARGET = "no target in this version";
const ROUTING = "how the message travelled";
const PLACE = "where it took place; the organisation is the performer";
const PERSON = "a member of staff; the organisation is the performer";
const LABEL = "the first of its kind is read: R4 has the code system under another URL";
const ANSWER = "an unanswered section makes nothing";
const TEXT_SLOTS = [
  "communicationAndLanguage",
  "physicalDevelopment",
  "personalSocialEmotionalDevelopment",
  "areasOfConcern",
  "supportedRequestedOrProvided",
];

const section = (linkId: string): FieldRow => ({
  ...mapped(`QuestionnaireResponse.item.${linkId}`, "Observation.value", ANSWER),
  slots: [linkId],
});

const HEADER: readonly FieldRow[] = [
  mapped("MessageHeader.event.system", "Observation", "must be DCH-ChildHealthEventType-1"),
  mapped(
    "MessageHeader.event.code",
    "Observation",
    "decides what is read; an event that is not served is refused by name",
  ),
  mapped("MessageHeader.extension", "Observation", "new and update are mapped alike; delete takes all back"),
  mapped("MessageHeader.meta.lastUpdated", "Observation", "puts messages of one record in order"),
  mapped("MessageHeader.timestamp", "Observation", "the same, where there is no lastUpdated"),
  mapped(
    "MessageHeader.focus.reference",
    "Observation.identifier.value",
    "names the Encounter, if that is not in the message",
  ),
  mapped("MessageHeader.responsible.reference", "Observation.performer", "if the Encounter names no provider"),
  unmapped("MessageHeader.event.display", "the code decides"),
  unmapped("MessageHeader.responsible.display", "the Organization has the name"),
  unmapped("MessageHeader.destination", ROUTING),
  unmapped("MessageHeader.source", ROUTING),
];

const PERSON_ROWS: readonly FieldRow[] = [
  mapped("Patient.meta.security", "Patient.meta.security", LABEL),
  mapped(
    "Patient.identifier.system",
    "Patient.identifier.system",
    "the NHS number only: others are unique within one organisation alone",
  ),
  mapped("Patient.identifier.value", "Patient.identifier.value"),
  mapped("Patient.identifier.extension", "Patient.identifier.extension", "status 01 to 08, in England's code system"),
  mapped("Patient.extension", "Patient.extension", "the ethnic category, in England's code system; no other"),
  mapped("Patient.name.use", "Patient.name.use", "usual, where it is none of FHIR's"),
  ...fieldsOf("Patient.name", "Patient.name", ["family", "given", "prefix", "suffix"]),
  mapped("Patient.telecom", "Patient.telecom", "system, value and use; one that is old is not carried"),
  mapped("Patient.gender", "Patient.gender"),
  mapped("Patient.birthDate", "Patient.birthDate"),
  mapped("Patient.deceasedBoolean", "Patient.deceased"),
  mapped("Patient.deceasedDateTime", "Patient.deceased"),
  mapped("Patient.multipleBirthBoolean", "Patient.multipleBirth"),
  mapped("Patient.multipleBirthInteger", "Patient.multipleBirth"),
  mapped("Patient.address.use", "Patient.address.use", "home, or none; any other address is not carried"),
  ...fieldsOf("Patient.address", "Patient.address", ["line", "city", "district", "postalCode", "country"]),
  unmapped("Patient._birthDate", "the time of birth contradicts the date in published messages"),
];

const CONTACT: readonly FieldRow[] = [
  mapped(
    "Encounter.status",
    "Observation.status",
    "entered-in-error changes it; one that is planned or cancelled refuses the message",
  ),
  mapped("Encounter.subject.reference", "Observation.subject", "must be the Patient of the message"),
  mapped("Encounter.period.start", "Observation.effective", "where a finding has no date of its own"),
  mapped("Encounter.serviceProvider.reference", "Observation.performer", "the organisation, or that of the service"),
  unmapped("Encounter.type", "the kind of contact; its event and codes say what was found"),
  unmapped("Encounter.subject.display", "would repeat the child's name"),
  unmapped("Encounter.serviceProvider.display", "the Organization has the name"),
  unmapped("Encounter.location", PLACE),
];

const PROGRESS: readonly FieldRow[] = [
  mapped("QuestionnaireResponse.meta.security", "Observation.meta.security", LABEL),
  mapped("QuestionnaireResponse.status", "Observation.status"),
  mapped("QuestionnaireResponse.subject.reference", "Observation.subject", "must be the Patient of the message"),
  mapped("QuestionnaireResponse.context.reference", "Observation", "must be the Encounter of the message"),
  unmapped("QuestionnaireResponse.author", PERSON),
  unmapped("QuestionnaireResponse.item.text", "the linkId decides, where it is one that is known"),
  {
    ...mapped(
      "QuestionnaireResponse.item.parentalConsent",
      "Consent.provision | Consent.category | Consent.extension",
      "Y permits, N denies; no answer makes no Consent",
    ),
    slots: ["parentalConsent"],
  },
  ...TEXT_SLOTS.map(section),
];

const SURROUNDINGS: readonly FieldRow[] = [
  mapped("Organization.identifier.system", "Organization.identifier.system", "the ODS organisation code only"),
  mapped("Organization.identifier.value", "Organization.identifier.value"),
  mapped("Organization.name", "Organization.name"),
  unmapped("Organization.address", NO_TARGET),
  unmapped("HealthcareService.identifier", NO_TARGET),
  mapped(
    "HealthcareService.providedBy.reference",
    "Observation.performer",
    "where the Encounter names the service as its provider",
  ),
  unmapped("HealthcareService.providedBy.display", "the Organization has the name"),
  unmapped("HealthcareService.type", "the service; published messages have a code with a wrong check digit"),
  unmapped("HealthcareService.location", PLACE),
  unmapped("HealthcareService.telecom", NO_TARGET),
  unmapped("Practitioner.identifier", PERSON),
  unmapped("Practitioner.name", PERSON),
  unmapped("PractitionerRole.identifier", PERSON),
  unmapped("PractitionerRole.practitioner", PERSON),
  unmapped("PractitionerRole.organization", PERSON),
  unmapped("Location.identifier", PLACE),
  unmapped("Location.name", PLACE),
];

/**
 * Every element of a message that is known, as `ResourceType.element`, with its target or the reason why it has none. A
 * section of the progress check stands under its linkId; a contained resource under its own type. An element that is not
 * in the table is not carried either, and named as it comes.
 */
export const FIELDS: readonly FieldRow[] = [
  ...HEADER,
  ...PERSON_ROWS,
  ...CONTACT,
  ...PROGRESS,
  ...CONTENT_FIELDS,
  ...SURROUNDINGS,
  ...DOOR_FIELDS,
];
