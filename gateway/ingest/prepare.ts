import { hash } from "node:crypto";
import type {
  AnyMapper,
  CsvRow,
  FieldIssue,
  RecordMapper,
  StagedMapper,
  StagedTable,
  XmlElement,
} from "#mappers/mapper.ts";
import type { Prepared } from "./commit-batch.ts";
import { type Admitted, admitElement, admitRow, droppedFields } from "./door.ts";
import { readCsv } from "./readers/csv.ts";
import { sniffXml } from "./readers/is-xml.ts";
import { readJson } from "./readers/json.ts";
import type { PlaceIssue, ReadItem } from "./readers/read-item.ts";
import { readXml } from "./readers/xml.ts";
import { readXmlDocument } from "./readers/xml-document.ts";
import type { Unit } from "./unit.ts";
import type { ExplainFault } from "./validate-mapped.ts";

/** A record read and parsed, with what of it goes nowhere. */
export interface Read {
  readonly prepared: Prepared;
  readonly notCarried: readonly string[];
  /** Fields dropped at the door. */
  readonly dropped: readonly string[];
}

interface ReadOptions {
  readonly contentType?: string | undefined;
  readonly fileName?: string | undefined;
  readonly explainFault: ExplainFault;
}

/** Bytes → records of a source, each parsed or with the reason why not. Nothing beyond one record is held. */
export async function* readRecords(
  mapper: AnyMapper,
  body: AsyncIterable<Uint8Array>,
  options: ReadOptions,
): AsyncGenerator<Read> {
  const dropped = droppedFields(mapper.fields);
  if (mapper.reader === "csv") {
    for await (const item of readCsv(body, [mapper.shape])) {
      yield toRead(item, dropped, ({ row }) =>
        prepareRecord(mapper, row, { ...admitRow(row, dropped), ...options, line: lineOf(item) }),
      );
    }
  } else if (mapper.reader === "staged") {
    yield* readTables(mapper, body, { dropped, explainFault: options.explainFault });
  } else if (mapper.reader === "xml") {
    for await (const item of readXml(body, mapper)) {
      yield toRead(item, dropped, ({ header, element }) => {
        const admitted = admitElement(element, dropped);
        const kept = { header, element: admitted.kept };
        return prepareRecord(mapper, { header, element }, { ...options, ...admitted, kept, line: lineOf(item) });
      });
    }
  } else if (mapper.reader === "json") {
    const { isXml, body: whole } = await sniffXml(body);
    for await (const item of isXml ? readXmlDocument(whole) : readJson(whole, { lines: isLines(options) })) {
      yield toRead(item, dropped, (raw) =>
        prepareRecord(mapper, raw, { kept: raw, dropped: [], ...options, line: lineOf(item) }),
      );
    }
  }
}

async function* readTables(
  mapper: StagedMapper,
  body: AsyncIterable<Uint8Array>,
  { dropped, explainFault }: { readonly dropped: ReadonlySet<string>; readonly explainFault: ExplainFault },
): AsyncGenerator<Read> {
  const withoutTarget = new Set(mapper.fields.filter(({ to }) => to === undefined).map(({ field }) => field));
  for await (const item of readCsv(body, mapper.tables)) {
    if (item.kind !== "record") {
      yield toRefused(item, dropped);
      continue;
    }
    const { shape, row } = item.raw;
    const name = (column: string): string => `${shape.name}.${column}`;
    const unread = [
      ...item.notCarried.map(name),
      ...Object.keys(row)
        .map(name)
        .filter((field) => withoutTarget.has(field)),
    ];
    yield {
      prepared: prepareRow(shape, row, { line: item.line, explainFault }),
      notCarried: unread.filter((field) => !dropped.has(field)),
      dropped: unread.filter((field) => dropped.has(field)),
    };
  }
}

function toRead<Raw>(
  item: ReadItem<Raw>,
  dropped: ReadonlySet<string>,
  prepare: (raw: Raw) => { readonly prepared: Prepared; readonly dropped: readonly string[] },
): Read {
  if (item.kind !== "record") return toRefused(item, dropped);
  const made = prepare(item.raw);
  return {
    prepared: made.prepared,
    notCarried: item.notCarried.filter((field) => !dropped.has(field)),
    dropped: [...made.dropped, ...item.notCarried.filter((field) => dropped.has(field))],
  };
}

function toRefused(item: Exclude<ReadItem<unknown>, { kind: "record" }>, dropped: ReadonlySet<string>): Read {
  // Columns of a row that cannot be read cannot be told apart, so where some must never be kept, none is.
  const content = item.kind === "refused" && dropped.size === 0 ? item.content : "";
  return {
    prepared: { kind: "refused", line: item.issue.line, issues: [item.issue], content: () => content },
    notCarried: [],
    dropped: [],
  };
}

function lineOf(item: ReadItem<unknown>): number {
  return item.kind === "record" ? item.line : item.issue.line;
}

/**
 * A mapper may look at what is dropped (a looked-after child's former number is left out); what is kept of the record
 * does not hold it. The content that counts is what was read: the same message as XML and as JSON is one content.
 */
function prepareRecord<Raw, Rec>(
  mapper: RecordMapper<Raw, Rec>,
  raw: Raw,
  options: Admitted<Raw> & { readonly line: number; readonly explainFault: ExplainFault },
): { readonly prepared: Prepared; readonly dropped: readonly string[] } {
  const { line } = options;
  const withheld = mapper.withhold?.(options.kept);
  const dropped = [...options.dropped, ...(withheld?.dropped ?? [])];
  const content = (): string => toCanonicalText(withheld?.kept ?? options.kept);
  const refuse = (issues: readonly PlaceIssue[]) => ({
    prepared: { kind: "refused" as const, line, issues, content },
    dropped,
  });
  try {
    const parsed = mapper.parse(raw);
    if (!parsed.ok) return refuse(parsed.issues.map(toPlace(line)));
    const { record, warnings } = parsed;
    const recordId = mapper.recordId(record);
    const unit: Unit = {
      key: recordId,
      hash: hash("sha256", JSON.stringify(record), "base64url"),
      record: recordId,
      line,
      identity: mapper.identity(record),
      map: (context) => mapper.map(record, context),
    };
    return { prepared: { kind: "unit", line, unit, warnings, content }, dropped };
  } catch (error) {
    return refuse([{ line, ...options.explainFault(error) }]);
  }
}

function prepareRow(
  table: StagedTable,
  row: CsvRow,
  { line, explainFault }: { readonly line: number; readonly explainFault: ExplainFault },
): Prepared {
  const admitted = table.withhold?.(row) ?? row;
  const content = (): string => toRowText(admitted);
  try {
    const parsed = table.parse(admitted);
    if (!parsed.ok) return { kind: "refused", line, issues: parsed.issues.map(toPlace(line)), content };
    const { record, warnings } = parsed;
    const parent = table.parent(record);
    const staged = {
      table: table.name,
      key: table.key(record),
      ...(parent === undefined ? {} : { parent }),
      body: toRowText(record),
    };
    return { kind: "row", line, row: staged, warnings, content };
  } catch (error) {
    return { kind: "refused", line, issues: [{ line, ...explainFault(error) }], content };
  }
}

function toPlace(line: number): (issue: FieldIssue) => PlaceIssue {
  return ({ field, message }) => ({ line, field, message });
}

/** The same for rows, which are flat. */
function toRowText(row: CsvRow): string {
  return JSON.stringify(row, Object.keys(row).sort());
}

/** JSON that is the same for the same content: columns in one order, and without the lines of an element. */
function toCanonicalText(raw: unknown): string {
  return JSON.stringify(raw, (_, value: unknown) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    const entries = Object.entries(value).filter(([name]) => name !== "line" || !isElement(value));
    return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
  });
}

function isElement(value: object): value is XmlElement {
  return "attributes" in value && "children" in value && "line" in value;
}

function isLines({ contentType = "", fileName = "" }: ReadOptions): boolean {
  return /ndjson/i.test(contentType) || /\.ndjson$/i.test(fileName);
}
