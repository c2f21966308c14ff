import type { CsvRow, FieldRow, XmlElement } from "#mappers/mapper.ts";

/** Names of the fields that nothing but the parse of their own record may see. */
export function droppedFields(fields: readonly FieldRow[]): ReadonlySet<string> {
  return new Set(fields.filter(({ droppedAtDoor }) => droppedAtDoor === true).map(({ field }) => field));
}

export interface Admitted<Raw> {
  /** What may be stored. */
  readonly kept: Raw;
  /** Fields that were there and were dropped. */
  readonly dropped: readonly string[];
}

/** A row without its dropped columns. */
export function admitRow(row: CsvRow, dropped: ReadonlySet<string>): Admitted<CsvRow> {
  const found = Object.keys(row).filter((column) => dropped.has(column));
  if (found.length === 0) return { kept: row, dropped: [] };
  const kept = Object.fromEntries(Object.entries(row).filter(([column]) => !dropped.has(column)));
  return { kept, dropped: found };
}

/** An element without its dropped parts, which are named by their path below it, as `BasicDetails/ServiceChild`. */
export function admitElement(element: XmlElement, dropped: ReadonlySet<string>): Admitted<XmlElement> {
  if (dropped.size === 0) return { kept: element, dropped: [] };
  const found: string[] = [];
  const kept = without(element, "", dropped, found);
  return { kept, dropped: [...new Set(found)] };
}

function without(element: XmlElement, path: string, dropped: ReadonlySet<string>, found: string[]): XmlElement {
  const children: XmlElement[] = [];
  for (const child of element.children) {
    const childPath = path === "" ? child.name : `${path}/${child.name}`;
    if (dropped.has(childPath)) found.push(childPath);
    else children.push(without(child, childPath, dropped, found));
  }
  return { ...element, children };
}
