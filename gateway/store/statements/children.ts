import type { Relationship } from "#mappers/mapper.ts";
import type { IdSpace, RecordKey, StoredContribution } from "../record.ts";
import type { RecordSearchKey } from "../record-verbs.ts";
import { toContribution } from "./read.ts";
import { childId, internChild } from "./source-children.ts";
import { integer, type Row } from "./values.ts";
import { made, touch, type Work } from "./work.ts";

export function createChild(work: Work, patientId: string, idSpace: IdSpace): RecordKey {
  const row = work.connection
    .statement("INSERT INTO record (kind, id_space, patient_id, version) VALUES ('child', ?, ?, 1) RETURNING key")
    .get(idSpace, patientId);
  const key = integer(row?.key);
  made(work, key, idSpace);
  return key;
}

interface Contributed {
  readonly authority: string;
  readonly contribution: StoredContribution;
  readonly keys: readonly RecordSearchKey[];
}

export function putContribution(work: Work, record: RecordKey, { authority, contribution, keys }: Contributed): void {
  const { statement } = work.connection;
  const { source, localId, dataClass, lastUpdated, since, body } = contribution;
  const child = internChild(work, source, localId);
  const at = since ?? lastUpdated;
  const idSpace = touch(work, record, at);
  const withheld = contribution.withheld === undefined ? null : JSON.stringify(contribution.withheld);
  const before = readRow(work, record, child);
  if (before !== undefined && !isSame(before, contribution, withheld)) keepPast(work, record, { child, until: at });
  const row = statement(
    `INSERT INTO contribution (record, child, authority, data_class, last_updated, since, unit, withheld, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (record, child) DO UPDATE SET authority = excluded.authority,
       data_class = excluded.data_class, last_updated = excluded.last_updated, since = excluded.since,
       unit = excluded.unit, withheld = excluded.withheld, body = excluded.body
     RETURNING id`,
  ).get(record, child, authority, dataClass, lastUpdated, since ?? null, contribution.unit ?? null, withheld, body);
  const id = integer(row?.id);
  statement("INSERT OR IGNORE INTO standing (authority, record) VALUES (?, ?)").run(authority, record);
  if (before !== undefined) dropSearchKeys(work, record, id);
  const insert = statement(
    "INSERT OR IGNORE INTO search_key (code, value, id_space, record, contribution) VALUES (?, ?, ?, ?, ?)",
  );
  for (const { code, value } of keys) insert.run(code, value, idSpace, record, id);
}

function isSame(
  before: Row,
  { body, lastUpdated, since, dataClass }: StoredContribution,
  withheld: string | null,
): boolean {
  return (
    before.body === body &&
    before.last_updated === lastUpdated &&
    before.since === (since ?? null) &&
    before.data_class === dataClass &&
    before.withheld === withheld
  );
}

interface Ceased {
  readonly source: string;
  readonly localId: string;
  readonly until: number;
}

function keepPast(
  { connection }: Work,
  record: RecordKey,
  { child, until }: { readonly child: number; readonly until: number },
): void {
  connection
    .statement(
      `INSERT INTO past_contribution (record, child, data_class, last_updated, since, until, is_left, withheld, body)
       SELECT record, child, data_class, last_updated, since, ?, 0, withheld, body FROM contribution
       WHERE record = ? AND child = ?`,
    )
    .run(until, record, child);
}

function readRow({ connection }: Work, record: RecordKey, child: number): Row | undefined {
  return connection.statement("SELECT * FROM contribution WHERE record = ? AND child = ?").get(record, child);
}

export function readContribution(
  work: Work,
  record: RecordKey,
  source: string,
  localId: string,
): StoredContribution | undefined {
  const child = childId(work.connection, source, localId);
  const row = child === undefined ? undefined : readRow(work, record, child);
  return row && toContribution({ ...row, source, local_id: localId });
}

export function removeContribution(work: Work, record: RecordKey, { source, localId, until }: Ceased): void {
  const child = childId(work.connection, source, localId);
  if (child === undefined || readRow(work, record, child) === undefined) return;
  keepPast(work, record, { child, until });
  const row = work.connection
    .statement("DELETE FROM contribution WHERE record = ? AND child = ? RETURNING id")
    .get(record, child);
  touch(work, record, until);
  dropSearchKeys(work, record, integer(row?.id));
}

function dropSearchKeys({ connection }: Work, record: RecordKey, contribution: number): void {
  connection.statement("DELETE FROM search_key WHERE record = ? AND contribution = ?").run(record, contribution);
}

interface Told {
  readonly source: string;
  readonly unit: string;
  readonly relationships: readonly Relationship[];
  /** Milliseconds since 1970. */
  readonly at: number;
}

export function putRelationships(work: Work, record: RecordKey, { source, unit, relationships, at }: Told): void {
  const { statement } = work.connection;
  const before = statement(
    `SELECT kind, system, value, start_date, end_date, told_at FROM relationship
     WHERE record = ? AND source = ? AND unit = ? ORDER BY n`,
  ).all(record, source, unit);
  const isAsBefore = ({ kind, organization, start, end }: Relationship, row: Row | undefined): boolean =>
    row?.kind === kind &&
    row.system === organization.system &&
    row.value === organization.value &&
    row.start_date === (start ?? null) &&
    row.end_date === (end ?? null);
  if (before.length === relationships.length && relationships.every((told, n) => isAsBefore(told, before[n]))) return;
  touch(work, record);
  statement("DELETE FROM relationship WHERE record = ? AND source = ? AND unit = ?").run(record, source, unit);
  const insert = statement(
    `INSERT INTO relationship (record, source, unit, n, kind, system, value, start_date, end_date, told_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const [n, told] of relationships.entries()) {
    const { kind, organization, start, end = null } = told;
    const { system, value } = organization;
    // That it ends, or where it stands among others, does not make it another one.
    const known = before.find((row) => isAsBefore(told, { ...row, end_date: end }));
    insert.run(record, source, unit, n, kind, system, value, start ?? null, end, known ? (known.told_at ?? null) : at);
  }
}
