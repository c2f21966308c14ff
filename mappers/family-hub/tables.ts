import { displayOf } from "#profiles/generated/codes.ts";
import { FAMILY_HUB_ACTIVITY } from "#profiles/systems.ts";
import { toFieldWarning } from "../datatypes/field-issue.ts";
import { isPseudoPostcode, normalisePostcode } from "../datatypes/postcode.ts";
import type { CsvRow, FieldIssue } from "../mapper.ts";
import { contact, registration } from "./record.ts";
import { createTable } from "./table.ts";

export const REGISTRATIONS = "registrations";
export const CONTACTS = "contacts";

/** The tables that are read; the required columns of a file's header say which of them it is. */
export const TABLES = [
  createTable({
    name: REGISTRATIONS,
    schema: registration,
    required: ["child_id", "birth_date", "hub_code", "registered_on"],
    key: ({ child_id: child = "" }) => child,
    parent: () => undefined,
    check: checkRegistration,
  }),
  createTable({
    name: CONTACTS,
    schema: contact,
    required: ["contact_id", "child_id", "contact_date", "activity", "attended"],
    key: ({ contact_id: id = "" }) => id,
    parent: ({ child_id: child = "" }) => ({ table: REGISTRATIONS, key: child }),
    check: checkContact,
  }),
] as const;

function checkRegistration(row: CsvRow): readonly FieldIssue[] {
  const { birth_date: birth, registered_on: start, ended_on: end, postcode } = row;
  const issues: FieldIssue[] = [];
  if (start !== undefined && end !== undefined && end < start) {
    issues.push(error("ended_on", "expected a day not before registered_on"));
  }
  if (birth !== undefined && end !== undefined && end < birth) {
    issues.push(error("ended_on", "expected a day not before birth_date"));
  }
  if (postcode !== undefined && isPseudoPostcode(postcode)) {
    issues.push(toFieldWarning("postcode", "a ZZ99 code names no place and is not carried"));
  } else if (postcode !== undefined && normalisePostcode(postcode) === undefined) {
    issues.push(toFieldWarning("postcode", "not in the form of a postcode; not used to find the child"));
  }
  const { nhs_number: nhsNumber, given_name: given, family_name: family } = row;
  if (nhsNumber === undefined && (given === undefined || family === undefined || postcode === undefined)) {
    issues.push(
      toFieldWarning(
        "nhs_number",
        "without it, all of given_name, family_name and postcode are needed to find a child",
      ),
    );
  }
  return issues;
}

function checkContact({ activity }: CsvRow): readonly FieldIssue[] {
  if (activity === undefined || displayOf(FAMILY_HUB_ACTIVITY, activity) !== undefined) return [];
  const found = error("activity", "not of the list of family hub activities; what fits none is `other`");
  return [looksLikeCode(activity) ? { ...found, unmapped: { list: "family hub activity", code: activity } } : found];
}

/** A word or two of a list, and no sentence about somebody. */
function looksLikeCode(text: string): boolean {
  return /^[A-Za-z][A-Za-z_-]{0,39}$/.test(text);
}

function error(field: string, message: string): FieldIssue {
  return { severity: "error", field, message };
}
