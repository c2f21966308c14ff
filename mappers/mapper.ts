import type { Consent, Observation, Organization, Patient } from "@medplum/fhirtypes";

/** The kinds of source, each a folder of this room. */
export type SourceKind =
  | "eyfs-profile"
  | "common-transfer-file"
  | "community-services-data-set"
  | "digital-child-health"
  | "sharing-register"
  | "family-hub"
  | "itk-adt"
  | "early-years-census"
  | "progress-check";

/** What the gateway computes by itself, each off unless the register switches it on for a source. */
export type Derivation = "asq-3-band" | "growth-centile";

/** Class of data a source holds, in the words in which agreements and objections are written. */
export type DataClass = "health-visiting" | "education" | "sharing";

/** One thing wrong, or worth a warning, with one field of a source record. Never holds the value that came. */
export interface FieldIssue {
  readonly severity: "error" | "warning";
  /** The field in the source's own words: a column name, or a path such as `Pupil/BasicDetails/FormerUPN`. */
  readonly field: string;
  /** What is wrong, what was expected, and the clause or data-dictionary item that says so. */
  readonly message: string;
  /**
   * Set when the field holds a code that its code list does not have, or that no target is known for: the list's name
   * (as `CSDS BreastFeedingStatus`) and the code itself. Told only where it looks like a code, and counted for the
   * data-quality report; never in `message`.
   */
  readonly unmapped?: { readonly list: string; readonly code: string };
}

export type Parsed<Rec> =
  | { readonly ok: true; readonly record: Rec; readonly warnings: readonly FieldIssue[] }
  | { readonly ok: false; readonly issues: readonly FieldIssue[] };

/** What a source record says about whose it is; the input of identity resolution. Values are as they came, trimmed. */
export interface SourceIdentity {
  /** What the source calls the child, unique within the source. */
  readonly localId: string;
  /** Ten digits with a right check digit; a wrong one is a FieldIssue and never gets here. */
  readonly nhsNumber?: string;
  /** NHS NUMBER STATUS INDICATOR CODE, `01` to `08`. */
  readonly nhsNumberStatus?: string;
  readonly upn?: string;
  readonly given?: string;
  readonly family?: string;
  /** YYYY-MM-DD. */
  readonly birthDate?: string;
  readonly postcode?: string;
  /** FHIR administrative gender. */
  readonly gender?: "male" | "female" | "other" | "unknown";
}

/** A dated fact that entitles an organisation to a child's record. Dates are YYYY-MM-DD, `end` inclusive. */
export interface Relationship {
  readonly kind: "gp-registration" | "caseload" | "roll" | "hub-registration";
  readonly organization: { readonly system: string; readonly value: string };
  readonly start?: string;
  readonly end?: string;
}

/** What a mapper is told about its surroundings; it has no clock, ids or randomness of its own. */
export interface MapContext {
  /** Name of the source, as `leeds-eyfsp`. */
  readonly source: string;
  /** Three-digit number of the authority that the source belongs to. */
  readonly localAuthority: string;
  /** Logical id of the child's Patient. */
  readonly patientId: string;
  /** Logical id of the resource this record makes under `slot`; the same slot has the same id for ever. */
  id(slot: string): string;
  /** Logical id of the Organization that has this identifier. */
  organizationId(identifier: { readonly system: string; readonly value: string }): string;
  /** What is computed for this source beyond what it tells; nothing unless switched on. */
  readonly derives: ReadonlySet<Derivation>;
}

/** One resource that a source record makes. */
export interface Made {
  /** What it is within the source's child or record, as `E01` or `CYP611Obs/A-17/weight`; the key of its identity. */
  readonly slot: string;
  /** Which source record made it (`recordId` of the record, or table and key of a row); the key of its Provenance. */
  readonly record: string;
  /** Complete, with `id` (= `context.id(slot)`), without `meta.versionId` and `meta.lastUpdated`. */
  readonly resource: Observation | Consent;
}

/** All that one source record (or one child's staged rows) says, in FHIR. */
export interface Mapped {
  /** What this source contributes to the child's Patient: no `id`, no version. Absent when it says nothing about the person. */
  readonly patient?: Patient;
  readonly made: readonly Made[];
  /** Organizations that `made` refers to, each with `id` = `context.organizationId(...)` and at least one identifier. */
  readonly organizations: readonly Organization[];
  readonly relationships: readonly Relationship[];
  /** Fields that had a value and went nowhere, by the source's own name. */
  readonly notCarried: readonly string[];
  /**
   * Local ids under which this source told of the same child before and will no more (an ADT merge): what they
   * contributed ends, and their links follow this record's child.
   */
  readonly replaces?: readonly string[];
  /**
   * The record only takes back what an earlier one of its id made; worth telling where there was none. Its `patient`, if
   * any, is what is left of what that earlier one said of the person; what other records said stays as it is.
   */
  readonly withdraws?: boolean;
}

/** Where one source field goes: one row of the table in the source's README. */
export interface FieldRow {
  readonly field: string;
  /** FHIRPath of the target, or `undefined` when it goes nowhere, with `why`. */
  readonly to?: string;
  /** Why a field goes nowhere, or what decides how it is read. */
  readonly why?: string;
  /**
   * Slots of the resources that this row speaks of, where it is not every one of its type: each a slot, or a pattern in
   * which a word in braces stands for any text, as `CYP611Obs/{key}/weight`.
   */
  readonly slots?: readonly string[];
  /** Dropped before anything is stored, logged or counted beyond its name (safeguarding, a parent's number). */
  readonly droppedAtDoor?: boolean;
}

/** An element of a made resource that no single field fills: fixed, or computed. With `fields`, all of a resource. */
export interface RuleRow {
  /** FHIRPath of the element, as `Observation.status`; it covers all that is below it. */
  readonly to: string;
  /** As `FieldRow.slots`. */
  readonly slots?: readonly string[];
  /** Source fields that the rule looks at; none when the element is the same for every record. */
  readonly from?: readonly string[];
  /** What decides the element, in a sentence that a data officer understands. */
  readonly rule: string;
}

interface SourceMapper {
  readonly kind: SourceKind;
  readonly dataClass: DataClass;
  /** Grows by one whenever the same source record makes other resources than before. */
  readonly version: number;
  /** Every field of the source that is known, each with its target. */
  readonly fields: readonly FieldRow[];
  /** What fills the elements that no row of `fields` fills. */
  readonly rules: readonly RuleRow[];
}

/** A mapper whose source record is whole in itself: a CSV row, a pupil of an XML file, a message. */
export interface RecordMapper<Raw, Rec> extends SourceMapper {
  parse(raw: Raw): Parsed<Rec>;
  /** What the source calls this record; the same record sent again has the same id. */
  recordId(record: Rec): string;
  identity(record: Rec): SourceIdentity;
  map(record: Rec, context: MapContext): Mapped;
  /**
   * What speaks against a record in a source of this authority (three digits), where the record itself names one: an error
   * where it can only have come to the wrong place, a warning where there may be a reason.
   */
  misdirected?(record: Rec, localAuthority: string): FieldIssue | undefined;
  /** Names of the fields, as in `fields`, that have a value in a raw record; a CSV row tells that by itself. */
  filled?(raw: Raw): readonly string[];
  /**
   * The raw record without what must never be stored, quarantined or logged, and the names of what was taken out, as in
   * `fields`; to be applied before anything else is done with a record. `parse` applies it too.
   */
  withhold?(raw: Raw): { readonly kept: Raw; readonly dropped: readonly string[] };
  /**
   * When the source wrote the record, in milliseconds since 1970, where it says so. Of two records with one id the one
   * written last counts, in whatever order they come.
   */
  writtenAt?(record: Rec): number | undefined;
}

/** A CSV row by column name, values trimmed, empty values left out. */
export type CsvRow = Readonly<Record<string, string>>;

/** What the CSV reader must know of a file. Header names are compared without their case, blanks and underscores. */
export interface CsvShape {
  readonly name: string;
  /** Columns without which the file is refused. */
  readonly required: readonly string[];
  /** Further columns that are known; any other column is kept out and named in the receipt's `notCarried`. */
  readonly optional: readonly string[];
  /**
   * A record before the header line, told by its first field, with the names of its fields. Its values stand in each row
   * under `<tag>.<name>`.
   */
  readonly preamble?: { readonly tag: string; readonly fields: readonly string[] };
  /** Set where a file of this shape is known and turned away: why, in words for its sender. Nothing of it is kept. */
  readonly turnedAway?: string;
}

/** A mapper of CSV files of one shape. */
export interface CsvMapper<Rec> extends RecordMapper<CsvRow, Rec> {
  readonly reader: "csv";
  readonly shape: CsvShape;
}

/** An XML element as the XML reader gives it. Namespaces are not used by the formats read here. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Text of the element itself, trimmed. */
  readonly text: string;
  /** Line of the start tag, from 1. */
  readonly line: number;
}

/** A mapper of an XML file that repeats one element. `context` elements come before the first record and go with each. */
export interface XmlMapper<Rec>
  extends RecordMapper<{ readonly header: XmlElement; readonly element: XmlElement }, Rec> {
  readonly reader: "xml";
  readonly root: string;
  /** Path of the element read once before the records, below the root, as `Header`. */
  readonly header: string;
  /** Path of the repeated element, below the root, as `CTFpupilData/Pupil`. */
  readonly repeated: string;
}

/** A mapper of one JSON document a file (or one a line: NDJSON). */
export interface JsonMapper<Rec> extends RecordMapper<unknown, Rec> {
  readonly reader: "json";
}

/** A mapper of files that are CSV or XML, told apart by their first character. Both give the same records. */
export interface FormsMapper<Rec> extends SourceMapper {
  readonly reader: "forms";
  readonly csv: CsvMapper<Rec>;
  readonly xml: XmlMapper<Rec>;
}

/** A mapper of HL7 v2 messages: one by MLLP, any number in a file. Raw is the message's text, segments ended by CR. */
export interface Hl7v2Mapper<Rec> extends RecordMapper<string, Rec> {
  readonly reader: "hl7v2";
}

/** One table of a source that comes as several CSV files whose rows belong together. */
export interface StagedTable extends CsvShape {
  /** Key of a row within its table. */
  key(row: CsvRow): string;
  /** The row that this one hangs off, or `undefined` for the child's own row. */
  parent(row: CsvRow): { readonly table: string; readonly key: string } | undefined;
  /**
   * The row without what must never be stored, quarantined or logged although its column is read, as a safeguarding code
   * among coded findings; to be applied before anything else is done with a row. `parse` applies it too.
   */
  withhold?(row: CsvRow): CsvRow;
  /** Checks one row by itself; an error sends the row, and only it, to quarantine. Dropped fields are already gone. */
  parse(row: CsvRow): Parsed<CsvRow>;
}

/** All staged rows of one child: the root row and everything that hangs off it, by table. */
export type StagedRows = Readonly<Record<string, readonly CsvRow[]>>;

/** A mapper of several tables, staged by key and joined when the root row of the child is there. */
export interface StagedMapper extends SourceMapper {
  readonly reader: "staged";
  readonly tables: readonly StagedTable[];
  /** Name of the table that holds one row a child; its key is the child's `localId`. */
  readonly root: string;
  identity(root: CsvRow): SourceIdentity;
  map(rows: StagedRows, context: MapContext): Mapped;
}

/** A mapper whose record type is its own affair: callers pass what `parse` gave to the other functions untouched. */
export type AnyMapper =
  | CsvMapper<unknown>
  | XmlMapper<unknown>
  | FormsMapper<unknown>
  | JsonMapper<unknown>
  | Hl7v2Mapper<unknown>
  | StagedMapper;
