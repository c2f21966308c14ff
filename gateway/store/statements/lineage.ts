import type { Lineage, UnitLineage } from "../lineage-verbs.ts";
import type { RecordKey } from "../record.ts";
import { type Context, type DeliveryName, deliveriesOf, deliveryId, deliveryOf } from "./context.ts";
import { LIMIT } from "./limit.ts";
import { inParts, marks, ofLengths } from "./lists.ts";
import { internChild } from "./source-children.ts";
import { row, rows, type Steps, together, toWrite, type Value, write } from "./steps.ts";
import { integer, type Row, text } from "./values.ts";
import { isMade, newNumber, type Work } from "./work.ts";

const LINEAGE = "SELECT l.*, s.local_id FROM lineage l LEFT JOIN source_child s ON s.id = l.child";

export function* readLineage(work: Work, source: string, unit: string): Steps<Lineage | undefined> {
  const { lineages, ahead } = work;
  const name = nameOf(source, unit);
  if (!ahead.lineages.has(name)) yield* readLineageRows(work, source, [unit]);
  const found = ahead.lineages.get(name) ?? "none";
  lineages.set(name, found === "none" ? found : found.sequence);
  return found === "none" ? undefined : found.lineage;
}

const LINEAGES_OF_MANY = ofLengths((length) => `${LINEAGE} WHERE l.source = ? AND l.unit IN (${marks(length)})`);

/** Notes the lineage of these units. */
export function* readLineageRows({ context, ahead }: Work, source: string, units: readonly string[]): Steps<void> {
  const parts = inParts([...new Set(units)]);
  const found = (yield* together(...parts.map((part) => rows(LINEAGES_OF_MANY(part.length), source, ...part)))).flat();
  const deliveries = yield* deliveriesOf(context, found.map(toDelivery));
  for (const unit of units) ahead.lineages.set(nameOf(source, unit), "none");
  for (const one of found) {
    const noted = { lineage: toLineage(one, deliveries), sequence: integer(one.sequence) };
    ahead.lineages.set(nameOf(source, text(one.unit)), noted);
  }
}

function toDelivery({ delivery }: Row): number {
  return integer(delivery);
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

const OF_RECORD = `${LINEAGE} WHERE l.record = ? ORDER BY l.sequence`;

export function* readLineagesOf(context: Context, record: RecordKey): Steps<readonly UnitLineage[]> {
  return yield* toUnitLineages(context, yield* rows(OF_RECORD, record));
}

/** The same within a work, which looks for them once while it changes nothing of them. */
export function* lineagesAhead({ context, ahead }: Work, record: RecordKey): Steps<readonly UnitLineage[]> {
  const known = ahead.lineagesOf.get(record) ?? (yield* rows(OF_RECORD, record));
  ahead.lineagesOf.set(record, known);
  return yield* toUnitLineages(context, known);
}

const OF_RECORDS = ofLengths((length) => `${LINEAGE} WHERE l.record IN (${marks(length)}) ORDER BY l.sequence`);

/** Notes the lineages of these records. */
export function* readLineagesOfMany({ ahead: { lineagesOf } }: Work, records: readonly RecordKey[]): Steps<void> {
  const wanted = new Set(records.filter((record) => !lineagesOf.has(record)));
  const found = yield* together(...inParts([...wanted]).map((part) => rows(OF_RECORDS(part.length), ...part)));
  const byRecord = Map.groupBy(found.flat(), (one) => integer(one.record));
  for (const record of wanted) lineagesOf.set(record, byRecord.get(record) ?? []);
}

export function* readUnitsOf(
  context: Context,
  source: string,
  { limit, after }: { readonly limit: number; readonly after: string | undefined },
): Steps<readonly UnitLineage[]> {
  const found = yield* rows(
    `${LINEAGE} WHERE l.source = ? AND l.unit > ? ORDER BY l.unit ${LIMIT}`,
    source,
    after ?? "",
    limit,
  );
  return yield* toUnitLineages(context, found);
}

function* toUnitLineages(context: Context, found: readonly Row[]): Steps<readonly UnitLineage[]> {
  const deliveries = yield* deliveriesOf(context, found.map(toDelivery));
  return found.map((one) => ({ source: text(one.source), unit: text(one.unit), ...toLineage(one, deliveries) }));
}

export function* putLineage(work: Work, source: string, unit: string, lineage: Lineage): Steps<void> {
  const { delivery, receivedAt, localId } = lineage;
  const values = [
    localId === undefined ? null : yield* internChild(work, source, localId),
    lineage.hash,
    lineage.record,
    yield* deliveryId(work.context, { source, id: delivery, receivedAt }),
    lineage.line,
    lineage.mapping,
    lineage.writtenAt ?? null,
    JSON.stringify(lineage.made.map(({ slot, type, id }) => [slot, type, id])),
  ];
  const known = yield* lineageNumber(work, source, unit);
  work.ahead.lineages.delete(nameOf(source, unit));
  if (known !== undefined) {
    work.ahead.lineagesOf.clear();
    yield* write(UPDATE_LINEAGE, ...values, known);
    return;
  }
  const sequence = yield* newNumber(work, "lineage");
  noteLineage(work, { source, unit, sequence, local_id: localId ?? null }, values);
  yield* write(INSERT_LINEAGE, ...values, source, unit, sequence);
  work.lineages.set(nameOf(source, unit), sequence);
  isMade(work, `lineage ${sequence}`);
}

/** The last of those of its record. */
function noteLineage({ ahead: { lineagesOf } }: Work, named: Row, values: readonly Value[]): void {
  const told = Object.fromEntries(PUT_COLUMNS.map((column, n) => [column, values[n] ?? null]));
  const record = integer(told.record);
  const known = lineagesOf.get(record);
  if (known !== undefined) lineagesOf.set(record, [...known, { ...told, ...named }]);
}

const PUT_COLUMNS = ["child", "hash", "record", "delivery", "line", "mapping", "written_at", "made"] as const;
const UPDATE_LINEAGE = `UPDATE lineage
  SET ${PUT_COLUMNS.map((column) => `${column} = ?`).join(", ")} WHERE sequence = ?`;
const INSERT_LINEAGE = `INSERT INTO lineage
  (${PUT_COLUMNS.join(", ")}, source, unit, sequence)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** The number of a unit's row, which is looked for once a work. */
export function* lineageNumber({ lineages }: Work, source: string, unit: string): Steps<number | undefined> {
  const name = nameOf(source, unit);
  const known = lineages.get(name) ?? (yield* findNumber(source, unit));
  lineages.set(name, known);
  return known === "none" ? undefined : known;
}

function* findNumber(source: string, unit: string): Steps<number | "none"> {
  const found = yield* row("SELECT sequence FROM lineage WHERE source = ? AND unit = ?", source, unit);
  return found === undefined ? "none" : integer(found.sequence);
}

function nameOf(source: string, unit: string): string {
  return `${source} ${unit}`;
}

export function* removeLineage(work: Work, source: string, unit: string): Steps<void> {
  const known = yield* lineageNumber(work, source, unit);
  work.ahead.lineages.delete(nameOf(source, unit));
  if (known === undefined) return;
  work.ahead.lineagesOf.clear();
  yield [toWrite("DELETE FROM raw WHERE lineage = ?", known), toWrite("DELETE FROM lineage WHERE sequence = ?", known)];
  work.lineages.set(nameOf(source, unit), "none");
}
