import { ASQ3, ASQSE2 } from "#profiles/generated/codes.ts";
import { isDecimal } from "../datatypes/decimal.ts";
import { toFieldWarning } from "../datatypes/field-issue.ts";
import { isSnomedCode } from "../datatypes/snomed-code.ts";
import type { CsvRow, FieldIssue } from "../mapper.ts";
import { type Measure, measureOf, readMeasurement } from "./measurement.ts";
import { parseUnit, type Unit } from "./unit.ts";

/** What the coded observation of a care activity says, so far as it is taken. */
export type CodedObservation =
  | { readonly kind: "absent" }
  | { readonly kind: "not-carried"; readonly warning: FieldIssue }
  | { readonly kind: "refused"; readonly issue: FieldIssue }
  | { readonly kind: "score"; readonly code: string; readonly score: number }
  | { readonly kind: "measurement"; readonly measure: Measure; readonly value: number }
  | { readonly kind: "quantity"; readonly code: string; readonly value: number; readonly unit: Unit };

/** OBSERVATION SCHEME IN USE (COMMUNITY CARE): SNOMED CT. */
const SNOMED_SCHEME = "03";
const LOINC_CODE = /^[0-9]{1,7}-[0-9]$/;

/** Reads the four observation fields of a CYP202CareActivity row. */
export function readCodedObservation(row: CsvRow): CodedObservation {
  const { CodedObservation: code, ObservationValue: value, UC_UnitOfMeasurement: unit } = row;
  if (code === undefined && value === undefined) return { kind: "absent" };
  if (code === undefined)
    return notCarried("ObservationValue", "a value without a code says nothing and is not carried");
  if (value === undefined) return notCarried("CodedObservation", "a code without a value is not carried");
  if (!isTakenCode(code, row.Observation_Scheme)) {
    return notCarried("CodedObservation", "only codes of SNOMED CT (OBSERVATION SCHEME IN USE 03) are carried");
  }
  if (!isSnomedCode(code) && !LOINC_CODE.test(code)) {
    return refused("CodedObservation", "expected a SNOMED CT code with a right check digit (CODED OBSERVATION)");
  }
  if (isScoreCode(code)) return readCodedScore(code, value, unit);
  if (unit === undefined) return notCarried("ObservationValue", "a value without a unit is not carried");
  const known = parseUnit(unit);
  if (known === undefined) {
    return refused("UC_UnitOfMeasurement", "expected one of kg, g, cm, m, mm, months (UCUM UNIT OF MEASUREMENT)");
  }
  const measure = measureOf(code);
  if (measure === undefined) {
    return isDecimal(value)
      ? { kind: "quantity", code, value: Number(value), unit: known }
      : refused("ObservationValue", "expected a plain decimal number beside a unit (OBSERVATION VALUE)");
  }
  const read = readMeasurement(measure, value, known);
  return "value" in read
    ? { kind: "measurement", measure, value: read.value }
    : refused("ObservationValue", `${read.expected} (OBSERVATION VALUE)`);
}

/** Whether a code is that of an ASQ-3 domain score or an ASQ:SE-2 score. */
export function isScoreCode(code: string): boolean {
  return ASQ3.has(code) || ASQSE2.has(code);
}

/** The highest score a questionnaire gives; the lowest is 0. */
export function highestScore(code: string): 60 | 465 {
  return ASQ3.has(code) ? 60 : 465;
}

function readCodedScore(code: string, value: string, unit: string | undefined): CodedObservation {
  if (unit !== undefined && unit !== "{score}")
    return refused("UC_UnitOfMeasurement", "expected no unit beside a score");
  if (!isDecimal(value) || Number(value) > highestScore(code)) {
    return refused("ObservationValue", `expected a score of 0 to ${highestScore(code)} (OBSERVATION VALUE)`);
  }
  return { kind: "score", code, score: Number(value) };
}

function isTakenCode(code: string, scheme: string | undefined): boolean {
  if (LOINC_CODE.test(code)) return measureOf(code) !== undefined;
  return scheme === SNOMED_SCHEME;
}

function notCarried(field: string, message: string): CodedObservation {
  return { kind: "not-carried", warning: toFieldWarning(field, message) };
}

function refused(field: string, message: string): CodedObservation {
  return { kind: "refused", issue: { severity: "error", field, message } };
}
