import { LOCAL_AUTHORITY } from "#profiles/systems.ts";
import { toOrganization } from "../datatypes/organization.ts";
import type { CsvMapper, MapContext, Mapped, SourceIdentity } from "../mapper.ts";
import { FIELDS } from "./fields.ts";
import { parseRecord, type SharingRegisterRecord } from "./record.ts";
import { RULES } from "./rules.ts";
import { toConsent } from "./to-consent.ts";

const REQUIRED = [
  "record_id",
  "birth_date",
  "decision",
  "data_classes",
  "valid_from",
  "recorded_by",
  "recorded_on",
  "responsible_person",
];

/** The register in which an authority writes down what families decide on the sharing of their child's data. */
export const sharingRegister: CsvMapper<SharingRegisterRecord> = {
  kind: "sharing-register",
  dataClass: "sharing",
  version: 1,
  fields: FIELDS,
  rules: RULES,
  reader: "csv",
  shape: {
    name: "sharing register",
    required: REQUIRED,
    optional: FIELDS.map(({ field }) => field).filter((field) => !REQUIRED.includes(field)),
  },
  parse: parseRecord,
  recordId: (record) => record.recordId,
  identity,
  map,
};

function identity(record: SharingRegisterRecord): SourceIdentity {
  return {
    localId: record.localId,
    birthDate: record.birthDate,
    ...(record.nhsNumber === undefined ? {} : { nhsNumber: record.nhsNumber }),
    ...(record.upn === undefined ? {} : { upn: record.upn }),
    ...(record.given === undefined ? {} : { given: record.given }),
    ...(record.family === undefined ? {} : { family: record.family }),
    ...(record.postcode === undefined ? {} : { postcode: record.postcode }),
  };
}

function map(record: SharingRegisterRecord, context: MapContext): Mapped {
  const slot = `consent/${record.recordId}`;
  const authority = { system: LOCAL_AUTHORITY, value: context.localAuthority };
  return {
    made: [{ slot, record: record.recordId, resource: toConsent(record, slot, context) }],
    organizations: [toOrganization({ identifiers: [authority] }, context)],
    relationships: [],
    notCarried: record.notCarried,
  };
}
