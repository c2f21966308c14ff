import type { Client } from "pg";
import { Digest } from "../move/digest.ts";
import { MoveError } from "../move/side.ts";
import type { Column, ColumnType, Key, Span, Table } from "../move/table.ts";
import { copyOut } from "./copy.ts";
import { SCHEMA } from "./schema.ts";
import { SHARED_TABLES, TABLES_BY_RECORD } from "./tables.ts";

const TYPES: Readonly<Record<string, ColumnType>> = {
  bigint: "integer",
  "double precision": "real",
  text: "text",
  bytea: "bytes",
};

/** All tables of a store, as they are in this database. */
export async function readTables(client: Client): Promise<readonly Table[]> {
  const columns = await client.query<{ readonly table_name: string; readonly name: string; readonly type: string }>(
    `SELECT table_name, column_name AS name, data_type AS type FROM information_schema.columns
     WHERE table_schema = $1 ORDER BY table_name, ordinal_position`,
    [SCHEMA],
  );
  const keys = await client.query<{ readonly table_name: string; readonly name: string }>(
    `SELECT c.relname AS table_name, a.attname AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
     JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
     WHERE i.indisprimary AND c.relnamespace = $1::regnamespace
     ORDER BY c.relname, array_position(i.indkey::smallint[], a.attnum)`,
    [SCHEMA],
  );
  return [...TABLES_BY_RECORD.map(([name]) => name), ...SHARED_TABLES].map((table) => ({
    name: table,
    columns: columns.rows.filter(({ table_name }) => table_name === table).map(toColumn),
    key: keys.rows.filter(({ table_name }) => table_name === table).map(({ name }) => name),
  }));
}

function toColumn({ name, type }: { readonly name: string; readonly type: string }): Column {
  const known = TYPES[type];
  if (known === undefined) throw new MoveError(`The column ${name} is of the type ${type}, which cannot be moved.`);
  return { name, type: known };
}

/** Reads the rows of a span; their bytes are of use only until `onRow` returns. */
export async function readSpan(
  client: Client,
  table: Table,
  { span, limit }: { readonly span: Span; readonly limit?: number },
  onRow: (row: Buffer) => void,
): Promise<void> {
  const condition = await sayCondition(client, table, span);
  const names = table.columns.map(({ name }) => name).join(", ");
  const order = limit === undefined ? "" : `ORDER BY ${table.key.join(", ")} LIMIT ${limit}`;
  await copyOut(client, `SELECT ${names} FROM ${table.name} ${condition} ${order}`, onRow);
}

export async function digestOf(client: Client, table: Table, span: Span): Promise<Digest> {
  const digest = new Digest();
  await readSpan(client, table, { span }, (row) => digest.add(row));
  return digest;
}

/**
 * What says in SQL that a row's key is in a span. COPY takes no parameters; so that no key stands in the text of a statement,
 * where a server may log it, keys are settings of the connection.
 */
export async function sayCondition(client: Client, table: Table, { after, upTo }: Span): Promise<string> {
  const conditions: string[] = [];
  for (const [end, key] of [
    [">", after],
    ["<=", upTo],
  ] as const) {
    if (key === undefined) continue;
    const words = await sayKey(client, table, { key, end: end === ">" ? "after" : "up_to" });
    conditions.push(`(${table.key.join(", ")}) ${end} (${words.join(", ")})`);
  }
  return conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
}

async function sayKey(
  client: Client,
  { columns, key: names }: Table,
  { key, end }: { readonly key: Key; readonly end: string },
): Promise<readonly string[]> {
  const set = key.map((_, n) => `set_config('move.${end}_${n}', $${n + 1}, false)`);
  await client.query(`SELECT ${set.join(", ")}`, key.map(String));
  return names.map((name, n) => {
    const isText = columns.find((column) => column.name === name)?.type === "text";
    return isText ? `current_setting('move.${end}_${n}') COLLATE "C"` : `current_setting('move.${end}_${n}')::bigint`;
  });
}
