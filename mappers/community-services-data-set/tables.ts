import type { CsvRow, StagedTable } from "../mapper.ts";
import {
  breastfeedingStatus,
  careActivity,
  careContact,
  codedAssessment,
  codedAssessmentReferral,
  gpRegistration,
  header,
  masterPatientIndex,
  observation,
  referral,
  serviceTypeReferredTo,
} from "./record.ts";
import {
  ASSESSMENT_ENTRIES,
  CODED_ENTRIES,
  checkActivity,
  checkAssessment,
  checkMeasurements,
  checkOrder,
  checkPerson,
  checkScreeningCodes,
} from "./row-checks.ts";
import { WITHHELD, withholdSafeguarding } from "./safeguarding.ts";
import { bloodSpotResult, infantPhysicalExamination, newbornHearingScreening } from "./screening-record.ts";
import { createTable } from "./table.ts";
import {
  ACTIVITY,
  ASSESSMENT,
  BLOOD_SPOT,
  BREASTFEEDING,
  CONTACT,
  EXAMINATION,
  GP,
  HEADER,
  HEARING,
  MPI,
  OBS,
  REFERRAL,
  REFERRAL_ASSESSMENT,
  SERVICE_TYPE,
} from "./table-names.ts";

const toParent = (table: string, column: string) => (row: CsvRow) => ({ table, key: row[column] ?? "" });
const toKey =
  (...columns: readonly string[]) =>
  (row: CsvRow) =>
    columns.map((column) => row[column] ?? "").join("/");

/**
 * The tables that are read. A table's required columns are found together in no other table, so that the header of a
 * file says which table it is.
 */
export const TABLES: readonly StagedTable[] = [
  createTable({
    name: HEADER,
    schema: header,
    required: ["OrgID_Provider", "RP_StartDate", "RP_EndDate"],
    key: toKey("OrgID_Provider", "RP_StartDate"),
    parent: () => undefined,
    check: (row) => checkOrder(row, "RP_StartDate", "RP_EndDate"),
  }),
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
    name: HEARING,
    schema: newbornHearingScreening,
    required: ["LocalPatientID", "Result_HearingScreening"],
    key: toKey("LocalPatientID"),
    parent: toParent(MPI, "LocalPatientID"),
    check: checkScreeningCodes,
  }),
  createTable({
    name: BLOOD_SPOT,
    schema: bloodSpotResult,
    required: ["LocalPatientID", "CardCompletion_Date"],
    key: toKey("LocalPatientID", "CardCompletion_Date"),
    parent: toParent(MPI, "LocalPatientID"),
    check: checkScreeningCodes,
  }),
  createTable({
    name: EXAMINATION,
    schema: infantPhysicalExamination,
    required: ["LocalPatientID", "Examination_Date"],
    key: toKey("LocalPatientID", "Examination_Date"),
    parent: toParent(MPI, "LocalPatientID"),
  }),
  createTable({
    name: REFERRAL_ASSESSMENT,
    schema: codedAssessmentReferral,
    required: ["ServiceRequestID", "SNOMED_ID", "Score", "AssessmentCompletion_Date"],
    key: (row) => `${row.ServiceRequestID ?? ""}/${codeOf(row)}/${row.AssessmentCompletion_Date ?? ""}`,
    parent: toParent(REFERRAL, "ServiceRequestID"),
    withhold: (row) => withholdSafeguarding(row, ASSESSMENT_ENTRIES),
    check: checkAssessment,
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
    key: (row) => `${row.CareActivityID ?? ""}/${codeOf(row)}`,
    parent: toParent(ACTIVITY, "CareActivityID"),
    withhold: (row) => withholdSafeguarding(row, ASSESSMENT_ENTRIES),
    check: checkAssessment,
  }),
];

/** A key is stored, and so must not spell out a code that is withheld; it is the same before and after the dropping. */
function codeOf(row: CsvRow): string {
  return withholdSafeguarding(row, ASSESSMENT_ENTRIES).SNOMED_ID ?? WITHHELD;
}

/** Key of a row of a table, as it is staged. */
export function keyOf(table: string, row: CsvRow): string {
  return TABLES.find(({ name }) => name === table)?.key(row) ?? "";
}
