import type { RuleRow } from "../mapper.ts";
import { CONTACTS, REGISTRATIONS } from "./tables.ts";

/** What fills the elements that no single column fills. */
export const RULES: readonly RuleRow[] = [
  { to: "Observation.status", rule: "final: a contact that took place" },
  {
    to: "Observation.category",
    rule: "social history: where a family goes is no examination and no measurement",
  },
  { to: "Observation.code", rule: "a family hub contact, whatever the activity" },
  {
    to: "Observation.performer",
    from: [`${CONTACTS}.hub_code`, `${REGISTRATIONS}.hub_code`],
    rule: "the hub at which the contact took place, else the one of the registration",
  },
  { to: "Patient.identifier.system", rule: "the NHS number, or what the source calls the child" },
  { to: "Patient.identifier.use", rule: "secondary: what the source calls the child" },
  { to: "Patient.name.use", rule: "official: the only name the register has" },
  { to: "Patient.address.use", rule: "home: the only address the register has" },
  { to: "Observation.identifier.system", rule: "what the source calls one of its records" },
  { to: "Organization.identifier.system", rule: "the authority's own code of a hub, or the ODS code" },
];
