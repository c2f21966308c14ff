import type { RuleRow } from "../mapper.ts";

/** What fills the elements that no single field of a message fills. */
export const RULES: readonly RuleRow[] = [
  {
    to: "Observation.identifier",
    from: ["MessageHeader.focus.reference"],
    rule: "the name of the source, the logical id of the Encounter and the event: the same for all that one message tells",
  },
  { to: "Observation.code", rule: "our code for the section of the progress check, or for what the message tells" },
  {
    to: "Observation.category",
    from: ["Observation.category"],
    rule: "that of the source, else of the event; scores and texts with their developmental domain",
  },
  {
    to: "Observation.performer",
    from: ["Encounter.serviceProvider.reference", "MessageHeader.responsible.reference"],
    rule: "the organisation with an ODS code that carried it out",
  },
  { to: "Observation.meta.security", rule: "as the source labels it" },
  { to: "Consent.identifier", rule: "the name of the source, the record and the answer" },
  {
    to: "Consent.status",
    from: ["Encounter.status", "QuestionnaireResponse.status"],
    rule: "in force; an agreement of a review entered in error is not",
  },
  { to: "Consent.scope", rule: "privacy consent, for every record" },
  { to: "Consent.dateTime", from: ["Encounter.period.start"], rule: "the day of the review" },
  {
    to: "Consent.organization",
    from: ["Encounter.serviceProvider.reference"],
    rule: "the organisation that carried out the review",
  },
  { to: "Consent.policyRule", rule: "opt-in, for every record" },
  { to: "Patient.identifier", rule: "the NHS number, else what the source calls the child" },
];
