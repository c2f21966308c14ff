import type { DatabaseSync } from "node:sqlite";
import { Digest } from "../move/digest.ts";
import { type Cell, keyOf, RowBuffer } from "../move/rows.ts";
import { MoveError, type Part } from "../move/side.ts";
import type { ColumnType, Key, Span, Table } from "../move/table.ts";

/** The one table that is not of the store: while one is moved, of which store it is. */
export const MARK = "store_move";

/** A part is about as long, and no part has more rows. */
const PART_BYTES = 4_194_304;
const PART_ROWS_MAX = 16_384;
const REST_BYTES = 262_144;

const TYPES: Readonly<Record<string, ColumnType>> = { INTEGER: "integer", REAL: "real", TEXT: "text", BLOB: "bytes" };

/** Where a table lies in the order of its key by another column: slots are numbered record by record. */
const ORDERED_BY: Readonly<Record<string, string>> = { resource: "slot" };

/** @throws MoveError when the file does not have the same tables, of the same columns */
export function refuseOtherTables(database: DatabaseSync, tables: readonly Table[]): void {
  const columnsOf = database.prepare("SELECT name, type FROM pragma_table_info(?) ORDER BY name");
  const own = database
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_' AND name <> ? ORDER BY name",
    )
    .all(MARK)
    .map(({ name }) => [name, columnsOf.all(String(name)).map((column) => [column.name, TYPES[String(column.type)]])]);
  const wanted = tables
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, columns }) => [
      name,
      columns.toSorted((one, other) => (one.name < other.name ? -1 : 1)).map((column) => [column.name, column.type]),
    ]);
  if (JSON.stringify(own) === JSON.stringify(wanted)) return;
  throw new MoveError("The two stores do not have the same tables: start this gateway once on each, then try again.");
}

/**
 * The rows of a span of a table, in the order of its key, and `undefined` now and then: there whoever has something else under
 * way lets it go on.
 */
export function* readParts(database: DatabaseSync, table: Table, span: Span): Generator<Part | undefined> {
  let rows = new RowBuffer(PART_BYTES);
  let last: readonly Cell[] | undefined;
  let rested = 0;
  for (const cells of iterate(database, table, span)) {
    rows.add(table.columns, cells);
    last = cells;
    if (rows.bytes.length >= PART_BYTES || rows.digest.rows >= PART_ROWS_MAX) {
      yield { rows, upTo: keyOf(table, cells) };
      rows = new RowBuffer(PART_BYTES);
      last = undefined;
      rested = 0;
    } else if (rows.bytes.length - rested >= REST_BYTES) {
      yield undefined;
      rested = rows.bytes.length;
    }
  }
  if (last !== undefined) yield { rows, upTo: keyOf(table, last) };
}

export function digestOf(database: DatabaseSync, table: Table, span: Span): Digest {
  const digest = new Digest();
  for (const part of readParts(database, table, span)) if (part !== undefined) digest.addAll(part.rows.digest);
  return digest;
}

function iterate(database: DatabaseSync, table: Table, span: Span): Iterable<readonly Cell[]> {
  const { condition, values } = toCondition(table, span);
  const names = table.columns.map(({ name }) => name).join(", ");
  const by = ORDERED_BY[table.name] ?? table.key.join(", ");
  const statement = database.prepare(`SELECT ${names} FROM ${table.name} ${condition} ORDER BY ${by}`);
  statement.setReturnArrays(true);
  const found: Iterable<unknown> = statement.iterate(...values);
  return found as Iterable<readonly Cell[]>;
}

/** What says in SQL that a row's key is in a span. */
export function toCondition(
  { name, key }: Table,
  { after, upTo }: Span,
): { readonly condition: string; readonly values: readonly (string | number)[] } {
  const alone = key.indexOf(ORDERED_BY[name] ?? "");
  const [from, columns] = alone < 0 ? [0, key] : [alone, key.slice(alone, alone + 1)];
  const marks = `(${columns.map(() => "?").join(", ")})`;
  const conditions = [
    ...(after === undefined ? [] : [`(${columns.join(", ")}) > ${marks}`]),
    ...(upTo === undefined ? [] : [`(${columns.join(", ")}) <= ${marks}`]),
  ];
  const valuesOf = (end: Key | undefined): Key => end?.slice(from, from + columns.length) ?? [];
  return {
    condition: conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`,
    values: [...valuesOf(after), ...valuesOf(upTo)],
  };
}
