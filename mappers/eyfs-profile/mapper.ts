import { toLocalId } from "../datatypes/local-id.ts";
import { toOrganization } from "../datatypes/organization.ts";
import { toAcademicYearPeriod } from "../foundation-stage/academic-year.ts";
import { toRoll, toSettingReference } from "../foundation-stage/setting.ts";
import { toFoundationStageObservations } from "../foundation-stage/to-observation.ts";
import type { CsvMapper, FieldIssue, MapContext, Mapped, SourceIdentity } from "../mapper.ts";
import { FIELDS } from "./fields.ts";
import { type EyfsProfileRecord, parseRecord } from "./record.ts";
import { RULES } from "./rules.ts";
import { toPatient } from "./to-patient.ts";

const REQUIRED = ["FSP_ACADYR", "FSP_UPN", "FSP_SURNAME", "FSP_FORENAME", "FSP_DOB", "FSP_LA"];

/**
 * The early years foundation stage profile as a flat file, one row a child and academic year, with the column names of
 * the National Pupil Database.
 */
export const eyfsProfile: CsvMapper<EyfsProfileRecord> = {
  kind: "eyfs-profile",
  dataClass: "education",
  version: 2,
  fields: FIELDS,
  rules: RULES,
  reader: "csv",
  shape: {
    name: "EYFS profile",
    required: REQUIRED,
    optional: FIELDS.map(({ field }) => field).filter((field) => !REQUIRED.includes(field)),
  },
  parse: parseRecord,
  recordId,
  identity,
  map,
  misdirected,
};

/** An authority returns its own settings; an extract of its children may also tell of those at settings elsewhere. */
function misdirected({ localAuthority }: EyfsProfileRecord, own: string): FieldIssue | undefined {
  if (localAuthority === own) return undefined;
  const message =
    "of another authority than the one this source belongs to; check that the file came to the right place";
  return { severity: "warning", field: "FSP_LA", message };
}

function localId({ matchingReference, upn, setting, family, given, birthDate }: EyfsProfileRecord): string {
  if (matchingReference !== undefined) return matchingReference;
  return toLocalId(upn === undefined ? [setting.identifiers[0].value, family, given, birthDate] : [upn]);
}

function recordId(record: EyfsProfileRecord): string {
  return `${localId(record)}/${record.profile.endYear}`;
}

function identity(record: EyfsProfileRecord): SourceIdentity {
  return {
    localId: localId(record),
    given: record.given,
    family: record.family,
    birthDate: record.birthDate,
    ...(record.upn === undefined ? {} : { upn: record.upn }),
    ...(record.postcode === undefined ? {} : { postcode: record.postcode }),
    ...(record.gender === undefined ? {} : { gender: record.gender }),
  };
}

function map(record: EyfsProfileRecord, context: MapContext): Mapped {
  const id = recordId(record);
  return {
    patient: toPatient(record, context),
    made: toFoundationStageObservations(
      {
        profile: record.profile,
        record: id,
        shownRecord: record.matchingReference === undefined ? undefined : id,
        performer: toSettingReference(record.setting, context),
      },
      context,
    ),
    organizations: [toOrganization(record.setting, context)],
    relationships: toRoll(record.setting, toAcademicYearPeriod(record.profile.endYear)),
    notCarried: record.notCarried,
  };
}
