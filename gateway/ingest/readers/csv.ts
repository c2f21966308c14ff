import type { CsvRow, CsvShape } from "#mappers/mapper.ts";
import type { ColumnMap } from "../../access/source.ts";
import { LIMITS } from "../../limits.ts";
import { type ChosenShape, chooseShape } from "./csv-header.ts";
import { describeNotText } from "./not-text.ts";
import type { PlaceIssue, ReadItem } from "./read-item.ts";
import { type RecordBytes, splitRecords } from "./split-records.ts";

/** A row by column name, and the shape that its file has. */
export interface ShapedRow<Shape extends CsvShape> {
  readonly shape: Shape;
  readonly row: CsvRow;
}

/**
 * Reads a CSV file (RFC 4180, UTF-8, with or without a byte order mark, LF or CRLF) row by row in constant memory.
 * The header decides which of the `shapes` the file has; a row that is too long, has the wrong number of columns or
 * holds bytes that are no text is refused by itself, and the next line is read as if nothing had been. A quotation mark
 * that is never closed spoils its own line alone. `renames`: a supplier's own column names.
 */
export async function* readCsv<Shape extends CsvShape>(
  body: AsyncIterable<Uint8Array>,
  shapes: readonly Shape[],
  renames?: ColumnMap,
): AsyncGenerator<ReadItem<ShapedRow<Shape>>> {
  let header: ChosenShape<Shape> | undefined;
  let preamble: CsvRow = NO_VALUES;
  for await (const record of splitRows(body)) {
    if (record.kind === "bytes" && isBlank(record.bytes)) continue;
    const fields = toFields(record);
    if (fields.ok && isEmptyRow(fields.values, header?.columns.length ?? 0)) continue;
    if (header !== undefined) {
      yield toItem(header, { preamble, fields, line: record.line });
      continue;
    }
    const before = fields.ok && preamble === NO_VALUES ? readPreamble(fields.values, shapes) : undefined;
    if (before !== undefined) {
      preamble = before;
      continue;
    }
    const chosen = fields.ok ? chooseShape(fields.values, shapes, { line: record.line, renames }) : fields;
    if (!chosen.ok) {
      yield { kind: "stopped", issue: chosen.issue };
      return;
    }
    header = chosen.header;
  }
  if (header === undefined) {
    yield { kind: "stopped", issue: { line: 1, message: "the file is empty; its first line must name the columns" } };
  }
}

/** A spreadsheet writes the empty rows below its table as commas; fewer of them are a row that was cut off. */
function isEmptyRow(values: readonly string[], columns: number): boolean {
  return values.length >= columns && values.every((value) => value.trim() === "");
}

const NO_VALUES: CsvRow = {};

/** Values of the record before the header line, by tag and name; `undefined` when the record is the header line. */
function readPreamble(values: readonly string[], shapes: readonly CsvShape[]): CsvRow | undefined {
  const [tag, ...told] = values.map((value) => value.trim());
  const preamble = shapes.find((shape) => shape.preamble?.tag === tag)?.preamble;
  if (preamble === undefined) return undefined;
  const named = preamble.fields.map((name, index) => [`${preamble.tag}.${name}`, told[index] ?? ""]);
  return Object.fromEntries(named.filter(([, value]) => value !== ""));
}

/** How often one unclosed quotation mark after the other is looked for behind the first. */
const UNCLOSED_MAX = 64;

/** Records whose quotation marks pair; of one in which they do not, each line that can be is a record of its own. */
async function* splitRows(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  depth = 0,
): AsyncGenerator<RecordBytes> {
  for await (const record of splitRecords(body, { bytesMax: LIMITS.source_record_bytes_max, quoted: true })) {
    const lineEnd = record.kind === "bytes" ? record.bytes.indexOf("\n") : -1;
    if (record.kind !== "bytes" || lineEnd === -1 || depth === UNCLOSED_MAX || pairs(record.bytes)) {
      yield record;
      continue;
    }
    const { line, bytes } = record;
    yield { kind: "bytes", line, bytes: bytes.subarray(0, lineEnd) };
    for await (const rest of splitRows([bytes.subarray(lineEnd + 1)], depth + 1)) {
      yield rest.kind === "bytes"
        ? { ...rest, line: rest.line + line }
        : { ...rest, line: rest.line + line, lastLine: rest.lastLine + line };
    }
  }
}

function pairs(bytes: Buffer): boolean {
  return splitFields(bytes.toString("latin1")) !== undefined;
}

type Fields =
  | { readonly ok: true; readonly values: readonly string[]; readonly text: string }
  | { readonly ok: false; readonly issue: PlaceIssue; readonly text: string };

const decoder = new TextDecoder("utf-8", { fatal: true });

function toFields(record: RecordBytes): Fields {
  const refuse = (message: string, text = ""): Fields => ({ ok: false, issue: { line: record.line, message }, text });
  if (record.kind === "too-long") {
    const lines = record.lastLine > record.line ? `; lines ${record.line} to ${record.lastLine} were left out` : "";
    return refuse(
      `longer than ${LIMITS.source_record_bytes_max} bytes${lines}; look for a quotation mark that is never closed`,
    );
  }
  const text = decode(record.bytes);
  if (text === undefined) return refuse(describeNotText(record.bytes, record.line === 1));
  if (text.includes("\0")) return refuse("holds a NUL byte; export the file again as plain text");
  const values = splitFields(text);
  if (values === undefined) return refuse("a quotation mark is never closed, or text follows a closed one", text);
  return { ok: true, values, text };
}

function toItem<Shape extends CsvShape>(
  header: ChosenShape<Shape>,
  { preamble, fields, line }: { readonly preamble: CsvRow; readonly fields: Fields; readonly line: number },
): ReadItem<ShapedRow<Shape>> {
  if (!fields.ok) return { kind: "refused", issue: fields.issue, content: fields.text };
  const { columns, known } = header;
  const extra = fields.values.slice(columns.length);
  if (fields.values.length < columns.length || extra.some((value) => value.trim() !== "")) {
    const message = `has ${fields.values.length} columns where the header has ${columns.length}; look for a comma that should stand in quotation marks`;
    return { kind: "refused", issue: { line, message }, content: fields.text };
  }
  const row: Record<string, string> = { ...preamble };
  const notCarried: string[] = [];
  for (const [index, column] of columns.entries()) {
    const value = fields.values[index]?.trim() ?? "";
    if (value === "") continue;
    if (known.has(column)) row[column] = value;
    else notCarried.push(column === "" ? `column ${index + 1}` : column);
  }
  return { kind: "record", line, raw: { shape: header.shape, row }, notCarried };
}

/** The fields of one record, or `undefined` when its quotation marks do not pair. */
function splitFields(text: string): readonly string[] | undefined {
  if (!text.includes('"')) return text.split(",");
  const values: string[] = [];
  let at = 0;
  while (true) {
    const field = text[at] === '"' ? quotedField(text, at) : plainField(text, at);
    if (field === undefined) return undefined;
    values.push(field.value);
    if (field.end >= text.length) return values;
    at = field.end + 1;
  }
}

interface Field {
  readonly value: string;
  /** Index of the comma behind the field, or the length of the text. */
  readonly end: number;
}

function plainField(text: string, start: number): Field {
  const comma = text.indexOf(",", start);
  const end = comma === -1 ? text.length : comma;
  return { value: text.slice(start, end), end };
}

function quotedField(text: string, start: number): Field | undefined {
  let value = "";
  let from = start + 1;
  while (true) {
    const quote = text.indexOf('"', from);
    if (quote === -1) return undefined;
    value += text.slice(from, quote);
    if (text[quote + 1] !== '"') {
      const end = quote + 1;
      return end === text.length || text[end] === "," ? { value, end } : undefined;
    }
    value += '"';
    from = quote + 2;
  }
}

function decode(bytes: Buffer): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09);
}
