import type {
  AnyMapper,
  CsvMapper,
  CsvRow,
  FieldIssue,
  FormsMapper,
  Hl7v2Mapper,
  JsonMapper,
  RecordMapper,
  StagedMapper,
  XmlMapper,
} from "#mappers/mapper.ts";
import type { ColumnMap } from "../access/source.ts";
import { admitElement, admitRow, droppedFields } from "./door.ts";
import { toElementContent, toRowContent, vocabularyOf } from "./kept-content.ts";
import { type AtDoor, prepareRecord, prepareRow } from "./prepare-record.ts";
import type { Read } from "./prepared.ts";
import { readCsv } from "./readers/csv.ts";
import { readHl7v2 } from "./readers/hl7v2.ts";
import { sniffXml } from "./readers/is-xml.ts";
import { readJson } from "./readers/json.ts";
import type { ReadItem } from "./readers/read-item.ts";
import { readXml, type XmlRecord } from "./readers/xml.ts";
import { readXmlDocument } from "./readers/xml-document.ts";
import type { ExplainFault } from "./validate-mapped.ts";

export interface ReadOptions {
  readonly contentType?: string | undefined;
  readonly fileName?: string | undefined;
  /** The supplier's own column names. */
  readonly columns?: ColumnMap | undefined;
  /** Number of the authority that the source belongs to; without it nobody asks whether a record is of another one. */
  readonly localAuthority?: string | undefined;
  readonly explainFault: ExplainFault;
  /** Entry of the quarantine that the records come from. */
  readonly quarantineId?: string | undefined;
}

type RecordItem<Raw> = Extract<ReadItem<Raw>, { kind: "record" }>;

/** Bytes → records of a source, each parsed or with the reason why not. Nothing beyond one record is held. */
export async function* readRecords(
  mapper: AnyMapper,
  body: AsyncIterable<Uint8Array>,
  options: ReadOptions,
): AsyncGenerator<Read> {
  if (mapper.reader === "csv") yield* readRows(mapper, body, options);
  else if (mapper.reader === "staged") yield* readTables(mapper, body, options);
  else if (mapper.reader === "xml") yield* readElements(mapper, body, options);
  else if (mapper.reader === "forms") yield* readForms(mapper, body, options);
  else if (mapper.reader === "json") yield* readMessages(mapper, body, options);
  else yield* readHl7Messages(mapper, body, options);
}

async function* readForms(
  mapper: FormsMapper<unknown>,
  body: AsyncIterable<Uint8Array>,
  options: ReadOptions,
): AsyncGenerator<Read> {
  const { isXml, body: whole } = await sniffXml(body);
  if (isXml) yield* readElements(mapper.xml, whole, options);
  else yield* readRows(mapper.csv, whole, options);
}

async function* readRows(
  mapper: CsvMapper<unknown>,
  body: AsyncIterable<Uint8Array>,
  options: ReadOptions,
): AsyncGenerator<Read> {
  const toRead = rowsOf(mapper, options);
  const dropped = droppedFields(mapper.fields);
  for await (const item of readCsv(body, [mapper.shape], options.columns)) {
    yield item.kind === "record" ? toRead({ ...item, raw: item.raw.row }) : toRefused(item, dropped, options);
  }
}

async function* readElements(
  mapper: XmlMapper<unknown>,
  body: AsyncIterable<Uint8Array>,
  options: ReadOptions,
): AsyncGenerator<Read> {
  const toRead = elementsOf(mapper, options);
  const dropped = droppedFields(mapper.fields);
  for await (const item of readXml(body, mapper)) {
    yield item.kind === "record" ? toRead(item) : toRefused(item, dropped, options);
  }
}

async function* readMessages(
  mapper: JsonMapper<unknown>,
  body: AsyncIterable<Uint8Array>,
  options: ReadOptions,
): AsyncGenerator<Read> {
  const toRead = messagesOf(mapper, options);
  const dropped = droppedFields(mapper.fields);
  const { isXml, body: whole } = await sniffXml(body);
  for await (const item of isXml ? readXmlDocument(whole) : readJson(whole, { lines: isLines(options) })) {
    yield item.kind === "record" ? toRead(item) : toRefused(item, dropped, options);
  }
}

async function* readHl7Messages(
  mapper: Hl7v2Mapper<unknown>,
  body: AsyncIterable<Uint8Array>,
  options: ReadOptions,
): AsyncGenerator<Read> {
  const toRead = messagesOf(mapper, options);
  const dropped = droppedFields(mapper.fields);
  for await (const item of readHl7v2(body)) {
    yield item.kind === "record" ? toRead(item) : toRefused(item, dropped, options);
  }
}

async function* readTables(
  mapper: StagedMapper,
  body: AsyncIterable<Uint8Array>,
  options: ReadOptions,
): AsyncGenerator<Read> {
  const toRead = tablesOf(mapper, options);
  const dropped = droppedFields(mapper.fields);
  for await (const item of readCsv(body, mapper.tables, options.columns)) {
    yield item.kind === "record" ? toRead(item) : toRefused(item, dropped, options);
  }
}

/** Rows of a CSV file, whole in themselves. */
export function rowsOf(mapper: CsvMapper<unknown>, options: ReadOptions): (item: RecordItem<CsvRow>) => Read {
  const dropped = droppedFields(mapper.fields);
  return toReader(mapper, dropped, options, (raw) => ({
    ...admitRow(raw, dropped),
    toContent: toRowContent,
    vocabulary: vocabularyOf(mapper),
    filled: Object.keys,
  }));
}

/** Elements of an XML file. */
export function elementsOf(mapper: XmlMapper<unknown>, options: ReadOptions): (item: RecordItem<XmlRecord>) => Read {
  const dropped = droppedFields(mapper.fields);
  return toReader(mapper, dropped, options, ({ header, element }) => {
    const admitted = admitElement(element, dropped);
    return {
      kept: { header, element: admitted.kept },
      dropped: admitted.dropped,
      toContent: toElementContent,
      vocabulary: vocabularyOf(mapper),
    };
  });
}

/** Messages, as values of JSON or as text. */
export function messagesOf<Raw>(
  mapper: RecordMapper<Raw, unknown> & AnyMapper,
  options: ReadOptions,
): (item: RecordItem<Raw>) => Read {
  return toReader(mapper, droppedFields(mapper.fields), options, (raw) => ({
    kept: raw,
    dropped: [],
    toContent: (kept) => JSON.stringify(kept),
    vocabulary: vocabularyOf(mapper),
  }));
}

interface Admission<Raw> extends Pick<AtDoor<Raw>, "kept" | "dropped" | "toContent" | "vocabulary"> {
  /** Names of the fields that have a value, where the mapper does not tell them. */
  readonly filled?: (kept: Raw) => readonly string[];
}

function toReader<Raw>(
  mapper: RecordMapper<Raw, unknown>,
  dropped: ReadonlySet<string>,
  { explainFault, quarantineId, localAuthority }: ReadOptions,
  admit: (raw: Raw) => Admission<Raw>,
): (item: RecordItem<Raw>) => Read {
  return ({ raw, line, notCarried }) => {
    const admitted = admit(raw);
    const made = prepareRecord(mapper, { ...admitted, raw, line, explainFault, quarantineId, localAuthority });
    return {
      prepared: made.prepared,
      notCarried: notCarried.filter((field) => !dropped.has(field)),
      dropped: [...made.dropped, ...notCarried.filter((field) => dropped.has(field))],
      filled: () => (mapper.filled ?? admitted.filled)?.(admitted.kept) ?? [],
      found: made.found,
    };
  };
}

/** Rows of tables that are staged. */
export function tablesOf(
  mapper: StagedMapper,
  { explainFault, quarantineId }: ReadOptions,
): (item: RecordItem<{ readonly shape: StagedMapper["tables"][number]; readonly row: CsvRow }>) => Read {
  const dropped = droppedFields(mapper.fields);
  const withoutTarget = new Set(mapper.fields.filter(({ to }) => to === undefined).map(({ field }) => field));
  return ({ raw: { shape, row }, line, notCarried }) => {
    const name = (column: string): string => `${shape.name}.${column}`;
    const columns = Object.keys(row).map(name);
    const unread = [...notCarried.map(name), ...columns.filter((field) => withoutTarget.has(field))];
    return {
      ...prepareRow(shape, row, { line, explainFault, quarantineId }),
      notCarried: unread.filter((field) => !dropped.has(field)),
      dropped: unread.filter((field) => dropped.has(field)),
      filled: () => columns.filter((field) => !dropped.has(field)),
    };
  };
}

const NO_FIELDS = (): readonly string[] => [];
const NOTHING_FOUND: readonly FieldIssue[] = [];

function toRefused(
  item: Exclude<ReadItem<unknown>, { kind: "record" }>,
  dropped: ReadonlySet<string>,
  { quarantineId }: ReadOptions,
): Read {
  // Columns of a row that cannot be read cannot be told apart, so where some must never be kept, none is.
  const content = item.kind === "refused" && dropped.size === 0 ? item.content : "";
  const from = quarantineId === undefined ? {} : { quarantineId };
  return {
    prepared: { kind: "refused", line: item.issue.line, issues: [item.issue], content: () => content, ...from },
    notCarried: [],
    dropped: [],
    filled: NO_FIELDS,
    found: NOTHING_FOUND,
  };
}

function isLines({ contentType = "", fileName = "" }: ReadOptions): boolean {
  return /ndjson/i.test(contentType) || /\.ndjson$/i.test(fileName);
}
