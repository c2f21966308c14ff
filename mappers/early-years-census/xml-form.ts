import { elementsAt, textAt } from "../common-transfer-file/element.ts";
import { notCarriedOf } from "../field-table.ts";
import type { CsvRow, FieldIssue, FieldRow, XmlElement } from "../mapper.ts";
import { COLUMNS, DROPPED, FIELDS, HEADER_FIELDS } from "./fields.ts";

/**
 * Where the XML form has what the CSV form has in a column: the one place to change when the schema of a year is to hand.
 * The envelope (`Message/Header`) is that of the collections of the Department for Education, the names of the items are
 * the census's own; where a child and its setting and address stand is not published and chosen here.
 */
export const XML_FORM = {
  root: "Message",
  header: "Header",
  repeated: "Children/Child",
  /** Below the root's header. */
  headerPaths: {
    Collection: "CollectionDetails/Collection",
    Term: "CollectionDetails/Term",
    Year: "CollectionDetails/Year",
    ReferenceDate: "CollectionDetails/ReferenceDate",
    SourceLevel: "Source/SourceLevel",
    LEA: "Source/LEA",
    SoftwareCode: "Source/SoftwareCode",
    Release: "Source/Release",
    SerialNo: "Source/SerialNo",
    DateTime: "Source/DateTime",
  } satisfies Readonly<Record<(typeof HEADER_FIELDS)[number], string>>,
  /** Below the child; a column that is not here stands directly below it under its own name. */
  childPaths: {
    AddressLine1: "Address/AddressLine1",
    AddressLine2: "Address/AddressLine2",
    AddressLine3: "Address/AddressLine3",
    AddressLine4: "Address/AddressLine4",
    AddressLine5: "Address/AddressLine5",
    PostCode: "Address/PostCode",
    SettingName: "Setting/SettingName",
    SchoolURN: "Setting/SchoolURN",
    LAESTAB: "Setting/LAESTAB",
    EarlyYearsURN: "Setting/EarlyYearsURN",
    OfstedURN: "Setting/OfstedURN",
  } as Readonly<Record<string, string>>,
} as const;

const PATHS: ReadonlyMap<string, string> = new Map([
  ...HEADER_FIELDS.map((name): [string, string] => [`H.${name}`, `${XML_FORM.header}/${XML_FORM.headerPaths[name]}`]),
  ...COLUMNS.map((column): [string, string] => [column, XML_FORM.childPaths[column] ?? column]),
]);

/** What a field of the table is called in the XML form. */
export function pathOf(field: string): string {
  return PATHS.get(field) ?? field;
}

/** The table of fields in the names of the XML form. */
export const XML_FIELDS: readonly FieldRow[] = FIELDS.map((row) => ({ ...row, field: pathOf(row.field) }));

interface Raw {
  readonly header: XmlElement;
  readonly element: XmlElement;
}

/** A child of the XML form as a row of the CSV form: header record and columns, those that have text. */
export function toRow({ header, element }: Raw): CsvRow {
  const read = (field: string): string | undefined => {
    const path = pathOf(field);
    return field.startsWith("H.") ? textAt(header, path.slice(XML_FORM.header.length + 1)) : textAt(element, path);
  };
  return Object.fromEntries(
    FIELDS.flatMap(({ field }) => {
      const text = read(field);
      return text === undefined ? [] : [[field, text]];
    }),
  );
}

/** Paths of the header and of a child that have text. */
export function filledPaths({ header, element }: Raw): readonly string[] {
  return [...pathsWithText(header, `${XML_FORM.header}/`), ...pathsWithText(element, "")];
}

function pathsWithText(element: XmlElement, prefix: string): string[] {
  return element.children.flatMap((child) => {
    const path = `${prefix}${child.name}`;
    if (child.children.length > 0) return pathsWithText(child, `${path}/`);
    return child.text.trim() === "" ? [] : [path];
  });
}

const DROPPED_PATHS: ReadonlySet<string> = new Set([...DROPPED].map(pathOf));

/** Paths of a child that have text and go nowhere, also those that the table does not know. */
export function notCarriedPaths(raw: Raw): string[] {
  const kept = filledPaths(raw).filter((path) => !DROPPED_PATHS.has(path));
  return notCarriedOf(XML_FIELDS, kept);
}

/** An element that stands twice where one is read: which of the two is meant, nobody can tell. */
export function repeatedPaths({ element }: Raw): FieldIssue[] {
  return COLUMNS.map(pathOf)
    .filter((path) => elementsAt(element, path).length > 1)
    .map((field) => ({ severity: "error", field, message: "stands twice; expected once a child" }));
}

/** An issue of the row in the names of the XML form. */
export function toXmlIssue(issue: FieldIssue): FieldIssue {
  return { ...issue, field: pathOf(issue.field) };
}
