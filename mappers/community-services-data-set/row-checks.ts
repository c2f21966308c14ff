import { toFieldWarning } from "../datatypes/field-issue.ts";
import { isPseudoPostcode, normalisePostcode } from "../datatypes/postcode.ts";
import type { CsvRow, FieldIssue } from "../mapper.ts";
import { readBreastfeedingFinding } from "./breastfeeding.ts";
import { toUnmapped } from "./code-lists.ts";
import { FINDING, PROCEDURE, readCodedEntry } from "./coded-entry.ts";
import { highestScore, isScoreCode, readCodedObservation } from "./coded-observation.ts";
import { HEIGHT, LENGTH, type Measure, readMeasurement, WEIGHT } from "./measurement.ts";
import { type CodedEntryColumns, WITHHELD, WITHHELD_AT_THE_DOOR } from "./safeguarding.ts";
import { SCREENING_ITEMS } from "./screening-items.ts";
import type { RowFindings } from "./table.ts";
import { CENTIMETRE, KILOGRAM, METRE, type Unit } from "./unit.ts";

/** Checks of a row that look at several of its fields together. */

export const CODED_ENTRIES: readonly CodedEntryColumns[] = [
  { code: "CodedProcedure", about: ["Procedure_Scheme"] },
  { code: "CodedFinding", about: ["Finding_Scheme"] },
  { code: "CodedObservation", about: ["Observation_Scheme", "ObservationValue", "UC_UnitOfMeasurement"] },
];

/** Its score stays in the row that is checked, which must have one, and is dropped with the mark. */
export const ASSESSMENT_ENTRIES: readonly CodedEntryColumns[] = [{ code: "SNOMED_ID", about: [] }];

function found(issues: readonly FieldIssue[], dropped: readonly string[] = []): RowFindings {
  return { issues, dropped };
}

/** Two dates of which the second may not come first. Days written YYYY-MM-DD compare as text. */
export function checkOrder(row: CsvRow, first: string, second: string): RowFindings {
  const [start, end] = [row[first], row[second]];
  return start !== undefined && end !== undefined && end < start
    ? found([{ severity: "error", field: second, message: `expected a day not before ${first}` }])
    : found([]);
}

export function checkPerson(row: CsvRow): RowFindings {
  const { Postcode: postcode } = row;
  const warnings: FieldIssue[] = [];
  if (postcode !== undefined && isPseudoPostcode(postcode)) {
    warnings.push(
      toFieldWarning("Postcode", "a ZZ99 code names no place and is not carried (POSTCODE OF USUAL ADDRESS)"),
    );
  } else if (postcode !== undefined && normalisePostcode(postcode) === undefined) {
    warnings.push(toFieldWarning("Postcode", "not in the form of a postcode (POSTCODE OF USUAL ADDRESS)"));
  }
  return found([...checkOrder(row, "DateOfBirth", "DateOfDeath").issues, ...warnings]);
}

export function checkActivity(row: CsvRow): RowFindings {
  const withheld = CODED_ENTRIES.map(({ code }) => code).filter((column) => row[column] === WITHHELD);
  const told = Object.fromEntries(Object.entries(row).filter(([column]) => !withheld.includes(column)));
  const isFeeding = readBreastfeedingFinding(told.Finding_Scheme, told.CodedFinding) !== undefined;
  const reads = [
    readCodedObservation(told),
    readCodedEntry(told, PROCEDURE),
    ...(isFeeding ? [] : [readCodedEntry(told, FINDING)]),
  ];
  return found(
    [
      ...withheld.map((column) => toFieldWarning(column, WITHHELD_AT_THE_DOOR)),
      ...reads.flatMap((read) => {
        if (read.kind === "refused") return [read.issue];
        return read.kind === "not-carried" ? [read.warning] : [];
      }),
    ],
    withheld,
  );
}

export const MEASURED_COLUMNS: readonly {
  readonly column: string;
  readonly measure: Measure;
  readonly unit: Unit;
  readonly item: string;
}[] = [
  { column: "Weight", measure: WEIGHT, unit: KILOGRAM, item: "PERSON WEIGHT, in kilograms" },
  { column: "Height", measure: HEIGHT, unit: METRE, item: "PERSON HEIGHT IN METRES" },
  { column: "Length", measure: LENGTH, unit: CENTIMETRE, item: "PERSON LENGTH IN CENTIMETRES" },
];

export function checkMeasurements(row: CsvRow): RowFindings {
  return found(
    MEASURED_COLUMNS.flatMap(({ column, measure, unit, item }) => {
      const value = row[column];
      if (value === undefined) return [];
      const read = readMeasurement(measure, value, unit);
      if ("value" in read) return [];
      return [{ severity: "error", field: column, message: `${read.expected} (NHS Data Dictionary, ${item})` }];
    }),
  );
}

export function checkAssessment(row: CsvRow): RowFindings {
  const { SNOMED_ID: code, Score: score } = row;
  if (code === WITHHELD) return found([toFieldWarning("SNOMED_ID", WITHHELD_AT_THE_DOOR)], ["SNOMED_ID", "Score"]);
  if (code === undefined || score === undefined) return found([]);
  if (!isScoreCode(code)) {
    const message = "a tool other than ASQ-3 and ASQ:SE-2; its score is carried without a range to hold it to";
    return found([
      { ...toFieldWarning("SNOMED_ID", message), ...toUnmapped("CODED ASSESSMENT TOOL TYPE (SNOMED CT)", code) },
    ]);
  }
  return Number(score) > highestScore(code)
    ? found([
        {
          severity: "error",
          field: "Score",
          message: `expected a score of 0 to ${highestScore(code)} (NHS Data Dictionary, PERSON SCORE)`,
        },
      ])
    : found([]);
}

/** Codes of a screening table for which no list is held here are carried as they come, and told as unmapped. */
export function checkScreeningCodes(row: CsvRow): RowFindings {
  return found(
    SCREENING_ITEMS.flatMap(({ column, item, isListed }) => {
      const { [column]: code } = row;
      if (code === undefined || isListed(code)) return [];
      const message = `a code that no list here has; carried as it came (NHS Data Dictionary, ${item})`;
      return [{ ...toFieldWarning(column, message), ...toUnmapped(item, code) }];
    }),
  );
}
