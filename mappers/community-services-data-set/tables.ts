import { toFieldWarning } from "../datatypes/field-issue.ts";
import { isPseudoPostcode, normalisePostcode } from "../datatypes/postcode.ts";
import type { CsvRow, FieldIssue } from "../mapper.ts";
import { highestScore, isScoreCode, readCodedObservation } from "./coded-observation.ts";
import { HEIGHT, LENGTH, type Measure, readMeasurement, WEIGHT } from "./measurement.ts";
import {
  breastfeedingStatus,
  careActivity,
  careContact,
  codedAssessment,
  gpRegistration,
  masterPatientIndex,
  observation,
  referral,
  serviceTypeReferredTo,
} from "./record.ts";
import { type CodedEntry, WITHHELD, WITHHELD_AT_THE_DOOR, withholdSafeguarding } from "./safeguarding.ts";
import { createTable, type RowFindings } from "./table.ts";
import { CENTIMETRE, KILOGRAM, METRE, type Unit } from "./unit.ts";

/** Names of the tables, as the submission file has them. */
export const MPI = "CYP001MPI";
export const GP = "CYP002GP";
export const REFERRAL = "CYP101Referral";
export const SERVICE_TYPE = "CYP102ServiceTypeReferredTo";
export const CONTACT = "CYP201CareContact";
export const ACTIVITY = "CYP202CareActivity";
export const BREASTFEEDING = "CYP610BreastfeedingStatus";
export const OBS = "CYP611Obs";
export const ASSESSMENT = "CYP612CodedAssessmentContact";

const CODED_ENTRIES: readonly CodedEntry[] = [
  { code: "CodedProcedure", about: ["Procedure_Scheme"] },
  { code: "CodedFinding", about: ["Finding_Scheme"] },
  { code: "CodedObservation", about: ["Observation_Scheme", "ObservationValue", "UC_UnitOfMeasurement"] },
];

/** Its score stays in the row that is checked, which must have one, and is dropped with the mark. */
const ASSESSMENT_ENTRIES: readonly CodedEntry[] = [{ code: "SNOMED_ID", about: [] }];

const toParent = (table: string, column: string) => (row: CsvRow) => ({ table, key: row[column] ?? "" });
const toKey =
  (...columns: readonly string[]) =>
  (row: CsvRow) =>
    columns.map((column) => row[column] ?? "").join("/");

/**
 * The tables that are read. A table's required columns are found together in no other table, so that the header of a
 * file says which table it is.
 */
export const TABLES = [
  createTable({
    name: MPI,
    schema: masterPatientIndex,
    required: ["LocalPatientID", "OrgID_LocalPatientID", "NHSNumber", "DateOfBirth"],
    key: toKey("LocalPatientID"),
    parent: () => undefined,
    check: checkPerson,
  }),
  createTable({
    name: GP,
    schema: gpRegistration,
    required: ["LocalPatientID", "OrgID_GP"],
    key: toKey("LocalPatientID", "OrgID_GP", "GPRegistration_StartDate"),
    parent: toParent(MPI, "LocalPatientID"),
    check: (row) => checkOrder(row, "GPRegistration_StartDate", "GPRegistration_EndDate"),
  }),
  createTable({
    name: REFERRAL,
    schema: referral,
    required: ["ServiceRequestID", "LocalPatientID", "ReferralRequest_ReceivedDate"],
    key: toKey("ServiceRequestID"),
    parent: toParent(MPI, "LocalPatientID"),
    check: (row) => checkOrder(row, "ReferralRequest_ReceivedDate", "Discharge_Date"),
  }),
  createTable({
    name: SERVICE_TYPE,
    schema: serviceTypeReferredTo,
    required: ["ServiceRequestID", "TeamType"],
    key: toKey("ServiceRequestID", "TeamType", "TeamID_Local"),
    parent: toParent(REFERRAL, "ServiceRequestID"),
  }),
  createTable({
    name: CONTACT,
    schema: careContact,
    required: ["CareContactID", "ServiceRequestID", "Contact_Date"],
    key: toKey("CareContactID"),
    parent: toParent(REFERRAL, "ServiceRequestID"),
  }),
  createTable({
    name: ACTIVITY,
    schema: careActivity,
    required: ["CareActivityID", "CareContactID", "Activity_Type"],
    key: toKey("CareActivityID"),
    parent: toParent(CONTACT, "CareContactID"),
    withhold: (row) => withholdSafeguarding(row, CODED_ENTRIES),
    check: checkActivity,
  }),
  createTable({
    name: BREASTFEEDING,
    schema: breastfeedingStatus,
    required: ["CareActivityID", "BreastFeedingStatus"],
    key: toKey("CareActivityID"),
    parent: toParent(ACTIVITY, "CareActivityID"),
  }),
  createTable({
    name: OBS,
    schema: observation,
    required: ["CareActivityID", "Weight"],
    key: toKey("CareActivityID"),
    parent: toParent(ACTIVITY, "CareActivityID"),
    check: checkMeasurements,
  }),
  createTable({
    name: ASSESSMENT,
    schema: codedAssessment,
    required: ["CareActivityID", "SNOMED_ID", "Score"],
    key: toAssessmentKey,
    parent: toParent(ACTIVITY, "CareActivityID"),
    withhold: (row) => withholdSafeguarding(row, ASSESSMENT_ENTRIES),
    check: checkAssessment,
  }),
] as const;

/** A key is stored, and so must not spell out a code that is withheld; it is the same before and after the dropping. */
function toAssessmentKey(row: CsvRow): string {
  const { CareActivityID: activity = "", SNOMED_ID: code = WITHHELD } = withholdSafeguarding(row, ASSESSMENT_ENTRIES);
  return `${activity}/${code}`;
}

function found(issues: readonly FieldIssue[], dropped: readonly string[] = []): RowFindings {
  return { issues, dropped };
}

/** Two dates of which the second may not come first. Days written YYYY-MM-DD compare as text. */
function checkOrder(row: CsvRow, first: string, second: string): RowFindings {
  const [start, end] = [row[first], row[second]];
  return start !== undefined && end !== undefined && end < start
    ? found([{ severity: "error", field: second, message: `expected a day not before ${first}` }])
    : found([]);
}

function checkPerson(row: CsvRow): RowFindings {
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

function checkActivity(row: CsvRow): RowFindings {
  const withheld = CODED_ENTRIES.map(({ code }) => code).filter((column) => row[column] === WITHHELD);
  const warnings = withheld.map((column) => toFieldWarning(column, WITHHELD_AT_THE_DOOR));
  if (row.CodedObservation === WITHHELD) return found(warnings, withheld);
  const read = readCodedObservation(row);
  if (read.kind === "refused") return found([...warnings, read.issue], withheld);
  return found(read.kind === "not-carried" ? [...warnings, read.warning] : warnings, withheld);
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

function checkMeasurements(row: CsvRow): RowFindings {
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

function checkAssessment(row: CsvRow): RowFindings {
  const { SNOMED_ID: code, Score: score } = row;
  if (code === WITHHELD) return found([toFieldWarning("SNOMED_ID", WITHHELD_AT_THE_DOOR)], ["SNOMED_ID", "Score"]);
  if (code === undefined || score === undefined) return found([]);
  if (!isScoreCode(code)) {
    return found([toFieldWarning("SNOMED_ID", "a score of a tool other than ASQ-3 and ASQ:SE-2 is not carried")]);
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
