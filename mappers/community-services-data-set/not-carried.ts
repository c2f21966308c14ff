import type { CsvRow, StagedRows } from "../mapper.ts";
import { readBreastfeedingFinding } from "./breastfeeding.ts";
import { isScoreCode, readCodedObservation } from "./coded-observation.ts";
import { isBeforeBirth } from "./contact.ts";
import { FIELDS } from "./fields.ts";
import { ACTIVITY, ASSESSMENT, BREASTFEEDING, CONTACT, MPI } from "./tables.ts";
import { isReview } from "./to-health-visitor-review.ts";
import { placePostcodeOf } from "./to-patient.ts";

const WITHOUT_TARGET: ReadonlySet<string> = new Set(
  FIELDS.filter((row) => row.to === undefined).map((row) => row.field),
);

/** Names, as `Table.Field`, of what had a value and went nowhere, each once. Never a value. */
export function toNotCarried(rows: StagedRows, madeFrom: ReadonlySet<string>): string[] {
  const names = new Set<string>();
  for (const [table, tableRows] of Object.entries(rows)) {
    for (const row of tableRows) {
      for (const column of Object.keys(row)) {
        const name = `${table}.${column}`;
        if (WITHOUT_TARGET.has(name)) names.add(name);
      }
      for (const column of refusedColumns(table, row, rows)) names.add(`${table}.${column}`);
      if (table === BREASTFEEDING && isOutvoted(row, rows, madeFrom)) names.add(`${table}.BreastFeedingStatus`);
    }
  }
  return [...names].sort();
}

/** Columns that have a target, which this row's value did not reach. */
function refusedColumns(table: string, row: CsvRow, rows: StagedRows): readonly string[] {
  switch (table) {
    case MPI:
      return row.Postcode !== undefined && placePostcodeOf(row) === undefined ? ["Postcode"] : [];
    case CONTACT:
      return isBeforeBirth(row, rows[MPI]?.[0]?.DateOfBirth) ? ["Contact_Date"] : [];
    case ACTIVITY:
      return refusedActivityColumns(row);
    case ASSESSMENT:
      return row.SNOMED_ID !== undefined && !isScoreCode(row.SNOMED_ID) ? ["SNOMED_ID", "Score"] : [];
    default:
      return [];
  }
}

function refusedActivityColumns(row: CsvRow): string[] {
  const columns: string[] = [];
  if (row.Activity_Type !== undefined && !isReview(row.Activity_Type)) columns.push("Activity_Type");
  if (row.CodedFinding !== undefined && readBreastfeedingFinding(row.Finding_Scheme, row.CodedFinding) === undefined) {
    columns.push("CodedFinding");
  }
  const observation = readCodedObservation(row);
  if (observation.kind === "not-carried") columns.push(observation.warning.field);
  return columns;
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
