import type { EndedState, RecordState, RecordStateFilter } from "../lineage-verbs.ts";
import { type Context, type DeliveryName, deliveriesOf, deliveryId, deliveryOf } from "./context.ts";
import { LIMIT, toLimit } from "./limit.ts";
import { rows, type Steps, together, write } from "./steps.ts";
import { integer, type Row, text, word } from "./values.ts";
import type { Work } from "./work.ts";

const STATES: Readonly<Record<RecordState["state"], true>> = {
  received: true,
  committed: true,
  replaced: true,
  withdrawn: true,
};

export function* noteState({ context }: Work, ended: EndedState): Steps<void> {
  const { source, delivery, receivedAt } = ended;
  yield* write(
    `INSERT INTO ended_state (delivery, line, unit, state, at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (delivery, line, unit) DO UPDATE SET state = excluded.state, at = excluded.at`,
    yield* deliveryId(context, { source, id: delivery, receivedAt }),
    ended.line,
    ended.unit,
    ended.state,
    ended.at,
  );
}

/** What counts of a delivery, `?1`, up to a line, `?2`, and what of it counts no more; at most `?3` of them. */
function ofDelivery(conditions: readonly string[]): string {
  return `
  SELECT unit, line, state, at FROM (
    SELECT unit, line, 'committed' AS state, CAST(NULL AS BIGINT) AS at FROM lineage
    WHERE delivery = ?1 AND line BETWEEN 1 AND ?2
    UNION ALL
    SELECT name || '/' || key, line, CASE WHEN waits = 1 THEN 'received' ELSE 'committed' END, NULL FROM staged
    WHERE delivery = ?1 AND line BETWEEN 1 AND ?2
    UNION ALL
    SELECT unit, line, state, at FROM ended_state
    WHERE delivery = ?1 AND line BETWEEN 1 AND ?2
  ) told
  ${conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`}
  ORDER BY line DESC, unit DESC ${toLimit(3)}`;
}

/** Of source `?1`; the unit `?2`, or the row of key `?4` in table `?3`. */
const OF_UNIT = `
  SELECT delivery, unit, line, 'committed' AS state, CAST(NULL AS BIGINT) AS at FROM lineage
  WHERE source = ?1 AND unit = ?2 AND line > 0
  UNION ALL
  SELECT delivery, CAST(?2 AS TEXT), line, CASE WHEN waits = 1 THEN 'received' ELSE 'committed' END, NULL FROM staged
  WHERE source = ?1 AND line > 0 AND name = ?3 AND key = ?4
  UNION ALL
  SELECT e.delivery, e.unit, e.line, e.state, e.at FROM ended_state e JOIN delivery d ON d.sequence = e.delivery
  WHERE e.unit = ?2 AND d.source = ?1
  ORDER BY delivery DESC, line DESC`;

export function readRecordStates(
  context: Context,
  filter: RecordStateFilter,
  limit: number,
): Steps<readonly RecordState[]> {
  return filter.unit === undefined
    ? readByDelivery(filter, limit)
    : readOfUnit(context, { ...filter, unit: filter.unit }, limit);
}

/** Deliveries looked into at once, after the latest: most of what is asked for stands in that one. */
const DELIVERIES_AT_ONCE = 16;

function* readByDelivery(filter: RecordStateFilter, limit: number): Steps<readonly RecordState[]> {
  const found: RecordState[] = [];
  let deliveries = yield* readDeliveries(filter, undefined);
  while (deliveries.length > 0) {
    const missing = limit - found.length;
    found.push(...(yield* together(...deliveries.map((one) => readDelivery(one, filter, missing)))).flat());
    if (found.length >= limit) break;
    deliveries = yield* readDeliveries(filter, deliveries.at(-1)?.sequence);
  }
  return found.slice(0, limit);
}

interface Delivery extends DeliveryName {
  readonly sequence: number;
}

/** The latest, or those before one, the latest of them first. */
function* readDeliveries(
  { source, delivery, after }: RecordStateFilter,
  before: number | undefined,
): Steps<readonly Delivery[]> {
  const conditions = ["source = ?"];
  const values: (string | number)[] = [source];
  if (delivery !== undefined) {
    conditions.push("id = ?");
    values.push(delivery);
  }
  if (before !== undefined) {
    conditions.push("sequence < ?");
    values.push(before);
  } else if (after !== undefined) {
    conditions.push("sequence <= (SELECT sequence FROM delivery WHERE source = ? AND id = ?)");
    values.push(source, after.delivery);
  }
  const found = yield* rows(
    `SELECT sequence, id, received_at FROM delivery WHERE ${conditions.join(" AND ")} ORDER BY sequence DESC ${LIMIT}`,
    ...values,
    before === undefined ? 1 : DELIVERIES_AT_ONCE,
  );
  return found.map((row) => ({
    sequence: integer(row.sequence),
    source,
    id: text(row.id),
    receivedAt: integer(row.received_at),
  }));
}

function* readDelivery(
  delivery: Delivery,
  { after, state }: RecordStateFilter,
  limit: number,
): Steps<readonly RecordState[]> {
  const from = after?.delivery === delivery.id ? after : undefined;
  const conditions: string[] = [];
  const values: string[] = [];
  if (from !== undefined) {
    conditions.push("(line < ?2 OR unit < ?4)");
    values.push(from.unit);
  }
  if (state !== undefined) {
    conditions.push(`state = ?${values.length + 4}`);
    values.push(state);
  }
  const line = from?.line ?? Number.MAX_SAFE_INTEGER;
  const found = yield* rows(ofDelivery(conditions), delivery.sequence, line, limit, ...values);
  return found.map((row) => toState(row, delivery));
}

function* readOfUnit(
  context: Context,
  { source, unit, delivery, state, after }: RecordStateFilter & { readonly unit: string },
  limit: number,
): Steps<readonly RecordState[]> {
  const slash = unit.indexOf("/");
  const found = yield* rows(OF_UNIT, source, unit, unit.slice(0, Math.max(slash, 0)), unit.slice(slash + 1));
  const deliveries = yield* deliveriesOf(
    context,
    found.map((row) => integer(row.delivery)),
  );
  const all = found.map((row) => toState(row, deliveryOf(deliveries, integer(row.delivery))));
  const start =
    after === undefined ? 0 : 1 + all.findIndex((one) => one.delivery === after.delivery && one.line === after.line);
  return all
    .slice(start)
    .filter((one) => (delivery ?? one.delivery) === one.delivery && (state ?? one.state) === one.state)
    .slice(0, limit);
}

function toState(row: Row, { source, id, receivedAt }: DeliveryName): RecordState {
  return {
    source,
    unit: text(row.unit),
    delivery: id,
    line: integer(row.line),
    state: word(STATES, row.state),
    at: row.at === null ? receivedAt : integer(row.at),
  };
}
