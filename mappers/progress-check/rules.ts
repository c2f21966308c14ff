import type { RuleRow } from "../mapper.ts";
import { TEXT_COLUMNS } from "./texts.ts";

const SETTING = ["school_urn", "laestab", "early_years_urn", "ofsted_urn"];
const THE_SETTING = "the setting that made the check, by its Organization";

/** What fills the elements that no single column fills. */
export const RULES: readonly RuleRow[] = [
  { to: "Observation.status", rule: "final: a check is sent when it is written" },
  ...TEXT_COLUMNS.map(({ field, code }) => ({
    to: "Observation.code | Observation.category",
    slots: [`{check}/${code}`],
    from: [field],
    rule: "the column is of one area, which gives the code and the developmental domains; nothing is read out of the text",
  })),
  { to: "Observation.performer", from: SETTING, rule: THE_SETTING },
  {
    to: "Observation.performer.where(type='PractitionerRole').type",
    from: ["practitioner_role"],
    rule: "a role, never a person",
  },
  { to: "Consent.status", from: ["sharing_agreed"], rule: "active: the answer holds as it was given" },
  { to: "Consent.scope", rule: "patient privacy: it is of what may be shared" },
  { to: "Consent.category", rule: "an information disclosure" },
  {
    to: "Consent.extension",
    from: ["sharing_agreed"],
    rule: "a refusal is an objection that was received and is in force from the start",
  },
  { to: "Consent.organization", from: SETTING, rule: THE_SETTING },
  {
    to: "Consent.policyRule",
    rule: "OPTIN: sharing rests on the law, so the root permits, and a refusal is an exception to it",
  },
  { to: "Patient.active", rule: "true: the check tells of a child who is there" },
  { to: "Patient.name.use", rule: "official: the name by which the setting has registered the child" },
  { to: "Patient.address.use", rule: "home: the template asks for the home postcode" },
  { to: "Patient.managingOrganization", from: SETTING, rule: THE_SETTING },
];
