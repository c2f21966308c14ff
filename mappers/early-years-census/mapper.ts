import { toLocalId } from "../datatypes/local-id.ts";
import { toOrganization } from "../datatypes/organization.ts";
import { toAcademicYearPeriod } from "../foundation-stage/academic-year.ts";
import { toRoll } from "../foundation-stage/setting.ts";
import type {
  CsvMapper,
  FieldIssue,
  FormsMapper,
  MapContext,
  Mapped,
  Parsed,
  Relationship,
  SourceIdentity,
  XmlElement,
  XmlMapper,
} from "../mapper.ts";
import { COLUMNS, FIELDS, HEADER_FIELDS } from "./fields.ts";
import { type EarlyYearsCensusRecord, parseRow } from "./record.ts";
import { RULES } from "./rules.ts";
import { toObservations } from "./to-observation.ts";
import { toPatient } from "./to-patient.ts";
import { repeatedFields, toRow, unknownPaths, XML_FORM } from "./xml-form.ts";

const REQUIRED = ["Surname", "Forename", "DOB"];

const SHARED = {
  kind: "early-years-census",
  dataClass: "education",
  version: 1,
  fields: FIELDS,
  rules: RULES,
  recordId,
  identity,
  map,
  misdirected,
} as const;

const csv: CsvMapper<EarlyYearsCensusRecord> = {
  ...SHARED,
  reader: "csv",
  shape: {
    name: "early years census",
    required: REQUIRED,
    optional: COLUMNS.filter((column) => !REQUIRED.includes(column)),
    preamble: { tag: "H", fields: HEADER_FIELDS },
  },
  parse: parseRow,
};

const xml: XmlMapper<EarlyYearsCensusRecord> = {
  ...SHARED,
  reader: "xml",
  root: XML_FORM.root,
  header: XML_FORM.header,
  repeated: XML_FORM.repeated,
  parse: parseElement,
  filled: (raw) => [...Object.keys(toRow(raw)), ...unknownPaths(raw)],
};

/**
 * The early years census of childcare providers, one child at one setting a record: CSV behind the census's header
 * record, or XML. Both forms of a record give the same record and the same resources, and speak of fields by one name.
 */
export const earlyYearsCensus: FormsMapper<EarlyYearsCensusRecord> = {
  kind: "early-years-census",
  dataClass: "education",
  version: 1,
  fields: FIELDS,
  rules: RULES,
  reader: "forms",
  csv,
  xml,
};

function parseElement(raw: {
  readonly header: XmlElement;
  readonly element: XmlElement;
}): Parsed<EarlyYearsCensusRecord> {
  const repeated = repeatedFields(raw);
  const parsed = parseRow(toRow(raw));
  if (!parsed.ok) return { ok: false, issues: [...repeated, ...parsed.issues] };
  if (repeated.length > 0) return { ok: false, issues: repeated };
  const { record, warnings } = parsed;
  return { ok: true, record: { ...record, notCarried: [...record.notCarried, ...unknownPaths(raw)] }, warnings };
}

/**
 * A child at two settings is told by both, each with hours of its own, and two settings may call two children by the same
 * reference: a name is of the child at the setting.
 */
function localId({ childId, upn, setting, family, given, birthDate }: EarlyYearsCensusRecord): string {
  const settingNumber = setting.identifiers[0].value;
  if (childId !== undefined) return `${settingNumber}/${childId}`;
  return toLocalId(upn === undefined ? [settingNumber, family, given, birthDate] : [settingNumber, upn]);
}

function recordId(record: EarlyYearsCensusRecord): string {
  return `${localId(record)}/${record.census}`;
}

function identity(record: EarlyYearsCensusRecord): SourceIdentity {
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

/** A census is of the settings of one authority, wherever their children live, and that authority sends it. */
function misdirected({ localAuthority }: EarlyYearsCensusRecord, own: string): FieldIssue | undefined {
  if (localAuthority === undefined || localAuthority === own) return undefined;
  const message = "the census of another authority than the one this source belongs to; send it to that one's source";
  return { severity: "error", field: "H.LEA", message };
}

function map(record: EarlyYearsCensusRecord, context: MapContext): Mapped {
  return {
    patient: toPatient(record, context),
    made: toObservations(record, recordId(record), context),
    organizations: [toOrganization(record.setting, context)],
    relationships: toStay(record),
    notCarried: record.notCarried,
  };
}

/** What the census proves is the reference date; until when the child stays, it does not know. */
function toStay({ setting, entryDate, leavingDate, referenceDate }: EarlyYearsCensusRecord): Relationship[] {
  const [year, month] = [Number(referenceDate.slice(0, 4)), Number(referenceDate.slice(5, 7))];
  const { end } = toAcademicYearPeriod(month >= 9 ? year + 1 : year);
  return toRoll(setting, { start: entryDate ?? referenceDate, end: leavingDate ?? end });
}
