import { integer, type Row, text } from "./sqlite-values.ts";
import type { Work } from "./sqlite-work.ts";
import type { Lineage, Quarantined, SourceReach, Staged, StagedRow } from "./store.ts";

/** Expired uses deleted with each new one: more than come, so that they go without a sweep of their own. */
const SWEPT_PER_USE = 4;

export function readLineage({ connection }: Work, source: string, unit: string): Lineage | undefined {
  const row = connection.statement("SELECT * FROM lineage WHERE source = ? AND unit = ?").get(source, unit);
  if (row === undefined) return undefined;
  const made: readonly (readonly [string, string, string])[] = JSON.parse(text(row.made));
  return {
    hash: text(row.hash),
    record: integer(row.record),
    made: made.map(([slot, type, id]) => ({ slot, type, id })),
  };
}

export function putLineage({ connection }: Work, source: string, unit: string, lineage: Lineage): void {
  connection
    .statement(
      `INSERT INTO lineage (source, unit, hash, record, made) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (source, unit) DO UPDATE SET hash = excluded.hash, record = excluded.record, made = excluded.made`,
    )
    .run(
      source,
      unit,
      lineage.hash,
      lineage.record,
      JSON.stringify(lineage.made.map(({ slot, type, id }) => [slot, type, id])),
    );
}

export function stage(work: Work, source: string, row: StagedRow): Staged {
  const before = readStaged(work, source, row.table, row.key);
  if (
    before?.body === row.body &&
    before.parent?.table === row.parent?.table &&
    before.parent?.key === row.parent?.key
  ) {
    return { kind: "unchanged" };
  }
  work.connection
    .statement(
      `INSERT OR REPLACE INTO staged (source, name, key, parent_name, parent_key, body) VALUES (?, ?, ?, ?, ?, ?)`,
    )
    .run(source, row.table, row.key, row.parent?.table ?? null, row.parent?.key ?? null, row.body);
  return before === undefined ? { kind: "new" } : { kind: "changed", before };
}

export function readStaged({ connection }: Work, source: string, table: string, key: string): StagedRow | undefined {
  const row = connection
    .statement("SELECT * FROM staged WHERE source = ? AND name = ? AND key = ?")
    .get(source, table, key);
  return row && toStagedRow(row);
}

/** Rows that hang off each other in a ring are met once: UNION keeps no row twice. */
const STAGED_TREE = `
  WITH RECURSIVE tree (name, key) AS (
    SELECT name, key FROM staged WHERE source = :source AND name = :table AND key = :key
    UNION
    SELECT below.name, below.key FROM tree
      CROSS JOIN staged AS below INDEXED BY staged_below
        ON below.source = :source AND below.parent_name = tree.name AND below.parent_key = tree.key
  )
  SELECT staged.* FROM tree CROSS JOIN staged
    ON staged.source = :source AND staged.name = tree.name AND staged.key = tree.key
  ORDER BY staged.name, staged.key`;

export function readStagedTree({ connection }: Work, source: string, table: string, key: string): readonly StagedRow[] {
  return connection.statement(STAGED_TREE).all({ source, table, key }).map(toStagedRow);
}

function toStagedRow(row: Row): StagedRow {
  const parent =
    row.parent_name === null ? {} : { parent: { table: text(row.parent_name), key: text(row.parent_key) } };
  return { table: text(row.name), key: text(row.key), ...parent, body: text(row.body) };
}

export function quarantine({ connection }: Work, held: Quarantined): void {
  connection
    .statement(
      `INSERT INTO quarantine (id, delivery, source, line, issues, content, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET delivery = excluded.delivery, source = excluded.source, line = excluded.line,
         issues = excluded.issues, content = excluded.content, created_at = excluded.created_at`,
    )
    .run(held.id, held.delivery, held.source, held.line, held.issues, held.content, held.createdAt);
}

export function putReceipt({ connection }: Work, id: string, source: string, body: string): void {
  connection.statement("INSERT OR REPLACE INTO receipt (id, source, body) VALUES (?, ?, ?)").run(id, source, body);
}

export function moveReach({ connection }: Work, { source, authority, dataClass, until }: SourceReach): void {
  connection
    .statement(
      `INSERT INTO reach (source, authority, data_class, until) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET authority = excluded.authority, data_class = excluded.data_class,
         until = excluded.until WHERE excluded.until > until`,
    )
    .run(source, authority, dataClass, until);
}

export function useOnce({ connection, clock }: Work, key: string, expiresAt: number): boolean {
  const now = clock();
  connection
    .statement(
      `DELETE FROM single_use WHERE key IN
         (SELECT key FROM single_use WHERE expires_at <= ? ORDER BY expires_at LIMIT ${SWEPT_PER_USE})`,
    )
    .run(now);
  const { changes } = connection
    .statement(
      `INSERT INTO single_use (key, expires_at) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET expires_at = excluded.expires_at WHERE expires_at <= ?`,
    )
    .run(key, expiresAt, now);
  return changes === 1;
}
