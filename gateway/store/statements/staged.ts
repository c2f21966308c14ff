import type { KeptRow, Staged, StagedFrom, StagedRow } from "../delivery-verbs.ts";
import type { Connection } from "../sqlite/connection.ts";
import { integer, type Row, text } from "./values.ts";
import type { Work } from "./work.ts";

export function stage(work: Work, source: string, row: StagedRow, from: StagedFrom): Staged {
  const before = readStaged(work, source, row.table, row.key);
  if (
    before?.body === row.body &&
    before.parent?.table === row.parent?.table &&
    before.parent?.key === row.parent?.key
  ) {
    return { kind: "unchanged" };
  }
  const { statement, interned } = work.connection;
  statement(
    `INSERT OR REPLACE INTO staged (source, name, key, parent_name, parent_key, delivery, line, waits, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    source,
    row.table,
    row.key,
    row.parent?.table ?? null,
    row.parent?.key ?? null,
    interned.deliveryId({ source, id: from.delivery, receivedAt: from.receivedAt }),
    from.line,
    from.waits ? 1 : 0,
    row.body,
  );
  if (before === undefined) return { kind: "new" };
  if (from.waits && !before.waits) markTree(work, { source, table: row.table, key: row.key }, 1);
  return { kind: "changed", before };
}

export function readStaged({ connection }: Work, source: string, table: string, key: string): KeptRow | undefined {
  const row = connection
    .statement("SELECT * FROM staged WHERE source = ? AND name = ? AND key = ?")
    .get(source, table, key);
  return row && toKeptRow(connection, row);
}

/** Rows that hang off each other in a ring are met once: UNION keeps no row twice. */
const TREE = `
  WITH RECURSIVE tree (name, key) AS (
    SELECT :table, :key
    UNION
    SELECT below.name, below.key FROM tree
      CROSS JOIN staged AS below INDEXED BY staged_below
        ON below.source = :source AND below.parent_name = tree.name AND below.parent_key = tree.key
  )`;

const STAGED_TREE = `${TREE}
  SELECT staged.* FROM tree CROSS JOIN staged
    ON staged.source = :source AND staged.name = tree.name AND staged.key = tree.key
  WHERE EXISTS (SELECT 1 FROM staged WHERE source = :source AND name = :table AND key = :key)
  ORDER BY staged.name, staged.key`;

export function readStagedTree({ connection }: Work, source: string, table: string, key: string): readonly KeptRow[] {
  const rows = connection.statement(STAGED_TREE).all({ source, table, key });
  return rows.map((row) => toKeptRow(connection, row));
}

export function readStagedBelow({ connection }: Work, source: string, table: string, key: string): readonly KeptRow[] {
  const rows = connection
    .statement("SELECT * FROM staged WHERE source = ? AND parent_name = ? AND parent_key = ? ORDER BY name, key")
    .all(source, table, key);
  return rows.map((row) => toKeptRow(connection, row));
}

interface StagedName {
  readonly source: string;
  readonly table: string;
  readonly key: string;
}

const MARK_TREE = `${TREE}
  UPDATE staged SET waits = :waits
  WHERE waits <> :waits AND source = :source AND (name, key) IN (SELECT name, key FROM tree)`;

export function markTree({ connection }: Work, { source, table, key }: StagedName, waits: 0 | 1): void {
  connection.statement(MARK_TREE).run({ source, table, key, waits });
}

export function unstage(work: Work, { source, table, key }: StagedName): void {
  work.connection.statement("DELETE FROM staged WHERE source = ? AND name = ? AND key = ?").run(source, table, key);
  markTree(work, { source, table, key }, 1);
}

function toKeptRow({ interned }: Connection, row: Row): KeptRow {
  const parent =
    row.parent_name === null ? {} : { parent: { table: text(row.parent_name), key: text(row.parent_key) } };
  const { id: delivery, receivedAt } = interned.delivery(integer(row.delivery));
  return {
    table: text(row.name),
    key: text(row.key),
    ...parent,
    body: text(row.body),
    delivery,
    line: integer(row.line),
    receivedAt,
    waits: row.waits === 1,
  };
}

export function readWaitingRows(
  { statement }: Connection,
  source: string,
): readonly { readonly table: string; readonly rows: number }[] {
  const rows = statement(
    `SELECT name, count(*) AS held FROM staged INDEXED BY staged_waiting
     WHERE source = ? AND waits = 1 GROUP BY name ORDER BY name`,
  ).all(source);
  return rows.map((row) => ({ table: text(row.name), rows: integer(row.held) }));
}

export function readStagedKeys(
  { statement }: Connection,
  { source, table }: Pick<StagedName, "source" | "table">,
  { limit, after }: { readonly limit: number; readonly after: string | undefined },
): readonly string[] {
  const rows = statement("SELECT key FROM staged WHERE source = ? AND name = ? AND key > ? ORDER BY key LIMIT ?").all(
    source,
    table,
    after ?? "",
    limit,
  );
  return rows.map((row) => text(row.key));
}
