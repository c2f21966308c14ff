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
  const kept = without(element, { path: "", steps: stepsOf(dropped), dropped, found });
  return { kept, dropped: [...new Set(found)] };
}

interface Dropping {
  readonly path: string;
  /** Every path that leads to what is dropped, that itself included. */
  readonly steps: ReadonlySet<string>;
  readonly dropped: ReadonlySet<string>;
  readonly found: string[];
}

const steps = new WeakMap<ReadonlySet<string>, ReadonlySet<string>>();

function stepsOf(dropped: ReadonlySet<string>): ReadonlySet<string> {
  const known = steps.get(dropped);
  if (known !== undefined) return known;
  const paths = [...dropped].map((path) => path.split("/"));
  const made = new Set(paths.flatMap((names) => names.map((_, n) => names.slice(0, n + 1).join("/"))));
  steps.set(dropped, made);
  return made;
}

/** The same element where nothing of it is dropped: most have nothing to drop, and are not copied. */
function without(element: XmlElement, dropping: Dropping): XmlElement {
  let isWhole = true;
  const children: XmlElement[] = [];
  for (const child of element.children) {
    const path = dropping.path === "" ? child.name : `${dropping.path}/${child.name}`;
    const kept = dropping.steps.has(path) ? withoutChild(child, { ...dropping, path }) : child;
    if (kept !== undefined) children.push(kept);
    isWhole &&= kept === child;
  }
  return isWhole ? element : { ...element, children };
}

function withoutChild(child: XmlElement, dropping: Dropping): XmlElement | undefined {
  if (!dropping.dropped.has(dropping.path)) return without(child, dropping);
  dropping.found.push(dropping.path);
  return undefined;
}
