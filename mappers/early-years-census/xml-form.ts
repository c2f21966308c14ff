import { elementsAt, textAt } from "../common-transfer-file/element.ts";
import type { CsvRow, FieldIssue, XmlElement } from "../mapper.ts";
import { COLUMNS, HEADER_FIELDS } from "./fields.ts";

/**
 * Where the XML form has what the CSV form has in a column: the one place to change when the schema of a year is to hand.
 * The envelope (`Message/Header`) is that of the collections of the Department for Education, the names of the items are
 * the census's own; where a child and its setting and address stand is not published and chosen here. A field that is
 * dropped at the door stands directly below the child under its own name, since the door knows it by that.
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

interface Place {
  readonly within: "header" | "element";
  readonly path: string;
}

/** Where each field stands: in the header, or in the child. */
const PLACES: ReadonlyMap<string, Place> = new Map([
  ...HEADER_FIELDS.map((name): [string, Place] => [
    `H.${name}`,
    { within: "header", path: XML_FORM.headerPaths[name] },
  ]),
  ...COLUMNS.map((column): [string, Place] => [
    column,
    { within: "element", path: XML_FORM.childPaths[column] ?? column },
  ]),
]);

/** Path of a field below the header or the child. */
export function pathOf(field: string): string {
  return PLACES.get(field)?.path ?? field;
}

interface Raw {
  readonly header: XmlElement;
  readonly element: XmlElement;
}

/** A child of the XML form as a row of the CSV form: header record and columns, those that have text. */
export function toRow(raw: Raw): CsvRow {
  return Object.fromEntries(
    [...PLACES].flatMap(([field, { within, path }]) => {
      const text = textAt(raw[within], path);
      return text === undefined ? [] : [[field, text]];
    }),
  );
}

/** Paths of elements that have text and that no field stands for. */
export function unknownPaths({ header, element }: Raw): string[] {
  return [
    ...pathsWithText(header, "")
      .filter((path) => !HEADER_PATHS.has(path))
      .map((path) => `${XML_FORM.header}/${path}`),
    ...pathsWithText(element, "").filter((path) => !CHILD_PATHS.has(path)),
  ];
}

const HEADER_PATHS = pathsWithin("header");
const CHILD_PATHS = pathsWithin("element");

function pathsWithin(within: Place["within"]): ReadonlySet<string> {
  return new Set([...PLACES.values()].filter((place) => place.within === within).map(({ path }) => path));
}

function pathsWithText(element: XmlElement, prefix: string): string[] {
  return element.children.flatMap((child) => {
    const path = `${prefix}${child.name}`;
    if (child.children.length > 0) return pathsWithText(child, `${path}/`);
    return child.text.trim() === "" ? [] : [path];
  });
}

/** Fields that stand twice where one is read: which of the two is meant, nobody can tell. */
export function repeatedFields(raw: Raw): FieldIssue[] {
  return [...PLACES]
    .filter(([, { within, path }]) => elementsAt(raw[within], path).length > 1)
    .map(([field]) => ({ severity: "error", field, message: "stands twice; expected once" }));
}
