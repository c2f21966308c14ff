import type { CsvRow, Made, StagedRows } from "../mapper.ts";
import { readBreastfeedingFinding } from "./breastfeeding.ts";
import { FINDING, PROCEDURE, readCodedEntry } from "./coded-entry.ts";
import { readCodedObservation } from "./coded-observation.ts";
import { isAttended, isBeforeBirth } from "./contact.ts";
import { FIELDS } from "./fields.ts";
import { SCREENING_ITEMS } from "./screening-items.ts";
import {
  ACTIVITY,
  BLOOD_SPOT,
  BREASTFEEDING,
  CONTACT,
  EXAMINATION,
  HEARING,
  MPI,
  REFERRAL_ASSESSMENT,
} from "./table-names.ts";
import { isReview } from "./to-health-visitor-review.ts";
import { placePostcodeOf } from "./to-patient.ts";

/** Fields that go nowhere, by their table. */
const WITHOUT_TARGET = Map.groupBy(
  FIELDS.filter(({ to }) => to === undefined).map(({ field }) => {
    const [table = "", column = ""] = field.split(".");
    return { field, table, column };
  }),
  ({ table }) => table,
);

/** Names, as `Table.Field`, of what had a value and went nowhere, each once. Never a value. */
export function toNotCarried(rows: StagedRows, made: readonly Made[]): string[] {
  const madeFrom = new Set(made.map(({ record }) => record));
  const slots = new Set(made.map(({ slot }) => slot));
  const names = new Set<string>();
  for (const [table, tableRows] of Object.entries(rows)) {
    for (const { field, column } of WITHOUT_TARGET.get(table) ?? []) {
      if (tableRows.some((row) => row[column] !== undefined)) names.add(field);
    }
    for (const row of tableRows) {
      for (const column of refusedColumns(table, row, rows)) names.add(`${table}.${column}`);
      if (table === ACTIVITY && isReviewToldElsewhere(row, rows, slots)) names.add(`${table}.Activity_Type`);
      if (table === BREASTFEEDING && isOutvoted(row, rows, madeFrom)) names.add(`${table}.BreastFeedingStatus`);
    }
  }
  return [...names].sort();
}

/** Columns that have a target, which this row's value did not reach. */
function refusedColumns(table: string, row: CsvRow, rows: StagedRows): readonly string[] {
  const birthDate = rows[MPI]?.[0]?.DateOfBirth;
  switch (table) {
    case MPI:
      return row.Postcode !== undefined && placePostcodeOf(row) === undefined ? ["Postcode"] : [];
    case CONTACT:
      return isBeforeBirth(row.Contact_Date, birthDate) ? ["Contact_Date"] : [];
    case REFERRAL_ASSESSMENT:
      return isBeforeBirth(row.AssessmentCompletion_Date, birthDate) ? ["AssessmentCompletion_Date"] : [];
    case BLOOD_SPOT:
      return row.CardCompletion_Date !== undefined && row.TestResult_ReceivedDate !== undefined
        ? ["TestResult_ReceivedDate", ...refusedScreens(table, row, birthDate)]
        : refusedScreens(table, row, birthDate);
    case HEARING:
    case EXAMINATION:
      return refusedScreens(table, row, birthDate);
    case ACTIVITY:
      return refusedActivityColumns(row);
    default:
      return [];
  }
}

/** The day of a screen that is said to lie before the child's birth. */
function refusedScreens(table: string, row: CsvRow, birthDate: string | undefined): readonly string[] {
  const items = SCREENING_ITEMS.filter((item) => item.table === table && row[item.column] !== undefined);
  const days = items.flatMap(({ dates }) => dates.find((column) => row[column] !== undefined) ?? []);
  return [...new Set(days)].filter((column) => isBeforeBirth(row[column], birthDate));
}

function refusedActivityColumns(row: CsvRow): string[] {
  const columns: string[] = [];
  if (row.Activity_Type !== undefined && !isReview(row.Activity_Type)) columns.push("Activity_Type");
  const isFeeding = readBreastfeedingFinding(row.Finding_Scheme, row.CodedFinding) !== undefined;
  const reads = [
    readCodedObservation(row),
    readCodedEntry(row, PROCEDURE),
    ...(isFeeding ? [] : [readCodedEntry(row, FINDING)]),
  ];
  return [...columns, ...reads.flatMap((read) => (read.kind === "not-carried" ? [read.warning.field] : []))];
}

/** A review of a day on which another contact had the same, which alone is told. */
function isReviewToldElsewhere(row: CsvRow, rows: StagedRows, slots: ReadonlySet<string>): boolean {
  if (!isReview(row.Activity_Type) || slots.has(`${ACTIVITY}/${row.CareActivityID}/review`)) return false;
  const contact = rows[CONTACT]?.find(({ CareContactID: id }) => id === row.CareContactID);
  return (
    contact !== undefined && isAttended(contact) && !isBeforeBirth(contact.Contact_Date, rows[MPI]?.[0]?.DateOfBirth)
  );
}

/** A status that gave way to a coded finding of the same contact. */
function isOutvoted(row: CsvRow, rows: StagedRows, madeFrom: ReadonlySet<string>): boolean {
  if (madeFrom.has(`${BREASTFEEDING}/${row.CareActivityID}`)) return false;
  const activities = rows[ACTIVITY] ?? [];
  const contact = activities.find((activity) => activity.CareActivityID === row.CareActivityID)?.CareContactID;
  return activities.some(
    (activity) =>
      activity.CareContactID === contact &&
      madeFrom.has(`${ACTIVITY}/${activity.CareActivityID}`) &&
      readBreastfeedingFinding(activity.Finding_Scheme, activity.CodedFinding) !== undefined,
  );
}
