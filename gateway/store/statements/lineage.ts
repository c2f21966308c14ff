import type { Lineage, UnitLineage } from "../lineage-verbs.ts";
import type { RecordKey } from "../record.ts";
import type { Connection } from "../sqlite/connection.ts";
import { internChild } from "./source-children.ts";
import { integer, type Row, text } from "./values.ts";
import type { Work } from "./work.ts";

const LINEAGE = "SELECT l.*, s.local_id FROM lineage l LEFT JOIN source_child s ON s.id = l.child";

export function readLineage({ connection }: Work, source: string, unit: string): Lineage | undefined {
  const row = connection.statement(`${LINEAGE} WHERE l.source = ? AND l.unit = ?`).get(source, unit);
  return row && toLineage(connection, row);
}

function toLineage({ interned }: Connection, row: Row): Lineage {
  const made: readonly (readonly [string, string, string])[] = JSON.parse(text(row.made));
  const { id, receivedAt } = interned.delivery(integer(row.delivery));
  return {
    hash: text(row.hash),
    record: integer(row.record),
    made: made.map(([slot, type, id]) => ({ slot, type, id })),
    delivery: id,
    line: integer(row.line),
    receivedAt,
    mapping: integer(row.mapping),
    ...(row.written_at === null ? {} : { writtenAt: integer(row.written_at) }),
    ...(row.local_id === null ? {} : { localId: text(row.local_id) }),
  };
}

export function readLineagesOf(connection: Connection, record: RecordKey): readonly UnitLineage[] {
  const rows = connection.statement(`${LINEAGE} WHERE l.record = ? ORDER BY l.sequence`).all(record);
  return rows.map((row) => toUnitLineage(connection, row));
}

export function readUnitsOf(
  connection: Connection,
  source: string,
  { limit, after }: { readonly limit: number; readonly after: string | undefined },
): readonly UnitLineage[] {
  const rows = connection
    .statement(`${LINEAGE} WHERE l.source = ? AND l.unit > ? ORDER BY l.unit LIMIT ?`)
    .all(source, after ?? "", limit);
  return rows.map((row) => toUnitLineage(connection, row));
}

function toUnitLineage(connection: Connection, row: Row): UnitLineage {
  return { source: text(row.source), unit: text(row.unit), ...toLineage(connection, row) };
}

export function putLineage(work: Work, source: string, unit: string, lineage: Lineage): void {
  const { connection } = work;
  const { delivery, receivedAt, localId } = lineage;
  connection
    .statement(
      `INSERT INTO lineage (source, unit, child, hash, record, delivery, line, mapping, written_at, made)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (source, unit) DO UPDATE SET child = excluded.child, hash = excluded.hash, record = excluded.record,
         delivery = excluded.delivery, line = excluded.line, mapping = excluded.mapping,
         written_at = excluded.written_at, made = excluded.made`,
    )
    .run(
      source,
      unit,
      localId === undefined ? null : internChild(work, source, localId),
      lineage.hash,
      lineage.record,
      connection.interned.deliveryId({ source, id: delivery, receivedAt }),
      lineage.line,
      lineage.mapping,
      lineage.writtenAt ?? null,
      JSON.stringify(lineage.made.map(({ slot, type, id }) => [slot, type, id])),
    );
}

export function removeLineage({ connection }: Work, source: string, unit: string): void {
  const { statement } = connection;
  statement("DELETE FROM raw WHERE lineage = (SELECT sequence FROM lineage WHERE source = ? AND unit = ?)").run(
    source,
    unit,
  );
  statement("DELETE FROM lineage WHERE source = ? AND unit = ?").run(source, unit);
}
