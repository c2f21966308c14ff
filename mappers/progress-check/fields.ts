import type { FieldRow } from "../mapper.ts";
import { TEXT_COLUMNS } from "./texts.ts";

function settingNumber(system: string): string {
  return `Organization.identifier.where(system.endsWith('${system}'))`;
}

/**
 * The columns of the template, all of this gateway: the check has no prescribed form. `RecordName` is what child and
 * record are called in receipts; it is not FHIR.
 */
export const FIELDS: readonly FieldRow[] = [
  {
    field: "check_id",
    to: "RecordName",
    why: "a later row with the same one is the same check, corrected; without it the date",
  },
  {
    field: "child_id",
    to: "RecordName",
    why: "what the setting calls the child, unique at the setting alone, so the setting's number stands before it; without it a digest of the setting with a number of the child, or with names and birth date",
  },
  {
    field: "nhs_number",
    to: "Patient.identifier.where(system.endsWith('nhs-number'))",
    why: "ten digits, may be empty; a wrong check digit is an error",
  },
  {
    field: "upn",
    to: "Patient.identifier.where(system.endsWith('unique-pupil-number'))",
    why: "CBDS N00001; most children of this age have none; a wrong check letter is an error",
  },
  { field: "given_name", to: "Patient.name.given" },
  { field: "family_name", to: "Patient.name.family" },
  { field: "birth_date", to: "Patient.birthDate", why: "YYYY-MM-DD or dd/mm/yyyy" },
  { field: "sex", to: "Patient.gender", why: "M, F, U" },
  { field: "postcode", to: "Patient.address.postalCode" },
  { field: "setting_name", to: "Organization.name" },
  { field: "school_urn", to: settingNumber("urn-school-number"), why: "GIAS, 6 digits" },
  { field: "laestab", to: settingNumber("laestab"), why: "7 digits, as 383/3999" },
  { field: "early_years_urn", to: settingNumber("early-years-urn"), why: "issued by the authority, 500000 to 799999" },
  { field: "ofsted_urn", to: settingNumber("ofsted-urn"), why: "6 or 7 digits, some with EY before them" },
  {
    field: "check_date",
    to: "Observation.effective",
    why: "YYYY-MM-DD or dd/mm/yyyy; outside 24 to 36 months of age a warning",
  },
  {
    field: "practitioner_role",
    to: "Observation.performer.where(type='PractitionerRole').display",
    why: "a role of the list, never a name; any other is a warning and not taken",
  },
  ...TEXT_COLUMNS.map(({ field, code }) => ({
    field,
    to: "Observation.value",
    slots: [`{check}/${code}`],
    why: "as it was written",
  })),
  {
    field: "sharing_agreed",
    to: "Consent.provision | Consent.category.where(coding.system.endsWith('sharing-decision'))",
    why: "Y or N; empty makes no Consent; anything else is an error, so that no refusal is lost",
  },
  {
    field: "sharing_agreed_by",
    to: "Consent.performer",
    why: "mother, father, parent, guardian or carer; any other is a warning and not taken, since it may be a name",
  },
  { field: "sharing_agreed_on", to: "Consent.dateTime", why: "without it the date of the check" },
];
