import { toLocalId } from "../datatypes/local-id.ts";
import { toOrganization } from "../datatypes/organization.ts";
import type { CsvMapper, Made, MapContext, Mapped, SourceIdentity } from "../mapper.ts";
import { FIELDS } from "./fields.ts";
import { type ProgressCheckRecord, parseRecord } from "./record.ts";
import { RULES } from "./rules.ts";
import { toConsents } from "./to-consent.ts";
import { toObservation } from "./to-observation.ts";
import { toPatient } from "./to-patient.ts";

const REQUIRED = ["given_name", "family_name", "birth_date", "check_date"];

/** The statutory progress check at two as a setting writes it, one check a row of this gateway's template. */
export const progressCheck: CsvMapper<ProgressCheckRecord> = {
  kind: "progress-check",
  dataClass: "education",
  version: 1,
  fields: FIELDS,
  rules: RULES,
  reader: "csv",
  shape: {
    name: "progress check at two",
    required: REQUIRED,
    optional: FIELDS.map(({ field }) => field).filter((field) => !REQUIRED.includes(field)),
  },
  parse: parseRecord,
  recordId,
  identity,
  map,
};

/** Two settings may call two children by the same reference, so a name is of the child at the setting. */
function localId(record: ProgressCheckRecord): string {
  const { childId, nhsNumber, upn, setting, family, given, birthDate } = record;
  const settingNumber = setting.identifiers[0].value;
  if (childId !== undefined) return `${settingNumber}/${childId}`;
  const number = nhsNumber ?? upn;
  return toLocalId(number === undefined ? [settingNumber, family, given, birthDate] : [settingNumber, number]);
}

function checkName({ checkId, checkDate }: ProgressCheckRecord): string {
  return checkId ?? checkDate;
}

function recordId(record: ProgressCheckRecord): string {
  return `${localId(record)}/${checkName(record)}`;
}

function identity(record: ProgressCheckRecord): SourceIdentity {
  const { nhsNumber, upn, given, family, birthDate, postcode, gender } = record;
  return {
    localId: localId(record),
    given,
    family,
    birthDate,
    ...(nhsNumber === undefined ? {} : { nhsNumber }),
    ...(upn === undefined ? {} : { upn }),
    ...(postcode === undefined ? {} : { postcode }),
    ...(gender === undefined ? {} : { gender }),
  };
}

/** No place on a roll: a check proves that the child was there on a day, and not until when. */
function map(record: ProgressCheckRecord, context: MapContext): Mapped {
  const [first, ...others] = record.texts;
  const naming = { name: { record: recordId(record), check: checkName(record) }, context };
  const observations: readonly [Made, ...Made[]] = [
    toObservation(first, record, naming),
    ...others.map((text) => toObservation(text, record, naming)),
  ];
  return {
    patient: toPatient(record, context),
    made: [...observations, ...toConsents(record, observations, naming)],
    organizations: [toOrganization(record.setting, context)],
    relationships: [],
    notCarried: record.notCarried,
  };
}
