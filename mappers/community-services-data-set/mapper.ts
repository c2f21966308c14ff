import { toGenderFromPersonStated } from "../datatypes/gender.ts";
import { normaliseNhsNumber } from "../datatypes/nhs-number.ts";
import { toDerived } from "../derived/derived.ts";
import type { GrowingChild } from "../derived/growth-reference.ts";
import type { CsvRow, Made, MapContext, Mapped, SourceIdentity, StagedMapper, StagedRows } from "../mapper.ts";
import { toAttendedContacts } from "./contact.ts";
import { FIELDS } from "./fields.ts";
import { toNotCarried } from "./not-carried.ts";
import { RULES } from "./rules.ts";
import { ASSESSMENT, GP, MPI, OBS } from "./table-names.ts";
import { TABLES } from "./tables.ts";
import { asq3ScoreOf, toAsq3Panels } from "./to-asq-3-panels.ts";
import { toContactAssessmentScore, toReferralAssessments } from "./to-assessment-score.ts";
import { breastfeedingRowsOf, toBreastfeedingStatuses } from "./to-breastfeeding-status.ts";
import { toCodedEntries } from "./to-coded-entries.ts";
import { toCodedObservation } from "./to-coded-observation.ts";
import { toHealthVisitorReviews } from "./to-health-visitor-review.ts";
import { toMeasurements } from "./to-measurement.ts";
import { toNewbornScreens } from "./to-newborn-screens.ts";
import type { Surroundings } from "./to-observation.ts";
import { toOrganization } from "./to-organization.ts";
import { placePostcodeOf, toPatient } from "./to-patient.ts";
import { toRelationships } from "./to-relationships.ts";
import { TURNED_AWAY_TABLES } from "./turned-away.ts";

/**
 * The operational extract of a health visiting provider in the shape of the Community Services Data Set v1.6: one CSV a
 * table, staged by key and joined a child at a time.
 */
export const communityServicesDataSet: StagedMapper = {
  kind: "community-services-data-set",
  dataClass: "health-visiting",
  reader: "staged",
  version: 2,
  fields: FIELDS,
  rules: RULES,
  tables: [...TABLES, ...TURNED_AWAY_TABLES],
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
  const told = toTold({ context, provider: (root.OrgID_LocalPatientID ?? "").toUpperCase() }, rows);
  const made = [...told, ...toDerived(told, toGrowingChild(root), context)];
  return {
    patient: toPatient(root, rows[GP] ?? [], context.source),
    made,
    organizations: made.length === 0 ? [] : [toOrganization((root.OrgID_LocalPatientID ?? "").toUpperCase(), context)],
    relationships: toRelationships(rows),
    notCarried: toNotCarried(rows, made),
  };
}

/** Stated gender stands for the sex of the reference; neither male nor female has none. */
function toGrowingChild({ DateOfBirth: birthDate, Gender: gender }: CsvRow): GrowingChild {
  return { birthDate, gender: toGenderFromPersonStated(gender ?? "") };
}

type Provider = Omit<Surroundings, "occasion">;

/** All that the provider tells, without what is computed from it. */
function toTold(provider: Provider, rows: StagedRows): Made[] {
  const hangingOff = toHangingOff(rows);
  const contacts = toAttendedContacts(rows).map((contact) => {
    const surroundings = { ...provider, occasion: contact };
    const findings = [
      ...contact.activities.flatMap((activity) => toFindings(surroundings, activity, hangingOff)),
      ...toBreastfeedingStatuses(surroundings, contact.activities, breastfeedingRowsOf(rows, contact.activities)),
    ];
    const panels = toAsq3Panels(surroundings, findings);
    const grouped = findings.filter(({ resource }) => asq3ScoreOf(resource) === undefined);
    return { contact, made: [...findings, ...panels], found: [...grouped, ...panels] };
  });
  return [
    ...toHealthVisitorReviews(provider, contacts),
    ...contacts.flatMap(({ made }) => made),
    ...toReferralAssessments(provider, rows),
    ...toNewbornScreens(provider, rows),
  ];
}

/** The rows of a table that hang off a care activity. */
type HangingOff = (table: string, activity: CsvRow) => readonly CsvRow[];

/** Looks each table through once, however many activities there are. */
function toHangingOff(rows: StagedRows): HangingOff {
  const tables = new Map(
    [OBS, ASSESSMENT].map((table) => [table, Map.groupBy(rows[table] ?? [], ({ CareActivityID: id }) => id)]),
  );
  return (table, { CareActivityID: id }) => tables.get(table)?.get(id) ?? [];
}

function toFindings(surroundings: Surroundings, activity: CsvRow, hangingOff: HangingOff): Made[] {
  return [
    ...toCodedObservation(surroundings, activity),
    ...toCodedEntries(surroundings, activity),
    ...hangingOff(OBS, activity).flatMap((row) => toMeasurements(surroundings, row)),
    ...hangingOff(ASSESSMENT, activity).flatMap((row) => toContactAssessmentScore(surroundings, row)),
  ];
}
