import type { Connection } from "./sqlite-connection.ts";
import { integer, type Row, text } from "./sqlite-values.ts";
import type { Work } from "./sqlite-work.ts";
import type { Lineage, RecordKey, UnitLineage } from "./store.ts";

export function readLineage({ connection }: Work, source: string, unit: string): Lineage | undefined {
  const row = connection.statement("SELECT * FROM lineage WHERE source = ? AND unit = ?").get(source, unit);
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
  };
}

export function readLineagesOf(connection: Connection, record: RecordKey): readonly UnitLineage[] {
  const rows = connection.statement("SELECT * FROM lineage WHERE record = ? ORDER BY sequence").all(record);
  return rows.map((row) => toUnitLineage(connection, row));
}

export function readUnitsOf(
  connection: Connection,
  source: string,
  { limit, after }: { readonly limit: number; readonly after: string | undefined },
): readonly UnitLineage[] {
  const rows = connection
    .statement("SELECT * FROM lineage WHERE source = ? AND unit > ? ORDER BY unit LIMIT ?")
    .all(source, after ?? "", limit);
  return rows.map((row) => toUnitLineage(connection, row));
}

function toUnitLineage(connection: Connection, row: Row): UnitLineage {
  return { source: text(row.source), unit: text(row.unit), ...toLineage(connection, row) };
}

export function putLineage({ connection }: Work, source: string, unit: string, lineage: Lineage): void {
  const { delivery, receivedAt } = lineage;
  connection
    .statement(
      `INSERT INTO lineage (source, unit, hash, record, delivery, line, mapping, written_at, made)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (source, unit) DO UPDATE SET hash = excluded.hash, record = excluded.record,
         delivery = excluded.delivery, line = excluded.line, mapping = excluded.mapping,
         written_at = excluded.written_at, made = excluded.made`,
    )
    .run(
      source,
      unit,
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
