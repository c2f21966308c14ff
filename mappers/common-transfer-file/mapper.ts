import { toLocalId } from "../datatypes/local-id.ts";
import { toOrganization } from "../datatypes/organization.ts";
import { type Setting, toRoll, toSettingReference } from "../foundation-stage/setting.ts";
import { toFoundationStageObservations } from "../foundation-stage/to-observation.ts";
import type { MapContext, Mapped, SourceIdentity, XmlMapper } from "../mapper.ts";
import { FIELDS } from "./fields.ts";
import { filledOf } from "./filled.ts";
import { type CommonTransferFileRecord, parseRecord } from "./record.ts";
import { RULES } from "./rules.ts";
import { assessorOf } from "./schools.ts";
import { toPatient } from "./to-patient.ts";

/**
 * The common transfer file in which schools of England pass on pupils: foundation stage profiles (stage `EYF`), the
 * person, and the schools on whose roll the child was.
 */
export const commonTransferFile: XmlMapper<CommonTransferFileRecord> = {
  kind: "common-transfer-file",
  dataClass: "education",
  version: 2,
  fields: FIELDS,
  rules: RULES,
  reader: "xml",
  root: "CTfile",
  header: "Header",
  repeated: "CTFpupilData/Pupil",
  parse: parseRecord,
  recordId,
  identity,
  map,
  filled: filledOf,
};

function localId({ upn, schools, family, given, birthDate }: CommonTransferFileRecord): string {
  return toLocalId(upn === undefined ? [schools.source?.identifiers[0].value ?? "", family, given, birthDate] : [upn]);
}

/**
 * Named by the latest profile in it and not by the file: a later file that repeats the profile is the same record, and
 * one without it (older pupils are transferred too) does not take it away.
 */
function recordId(record: CommonTransferFileRecord): string {
  return `${localId(record)}/${record.profiles.at(-1)?.endYear ?? "no-profile"}`;
}

function identity(record: CommonTransferFileRecord): SourceIdentity {
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

function map(record: CommonTransferFileRecord, context: MapContext): Mapped {
  const { source, stays } = record.schools;
  const assessed = record.profiles.map((profile) => ({
    profile,
    assessor: assessorOf(profile.endYear, record.schools),
  }));
  return {
    patient: toPatient(record, context),
    made: assessed.flatMap(({ profile, assessor }) =>
      toFoundationStageObservations(
        {
          profile,
          record: recordId(record),
          performer: assessor === undefined ? undefined : toSettingReference(assessor, context),
        },
        context,
      ),
    ),
    organizations: onePerNumber([source, ...assessed.map(({ assessor }) => assessor)]).map((setting) =>
      toOrganization(setting, context),
    ),
    relationships: stays.flatMap(({ setting, start, end }) =>
      toRoll(setting, { start, ...(end === undefined ? {} : { end }) }),
    ),
    notCarried: record.notCarried,
  };
}

function onePerNumber(settings: readonly (Setting | undefined)[]): Setting[] {
  const byNumber = new Map<string, Setting>();
  for (const setting of settings) {
    if (setting === undefined) continue;
    const { system, value } = setting.identifiers[0];
    const number = `${system}|${value}`;
    if (!byNumber.has(number)) byNumber.set(number, setting);
  }
  return [...byNumber.values()];
}
