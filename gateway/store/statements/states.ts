import type { EndedState, RecordState, RecordStateFilter } from "../lineage-verbs.ts";
import type { Connection } from "../sqlite/connection.ts";
import { integer, type Row, text, word } from "./values.ts";
import type { Work } from "./work.ts";

const STATES: Readonly<Record<RecordState["state"], true>> = {
  received: true,
  committed: true,
  replaced: true,
  withdrawn: true,
};

export function noteState({ connection }: Work, ended: EndedState): void {
  const { source, delivery, receivedAt } = ended;
  connection
    .statement("INSERT OR REPLACE INTO ended_state (delivery, line, unit, state, at) VALUES (?, ?, ?, ?, ?)")
    .run(
      connection.interned.deliveryId({ source, id: delivery, receivedAt }),
      ended.line,
      ended.unit,
      ended.state,
      ended.at,
    );
}

/** What counts of a delivery, and what of it counts no more; parameters `:delivery`, `:line` and `:unit` to go on from. */
const OF_DELIVERY = `
  SELECT * FROM (
    SELECT unit, line, 'committed' AS state, NULL AS at FROM lineage
    WHERE delivery = :delivery AND line BETWEEN 1 AND :line
    UNION ALL
    SELECT name || '/' || key, line, iif(waits = 1, 'received', 'committed'), NULL FROM staged
    WHERE delivery = :delivery AND line BETWEEN 1 AND :line
    UNION ALL
    SELECT unit, line, state, at FROM ended_state
    WHERE delivery = :delivery AND line BETWEEN 1 AND :line
  )
  WHERE (line < :line OR unit < :unit OR :unit IS NULL) AND (:state IS NULL OR state = :state)
  ORDER BY line DESC, unit DESC LIMIT :limit`;

const OF_UNIT = `
  SELECT delivery, unit, line, 'committed' AS state, NULL AS at FROM lineage
  WHERE source = :source AND unit = :unit AND line > 0
  UNION ALL
  SELECT delivery, :unit, line, iif(waits = 1, 'received', 'committed'), NULL FROM staged
  WHERE source = :source AND line > 0 AND name = substr(:unit, 1, instr(:unit, '/') - 1)
    AND key = substr(:unit, instr(:unit, '/') + 1)
  UNION ALL
  SELECT e.delivery, unit, line, state, at FROM ended_state e JOIN delivery d ON d.sequence = e.delivery
  WHERE unit = :unit AND d.source = :source
  ORDER BY delivery DESC, line DESC`;

export function readRecordStates(
  connection: Connection,
  filter: RecordStateFilter,
  limit: number,
): readonly RecordState[] {
  return filter.unit === undefined
    ? readByDelivery(connection, filter, limit)
    : readOfUnit(connection, { ...filter, unit: filter.unit }, limit);
}

function readByDelivery(connection: Connection, filter: RecordStateFilter, limit: number): readonly RecordState[] {
  const { statement } = connection;
  const { source, delivery, after, state } = filter;
  const deliveries = statement(
    `SELECT sequence, id FROM delivery WHERE source = :source AND (:id IS NULL OR id = :id)
       AND (:after IS NULL OR sequence <= (SELECT sequence FROM delivery WHERE source = :source AND id = :after))
     ORDER BY sequence DESC`,
  ).iterate({ source, id: delivery ?? null, after: after?.delivery ?? null });
  const found: RecordState[] = [];
  for (const { sequence, id } of deliveries) {
    const from = after?.delivery === id ? after : undefined;
    const rows = statement(OF_DELIVERY).all({
      delivery: integer(sequence),
      line: from?.line ?? Number.MAX_SAFE_INTEGER,
      unit: from?.unit ?? null,
      state: state ?? null,
      limit: limit - found.length,
    });
    found.push(...rows.map((row) => toState(connection, integer(sequence), row)));
    if (found.length >= limit) break;
  }
  return found;
}

function readOfUnit(
  connection: Connection,
  { source, unit, delivery, state, after }: RecordStateFilter & { readonly unit: string },
  limit: number,
): readonly RecordState[] {
  const all = connection
    .statement(OF_UNIT)
    .all({ source, unit })
    .map((row) => toState(connection, integer(row.delivery), row));
  const start =
    after === undefined ? 0 : 1 + all.findIndex((one) => one.delivery === after.delivery && one.line === after.line);
  return all
    .slice(start)
    .filter((one) => (delivery ?? one.delivery) === one.delivery && (state ?? one.state) === one.state)
    .slice(0, limit);
}

function toState({ interned }: Connection, delivery: number, row: Row): RecordState {
  const { source, id, receivedAt } = interned.delivery(delivery);
  return {
    source,
    unit: text(row.unit),
    delivery: id,
    line: integer(row.line),
    state: word(STATES, row.state),
    at: row.at === null ? receivedAt : integer(row.at),
  };
}
