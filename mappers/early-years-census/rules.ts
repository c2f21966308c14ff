import type { RuleRow } from "../mapper.ts";
import { ITEMS } from "./items.ts";

const SETTING = ["SchoolURN", "LAESTAB", "EarlyYearsURN", "OfstedURN"];

/** What fills the elements that no single field fills. */
export const RULES: readonly RuleRow[] = [
  { to: "Observation.status", rule: "final: the census is taken once, for its reference date" },
  {
    to: "Observation.category",
    rule: "social history: it says where a child is cared for and how that is funded, not how it develops",
  },
  ...ITEMS.map(({ field, slot }) => ({
    to: "Observation.code",
    slots: [`{census}/${slot}`],
    from: [field],
    rule: "the field is of one item of the census",
  })),
  { to: "Observation.performer", from: SETTING, rule: "the setting that told it, by its Organization" },
  { to: "Patient.active", rule: "true: the census counts children who are there" },
  { to: "Patient.name.use", rule: "official: the name by which the setting has registered the child" },
  { to: "Patient.address.use", rule: "home: the census asks for the home address" },
  {
    to: "Patient.extension.url",
    from: ["Ethnicity"],
    rule: "which extension holds an ethnicity of the census",
  },
  { to: "Patient.managingOrganization", from: SETTING, rule: "the setting that told it, by its Organization" },
];
