import type { Coding } from "@medplum/fhirtypes";
import { ASQ3, ASQSE2 } from "#profiles/generated/codes.ts";
import { isDecimal } from "../datatypes/decimal.ts";
import { toFieldWarning } from "../datatypes/field-issue.ts";
import type { CsvRow, FieldIssue } from "../mapper.ts";
import { type CodedEntry, OBSERVATION, readCodedEntry, toEntryCoding, toEntryText } from "./coded-entry.ts";
import { type Measure, measureOf, readMeasurement } from "./measurement.ts";
import { CENTILE, parseUnit, type Unit, Z_SCORE } from "./unit.ts";

/** What the coded observation of a care activity says, so far as it is taken. */
export type CodedObservation =
  | { readonly kind: "absent" }
  | { readonly kind: "not-carried"; readonly warning: FieldIssue }
  | { readonly kind: "refused"; readonly issue: FieldIssue }
  | { readonly kind: "score"; readonly code: string; readonly score: number }
  | { readonly kind: "measurement"; readonly measure: Measure; readonly value: number }
  | {
      readonly kind: "quantity";
      readonly coding: Coding;
      readonly text: string;
      readonly value: number;
      readonly unit: Unit;
    };

const LOINC_CODE = /^[0-9]{1,7}-[0-9]$/;

/** Centiles and z-scores that the provider's own system computed, in SNOMED CT; they come with or without a unit. */
const PROVIDERS_OWN: ReadonlyMap<string, { readonly unit: Unit; readonly text: string }> = new Map([
  ["1153592008", { unit: CENTILE, text: "Weight for age centile" }],
  ["1153605006", { unit: CENTILE, text: "Height for age centile" }],
  ["896691000000102", { unit: CENTILE, text: "Body mass index centile" }],
  ["1153604005", { unit: Z_SCORE, text: "Height for age z-score" }],
]);

/** Reads the four observation fields of a CYP202CareActivity row. */
export function readCodedObservation(row: CsvRow): CodedObservation {
  const { CodedObservation: code, ObservationValue: value, UC_UnitOfMeasurement: unit } = row;
  if (code === undefined && value === undefined) return { kind: "absent" };
  if (code === undefined) {
    return refused("CodedObservation", "expected a code beside the value (CODED OBSERVATION (CLINICAL TERMINOLOGY))");
  }
  if (value === undefined) return notCarried("CodedObservation", "a code without a value is not carried");
  const measure = measureOf(code);
  const entry = LOINC_CODE.test(code) && measure !== undefined ? undefined : readCodedEntry(row, OBSERVATION);
  if (entry !== undefined && entry.kind !== "coded") return entry;
  if (isScoreCode(code)) return readCodedScore(code, value, unit);
  const own = entry?.terminology === "snomed" ? PROVIDERS_OWN.get(code) : undefined;
  if (entry !== undefined && own !== undefined) return readProvidersOwn(entry, { value, unit, own });
  if (unit === undefined) return notCarried("ObservationValue", "a value without a unit is not carried");
  const known = parseUnit(unit);
  if (known === undefined) {
    return refused("UC_UnitOfMeasurement", "expected one of kg, g, cm, m, mm, months (UCUM UNIT OF MEASUREMENT)");
  }
  if (measure !== undefined) {
    const read = readMeasurement(measure, value, known);
    return "value" in read
      ? { kind: "measurement", measure, value: read.value }
      : refused("ObservationValue", `${read.expected} (OBSERVATION VALUE)`);
  }
  if (entry === undefined) return { kind: "absent" };
  return isDecimal(value)
    ? { kind: "quantity", coding: toEntryCoding(entry), text: toEntryText(entry), value: Number(value), unit: known }
    : refused("ObservationValue", "expected a plain decimal number beside a unit (OBSERVATION VALUE)");
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

const Z_SCORE_LARGEST = 15;

/** Taken as it came, whatever reference the provider used: neither checked by a table of ours nor computed again. */
function readProvidersOwn(
  entry: Extract<CodedEntry, { kind: "coded" }>,
  {
    value,
    unit,
    own: { unit: own, text },
  }: {
    readonly value: string;
    readonly unit: string | undefined;
    readonly own: { readonly unit: Unit; readonly text: string };
  },
): CodedObservation {
  if (unit !== undefined && unit !== own.code) {
    return refused("UC_UnitOfMeasurement", `expected ${own.code} or no unit beside a ${own.name}`);
  }
  const isInRange =
    own === CENTILE
      ? isDecimal(value) && Number(value) <= 100
      : isDecimal(value.replace(/^-/, "")) && Math.abs(Number(value)) <= Z_SCORE_LARGEST;
  if (!isInRange) {
    const range = own === CENTILE ? "0 to 100" : `-${Z_SCORE_LARGEST} to ${Z_SCORE_LARGEST}`;
    return refused("ObservationValue", `expected a plain decimal number of ${range} (OBSERVATION VALUE)`);
  }
  return { kind: "quantity", coding: toEntryCoding(entry), text, value: Number(value), unit: own };
}

function notCarried(field: string, message: string): CodedObservation {
  return { kind: "not-carried", warning: toFieldWarning(field, message) };
}

function refused(field: string, message: string): CodedObservation {
  return { kind: "refused", issue: { severity: "error", field, message } };
}
