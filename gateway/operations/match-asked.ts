import type { Patient } from "@medplum/fhirtypes";
import { isNhsNumber } from "#mappers/datatypes/nhs-number.ts";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";

/** Something of what was asked that could not be used; told beside the answer. */
export interface Remark {
  readonly severity: "warning" | "information";
  /** https://hl7.org/fhir/R4/valueset-issue-type.html */
  readonly code: "value" | "business-rule" | "incomplete" | "too-costly";
  readonly diagnostics: string;
  readonly expression?: string;
}

export type Asked =
  | {
      readonly ok: true;
      /** What is matched by: without what cannot be a child's. */
      readonly patient: Patient;
      readonly remarks: readonly Remark[];
    }
  | { readonly ok: false; readonly issue: Issue };

const DETAILS = "an identifier, or names with a birth date or a postcode";

/**
 * Whether what is asked for can be a child's at all. What is certainly wrong is refused; a number or date that is of no
 * use is left out, and that is said.
 *
 * @param today YYYY-MM-DD, in the UK
 */
export function checkAsked(patient: Patient, today: string): Asked {
  const long = tooLong(patient);
  if (long !== undefined) return refusedFor(long);
  if (patient.birthDate !== undefined && patient.birthDate > today) {
    return refusedFor("a Patient whose birthDate is not in the future");
  }
  const remarks: Remark[] = [];
  const identifier = (patient.identifier ?? []).filter((one, index) => {
    if (one.system !== NHS_NUMBER || isNhsNumber(one.value ?? "")) return true;
    remarks.push({
      severity: "warning",
      code: "value",
      diagnostics: "This is no NHS number: ten digits, the last of them a check digit. It was not looked for.",
      expression: `Patient.identifier[${index}].value`,
    });
    return false;
  });
  if (patient.birthDate !== undefined && patient.birthDate.length < 10) {
    remarks.push({
      severity: "warning",
      code: "value",
      diagnostics: "A birth date without its day was not compared: give all of it, as YYYY-MM-DD.",
      expression: "Patient.birthDate",
    });
  }
  const hasDetails = [patient.name, patient.identifier, patient.birthDate, patient.telecom, patient.address].some(
    (element) => element !== undefined,
  );
  if (!hasDetails) return refusedFor(`a Patient with something to know a child by: ${DETAILS}`);
  const { identifier: _, ...rest } = patient;
  return { ok: true, patient: identifier.length === 0 ? rest : { ...rest, identifier }, remarks };
}

/** Told where nothing that was sent leads to anybody. */
export const TOO_LITTLE: Remark = {
  severity: "warning",
  code: "business-rule",
  diagnostics: `Too little is told to look anybody up by: give ${DETAILS}.`,
};

export const TOO_MANY: Remark = {
  severity: "warning",
  code: "too-costly",
  diagnostics: "Too many children share what is told to compare each of them: tell more of the child.",
};

export const NOT_TRACED: Remark = {
  severity: "warning",
  code: "incomplete",
  diagnostics:
    "The national register could not be asked, so that this answer rests on what is held here alone. It does not say that nobody matches: ask again.",
};

function refusedFor(expected: string): Extract<Asked, { ok: false }> {
  return { ok: false, issue: { kind: "bad-operation-parameter", parameter: "resource", expected } };
}

const LISTS = ["name", "identifier", "address", "telecom"] as const;

/** Comparing takes time with the length of what is compared, and no child is told of at such length. */
function tooLong(patient: Patient): string | undefined {
  const values_max = LIMITS.matched_values_max;
  const list = LISTS.find((element) => (patient[element]?.length ?? 0) > values_max);
  if (list !== undefined) return `a Patient with at most ${values_max} values of ${list}`;
  const characters_max = LIMITS.matched_characters_max;
  const long = LISTS.find((element) => hasLong(patient[element], characters_max));
  return long === undefined ? undefined : `a Patient with at most ${characters_max} characters in a part of ${long}`;
}

/** Also where a part is a list, as given names are; what an extension holds is not compared. */
function hasLong(value: unknown, max: number): boolean {
  if (typeof value === "string") return value.length > max;
  if (typeof value !== "object" || value === null) return false;
  const members = Object.entries(value).filter(([name]) => name !== "extension");
  return members.length > max || members.some(([, member]) => hasLong(member, max));
}
