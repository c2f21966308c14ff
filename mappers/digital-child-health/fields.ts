import type { FieldRow } from "../mapper.ts";

const NO_TARGET = "no target in this version";
const ROUTING = "how the message travelled";
const PLACE = "where it took place; the organisation is the performer";
const PERSON = "a member of staff; the organisation is the performer";
const LABEL = "the first of its kind is read: R4 has the code system under another URL";
const ANSWER = "an unanswered section makes nothing";

const mapped = (field: string, to: string, why?: string): FieldRow => ({
  field,
  to,
  ...(why === undefined ? {} : { why }),
});
const unmapped = (field: string, why: string): FieldRow => ({ field, why });

/**
 * Every element of an Early Years Progress message that is known, as `ResourceType.element`, with its target or the
 * reason why it has none. A section of the questionnaire stands under its linkId. An element that is not in the table is
 * not carried either, and named as it comes.
 */
export const FIELDS: readonly FieldRow[] = [
  mapped("MessageHeader.event.system", "Observation", "must be DCH-ChildHealthEventType-1"),
  mapped("MessageHeader.event.code", "Observation", "CH010; any other event is refused by name"),
  mapped("MessageHeader.extension", "Observation", "new and update are mapped alike; delete takes all back"),
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
  unmapped("MessageHeader.timestamp", ROUTING),
  mapped("Patient.meta.security", "Patient.meta.security", LABEL),
  mapped("Patient.identifier.system", "Patient.identifier.system", "the NHS number only"),
  mapped("Patient.identifier.value", "Patient.identifier.value"),
  mapped("Patient.identifier.extension", "Patient.identifier.extension", "status 01 to 08, in England's code system"),
  mapped("Patient.name.use", "Patient.name.use", "official, usual, old; any other as usual"),
  mapped("Patient.name.family", "Patient.name.family"),
  mapped("Patient.name.given", "Patient.name.given"),
  mapped("Patient.gender", "Patient.gender"),
  mapped("Patient.birthDate", "Patient.birthDate"),
  mapped("Patient.address.use", "Patient.address.use", "home, or none; any other address is not carried"),
  mapped("Patient.address.line", "Patient.address.line"),
  mapped("Patient.address.city", "Patient.address.city"),
  mapped("Patient.address.district", "Patient.address.district"),
  mapped("Patient.address.postalCode", "Patient.address.postalCode"),
  mapped("Patient.address.country", "Patient.address.country"),
  unmapped("Patient._birthDate", "the time of birth contradicts the date in published messages"),
  unmapped("Patient.name.prefix", NO_TARGET),
  mapped("Encounter.status", "Observation.status", "entered-in-error alone changes it"),
  mapped("Encounter.subject.reference", "Observation.subject", "must be the Patient of the message"),
  mapped("Encounter.period.start", "Observation.effective"),
  mapped("Encounter.serviceProvider.reference", "Observation.performer"),
  unmapped("Encounter.type", "0019, which the event says already"),
  unmapped("Encounter.subject.display", "would repeat the child's name"),
  unmapped("Encounter.serviceProvider.display", "the Organization has the name"),
  unmapped("Encounter.location", PLACE),
  mapped("QuestionnaireResponse.meta.security", "Observation.meta.security", LABEL),
  mapped("QuestionnaireResponse.status", "Observation.status"),
  mapped("QuestionnaireResponse.subject.reference", "Observation.subject", "must be the Patient of the message"),
  mapped("QuestionnaireResponse.context.reference", "Observation", "must be the Encounter of the message"),
  unmapped("QuestionnaireResponse.author", PERSON),
  unmapped("QuestionnaireResponse.item.text", "the linkId decides"),
  mapped(
    "QuestionnaireResponse.item.parentalConsent",
    "Consent.provision",
    "Y permits, N denies; no answer makes no Consent",
  ),
  mapped("QuestionnaireResponse.item.communicationAndLanguage", "Observation.value", ANSWER),
  mapped("QuestionnaireResponse.item.physicalDevelopment", "Observation.value", ANSWER),
  mapped("QuestionnaireResponse.item.personalSocialEmotionalDevelopment", "Observation.value", ANSWER),
  mapped("QuestionnaireResponse.item.areasOfConcern", "Observation.value", ANSWER),
  mapped("QuestionnaireResponse.item.supportedRequestedOrProvided", "Observation.value", ANSWER),
  mapped("Organization.identifier.system", "Organization.identifier.system", "the ODS organisation code only"),
  mapped("Organization.identifier.value", "Organization.identifier.value"),
  mapped("Organization.name", "Organization.name"),
  unmapped("Organization.address", NO_TARGET),
  unmapped("HealthcareService.identifier", NO_TARGET),
  unmapped("HealthcareService.providedBy", NO_TARGET),
  unmapped("HealthcareService.type", NO_TARGET),
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
