import type { AnyMapper, CsvRow, XmlElement } from "#mappers/mapper.ts";

/** More names than this would take longer to look through than they save. */
const VOCABULARY_CHARACTERS_MAX = 6_000;

/** A repeated element with the header of its file, as the XML reader gives it. */
export interface RawElement {
  readonly header: XmlElement;
  readonly element: XmlElement;
}

/** JSON of a row, as columns come. */
export function toRowContent(row: CsvRow): string {
  return JSON.stringify(row);
}

/** JSON of an element and its header without the lines in which they stood: the same record, wherever it stands. */
export function toElementContent({ header, element }: RawElement): string {
  return `{"header":${headerContent(header)},"element":${elementContent(element)}}`;
}

/** All records of a file share one header. */
const headers = new WeakMap<XmlElement, string>();

function headerContent(header: XmlElement): string {
  const known = headers.get(header) ?? elementContent(header);
  headers.set(header, known);
  return known;
}

function elementContent({ name, attributes, children, text }: XmlElement): string {
  let content = `{"name":${toJson(name)}`;
  if (Object.keys(attributes).length > 0) content += `,"attributes":${JSON.stringify(attributes)}`;
  if (text !== "") content += `,"text":${toJson(text)}`;
  if (children.length === 0) return `${content}}`;
  let before = ',"children":[';
  for (const child of children) {
    content += before + elementContent(child);
    before = ",";
  }
  return `${content}]}`;
}

/** Of most texts only the quotation marks are missing. */
function toJson(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

const PLAIN = /^[ !#-[\]-~]*$/;

/** The element again; every part of it stands in the line of the record. `undefined` for what is none. */
export function toElement(kept: unknown, line: number): XmlElement | undefined {
  if (typeof kept !== "object" || kept === null || !("name" in kept) || typeof kept.name !== "string") return undefined;
  const attributes = "attributes" in kept ? toAttributes(kept.attributes) : {};
  const text = "text" in kept ? kept.text : "";
  const parts = "children" in kept ? kept.children : [];
  if (attributes === undefined || typeof text !== "string" || !Array.isArray(parts)) return undefined;
  const children: XmlElement[] = [];
  for (const part of parts) {
    const child = toElement(part, line);
    if (child === undefined) return undefined;
    children.push(child);
  }
  return { name: kept.name, attributes, children, text, line };
}

function toAttributes(kept: unknown): Readonly<Record<string, string>> | undefined {
  return toRow(kept);
}

/** A row again; `undefined` for what is none. */
export function toRow(kept: unknown): CsvRow | undefined {
  if (typeof kept !== "object" || kept === null || Array.isArray(kept)) return undefined;
  const row: Record<string, string> = {};
  for (const [name, value] of Object.entries(kept)) {
    if (typeof value !== "string") return undefined;
    row[name] = value;
  }
  return row;
}

const vocabularies = new WeakMap<AnyMapper, string>();

/** What the records of a source have in common: the names of their fields, in the form in which they are kept. */
export function vocabularyOf(mapper: AnyMapper): string {
  const known = vocabularies.get(mapper) ?? toVocabulary(mapper).slice(0, VOCABULARY_CHARACTERS_MAX);
  vocabularies.set(mapper, known);
  return known;
}

function toVocabulary(mapper: AnyMapper): string {
  if (mapper.reader === "csv") return toRowVocabulary([...mapper.shape.required, ...mapper.shape.optional]);
  if (mapper.reader === "forms") return vocabularyOf(mapper.csv);
  const names = [...new Set(mapper.fields.flatMap(({ field }) => field.split("/")))];
  if (mapper.reader === "xml") return names.map((name) => `{"name":"${name}","text":"`).join('"},');
  return names.map((name) => `"${name}":`).join(",");
}

function toRowVocabulary(columns: readonly string[]): string {
  return `{${columns.map((column) => `"${column}":"`).join('",')}"}`;
}
