import type { RuleRow } from "../mapper.ts";

/** What fills the elements that no single field fills. */
export const RULES: readonly RuleRow[] = [
  { to: "Patient.identifier.system", rule: "the NHS number, or what the source calls the child" },
  { to: "Patient.identifier.use", rule: "secondary: what the source calls the child" },
  { to: "Patient.extension.url", from: ["PID-22"], rule: "the ethnic category, as UK Core has it" },
  {
    to: "Patient.identifier.where(system = 'https://fhir.nhs.uk/Id/nhs-number').extension.url",
    from: ["PID-32"],
    rule: "the status of the NHS number, as UK Core has it",
  },
  {
    to: "Patient.generalPractitioner.type",
    from: ["PD1-3.3"],
    rule: "the practice as an organisation, in the form that PDS gives a registration",
  },
  { to: "Patient.generalPractitioner.identifier.system", from: ["PD1-3.3"], rule: "ODS codes" },
];
