import { isNhsNumber } from "../datatypes/nhs-number.ts";
import { isSnomedCode } from "../datatypes/snomed-code.ts";
import type { FieldIssue } from "../mapper.ts";

/** Columns that hold a code of a closed list, with the item of the NHS Data Dictionary that names the list. */
const CODE_LISTS: ReadonlyMap<string, string> = new Map([
  ["NHSNumber_Status", "NHS NUMBER STATUS INDICATOR CODE"],
  ["Gender", "PERSON STATED GENDER CODE"],
  ["EthnicCategory", "ETHNIC CATEGORY"],
  ["AttendanceStatus", "ATTENDANCE STATUS"],
  ["AttendOrNot", "ATTENDANCE STATUS"],
  ["Activity_Type", "COMMUNITY CARE ACTIVITY TYPE"],
  ["TeamType", "SERVICE OR TEAM TYPE REFERRED TO (COMMUNITY CARE)"],
  ["BreastFeedingStatus", "BREASTFEEDING STATUS"],
  ["UC_UnitOfMeasurement", "UCUM UNIT OF MEASUREMENT"],
  ["Result_Hips", "INFANT PHYSICAL EXAMINATION RESULT (HIPS)"],
  ["Result_Heart", "INFANT PHYSICAL EXAMINATION RESULT (HEART)"],
  ["Result_Eyes", "INFANT PHYSICAL EXAMINATION RESULT (EYES)"],
  ["Result_Testes", "INFANT PHYSICAL EXAMINATION RESULT (TESTES)"],
]);

/** Too short for a name or postcode, or a SNOMED CT code that is no NHS number. */
function looksLikeCode(text: string): boolean {
  return /^([A-Za-z0-9%]{1,3}|[0-9]{4})$/.test(text) || (isSnomedCode(text) && !isNhsNumber(text));
}

/** What a report may say of a code that a list does not have; nothing where the value does not look like a code. */
export function toUnmapped(item: string, code: string): Pick<FieldIssue, "unmapped"> {
  return looksLikeCode(code) ? { unmapped: { list: `CSDS ${item}`, code } } : {};
}

/** The issue with the code that its list does not have, where its column holds codes of a closed list. */
export function withUnmapped(issue: FieldIssue, value: string | undefined): FieldIssue {
  const item = CODE_LISTS.get(issue.field);
  if (item === undefined || value === undefined || issue.unmapped !== undefined) return issue;
  return { ...issue, ...toUnmapped(item, value) };
}
