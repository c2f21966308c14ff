import type { Lineage, UnitLineage } from "../lineage-verbs.ts";
import type { RecordKey } from "../record.ts";
import { type Context, type DeliveryName, deliveriesOf, deliveryId, deliveryOf } from "./context.ts";
import { internChild } from "./source-children.ts";
import { row, rows, type Steps, write } from "./steps.ts";
import { integer, type Row, text } from "./values.ts";
import type { Work } from "./work.ts";

const LINEAGE = "SELECT l.*, s.local_id FROM lineage l LEFT JOIN source_child s ON s.id = l.child";

export function* readLineage({ context }: Work, source: string, unit: string): Steps<Lineage | undefined> {
  const found = yield* row(`${LINEAGE} WHERE l.source = ? AND l.unit = ?`, source, unit);
  if (found === undefined) return undefined;
  return toLineage(found, yield* deliveriesOf(context, [integer(found.delivery)]));
}

function toLineage(row: Row, deliveries: ReadonlyMap<number, DeliveryName>): Lineage {
  const made: readonly (readonly [string, string, string])[] = JSON.parse(text(row.made));
  const { id: delivery, receivedAt } = deliveryOf(deliveries, integer(row.delivery));
  return {
    hash: text(row.hash),
    record: integer(row.record),
    made: made.map(([slot, type, id]) => ({ slot, type, id })),
    delivery,
    line: integer(row.line),
    receivedAt,
    mapping: integer(row.mapping),
    ...(row.written_at === null ? {} : { writtenAt: integer(row.written_at) }),
    ...(row.local_id === null ? {} : { localId: text(row.local_id) }),
  };
}

export function* readLineagesOf(context: Context, record: RecordKey): Steps<readonly UnitLineage[]> {
  return yield* toUnitLineages(context, yield* rows(`${LINEAGE} WHERE l.record = ? ORDER BY l.sequence`, record));
}

export function* readUnitsOf(
  context: Context,
  source: string,
  { limit, after }: { readonly limit: number; readonly after: string | undefined },
): Steps<readonly UnitLineage[]> {
  const found = yield* rows(
    `${LINEAGE} WHERE l.source = ? AND l.unit > ? ORDER BY l.unit LIMIT ?`,
    source,
    after ?? "",
    limit,
  );
  return yield* toUnitLineages(context, found);
}

function* toUnitLineages(context: Context, found: readonly Row[]): Steps<readonly UnitLineage[]> {
  const deliveries = yield* deliveriesOf(
    context,
    found.map(({ delivery }) => integer(delivery)),
  );
  return found.map((one) => ({ source: text(one.source), unit: text(one.unit), ...toLineage(one, deliveries) }));
}

export function* putLineage(work: Work, source: string, unit: string, lineage: Lineage): Steps<void> {
  const { delivery, receivedAt, localId } = lineage;
  yield* write(
    `INSERT INTO lineage (source, unit, child, hash, record, delivery, line, mapping, written_at, made)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (source, unit) DO UPDATE SET child = excluded.child, hash = excluded.hash, record = excluded.record,
       delivery = excluded.delivery, line = excluded.line, mapping = excluded.mapping,
       written_at = excluded.written_at, made = excluded.made`,
    source,
    unit,
    localId === undefined ? null : yield* internChild(work, source, localId),
    lineage.hash,
    lineage.record,
    yield* deliveryId(work.context, { source, id: delivery, receivedAt }),
    lineage.line,
    lineage.mapping,
    lineage.writtenAt ?? null,
    JSON.stringify(lineage.made.map(({ slot, type, id }) => [slot, type, id])),
  );
}

export function* removeLineage(source: string, unit: string): Steps<void> {
  yield* write(
    "DELETE FROM raw WHERE lineage = (SELECT sequence FROM lineage WHERE source = ? AND unit = ?)",
    source,
    unit,
  );
  yield* write("DELETE FROM lineage WHERE source = ? AND unit = ?", source, unit);
}
