import { toGenderFromPersonStated } from "../datatypes/gender.ts";
import { normaliseNhsNumber } from "../datatypes/nhs-number.ts";
import type { CsvRow, Made, MapContext, Mapped, SourceIdentity, StagedMapper, StagedRows } from "../mapper.ts";
import { type AttendedContact, toAttendedContacts } from "./contact.ts";
import { FIELDS } from "./fields.ts";
import { toNotCarried } from "./not-carried.ts";
import { ASSESSMENT, GP, MPI, OBS, TABLES } from "./tables.ts";
import { toContactAssessmentScore } from "./to-assessment-score.ts";
import { breastfeedingRowsOf, toBreastfeedingStatuses } from "./to-breastfeeding-status.ts";
import { toCodedObservation } from "./to-coded-observation.ts";
import { toHealthVisitorReview } from "./to-health-visitor-review.ts";
import { toMeasurements } from "./to-measurement.ts";
import { toOrganization } from "./to-organization.ts";
import { placePostcodeOf, toPatient } from "./to-patient.ts";
import { toRelationships } from "./to-relationships.ts";

/**
 * The operational extract of a health visiting provider in the shape of the Community Services Data Set v1.6: one CSV a
 * table, staged by key and joined a child at a time.
 */
export const communityServicesDataSet: StagedMapper = {
  kind: "community-services-data-set",
  dataClass: "health-visiting",
  reader: "staged",
  version: 1,
  fields: FIELDS,
  rules: [],
  tables: TABLES,
  root: MPI,
  identity: toIdentity,
  map: toMapped,
};

function toIdentity(root: CsvRow): SourceIdentity {
  const { NHSNumber, NHSNumber_Status, PersonGivenName, PersonFamilyName, DateOfBirth } = root;
  const postcode = placePostcodeOf(root);
  const gender = toGenderFromPersonStated(root.Gender ?? "");
  return {
    localId: root.LocalPatientID ?? "",
    ...(NHSNumber === undefined ? {} : { nhsNumber: normaliseNhsNumber(NHSNumber) }),
    ...(NHSNumber_Status === undefined ? {} : { nhsNumberStatus: NHSNumber_Status }),
    ...(PersonGivenName === undefined ? {} : { given: PersonGivenName }),
    ...(PersonFamilyName === undefined ? {} : { family: PersonFamilyName }),
    ...(DateOfBirth === undefined ? {} : { birthDate: DateOfBirth }),
    ...(postcode === undefined ? {} : { postcode }),
    ...(gender === undefined ? {} : { gender }),
  };
}

function toMapped(rows: StagedRows, context: MapContext): Mapped {
  const root = rows[MPI]?.[0];
  if (root === undefined) return { made: [], organizations: [], relationships: [], notCarried: [] };
  const provider = (root.OrgID_LocalPatientID ?? "").toUpperCase();
  const made = toAttendedContacts(rows).flatMap((contact) => toObservations({ context, contact, provider }, rows));
  return {
    patient: toPatient(root, rows[GP] ?? [], context.source),
    made,
    organizations: made.length === 0 ? [] : [toOrganization(provider, context)],
    relationships: toRelationships(rows),
    notCarried: toNotCarried(rows, new Set(made.map(({ record }) => record))),
  };
}

function toObservations(
  surroundings: { readonly context: MapContext; readonly contact: AttendedContact; readonly provider: string },
  rows: StagedRows,
): Made[] {
  const { activities } = surroundings.contact;
  const hangingOff = (table: string, { CareActivityID: id }: CsvRow): CsvRow[] =>
    (rows[table] ?? []).filter((row) => row.CareActivityID === id);
  return [
    ...activities.flatMap((activity) => [
      ...toHealthVisitorReview(surroundings, activity),
      ...toCodedObservation(surroundings, activity),
      ...hangingOff(OBS, activity).flatMap((row) => toMeasurements(surroundings, row)),
      ...hangingOff(ASSESSMENT, activity).flatMap((row) => toContactAssessmentScore(surroundings, row)),
    ]),
    ...toBreastfeedingStatuses(surroundings, breastfeedingRowsOf(rows, activities)),
  ];
}
