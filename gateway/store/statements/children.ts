import type { Relationship } from "#mappers/mapper.ts";
import type { IdSpace, RecordKey, StoredContribution } from "../record.ts";
import type { RecordSearchKey } from "../record-verbs.ts";
import { toContribution } from "./read.ts";
import { toKept } from "./search-key.ts";
import { childId, internChild } from "./source-children.ts";
import { row, rows, type Statement, type Steps, toWrite, write } from "./steps.ts";
import { integer, type Row } from "./values.ts";
import { made, touch, type Work } from "./work.ts";

export function* createChild(work: Work, patientId: string, idSpace: IdSpace): Steps<RecordKey> {
  // Looked for rather than left to a constraint: on several machines none spans them all.
  const taken = yield* row("SELECT key FROM record WHERE patient_id = ? AND id_space = ?", patientId, idSpace);
  if (taken !== undefined) throw new Error("The store was asked to make a child under an id that it holds already.");
  const begun = yield* row(
    "INSERT INTO record (kind, id_space, patient_id, version) VALUES ('child', ?, ?, 1) RETURNING key",
    idSpace,
    patientId,
  );
  const key = integer(begun?.key);
  made(work, key, idSpace);
  return key;
}

interface Contributed {
  readonly authority: string;
  readonly contribution: StoredContribution;
  readonly keys: readonly RecordSearchKey[];
}

export function* putContribution(
  work: Work,
  record: RecordKey,
  { authority, contribution, keys }: Contributed,
): Steps<void> {
  const { source, localId, dataClass, lastUpdated, since, body } = contribution;
  const child = yield* internChild(work, source, localId);
  const at = since ?? lastUpdated;
  const idSpace = yield* touch(work, record, at);
  const withheld = contribution.withheld === undefined ? null : JSON.stringify(contribution.withheld);
  const before = yield* readRow(record, child);
  if (before !== undefined && !isSame(before, contribution, withheld)) yield* keepPast(record, { child, until: at });
  const put = yield* row(
    `INSERT INTO contribution (record, child, authority, data_class, last_updated, since, unit, withheld, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (record, child) DO UPDATE SET authority = excluded.authority,
       data_class = excluded.data_class, last_updated = excluded.last_updated, since = excluded.since,
       unit = excluded.unit, withheld = excluded.withheld, body = excluded.body
     RETURNING id`,
    record,
    child,
    authority,
    dataClass,
    lastUpdated,
    since ?? null,
    contribution.unit ?? null,
    withheld,
    body,
  );
  const id = integer(put?.id);
  yield [
    toWrite(
      "INSERT INTO standing (authority, record) VALUES (?, ?) ON CONFLICT (authority, record) DO NOTHING",
      authority,
      record,
    ),
    ...(before === undefined ? [] : [dropSearchKeys(record, id)]),
    ...keys.map(({ code, value }) => toWrite(INSERT_SEARCH_KEY, code, toKept(value), idSpace, record, id)),
  ];
}

const INSERT_SEARCH_KEY = `INSERT INTO search_key (code, value, id_space, record, contribution) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (code, value, id_space, record, contribution) DO NOTHING`;

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

function* keepPast(
  record: RecordKey,
  { child, until }: { readonly child: number; readonly until: number },
): Steps<void> {
  yield* write(
    `INSERT INTO past_contribution (record, child, data_class, last_updated, since, until, is_left, withheld, body)
     SELECT record, child, data_class, last_updated, since, ?, 0, withheld, body FROM contribution
     WHERE record = ? AND child = ?`,
    until,
    record,
    child,
  );
}

function readRow(record: RecordKey, child: number): Steps<Row | undefined> {
  return row("SELECT * FROM contribution WHERE record = ? AND child = ?", record, child);
}

export function* readContribution(
  record: RecordKey,
  source: string,
  localId: string,
): Steps<StoredContribution | undefined> {
  const child = yield* childId(source, localId);
  const found = child === undefined ? undefined : yield* readRow(record, child);
  return found && toContribution({ ...found, source, local_id: localId });
}

export function* removeContribution(work: Work, record: RecordKey, { source, localId, until }: Ceased): Steps<void> {
  const child = yield* childId(source, localId);
  if (child === undefined || (yield* readRow(record, child)) === undefined) return;
  yield* keepPast(record, { child, until });
  const removed = yield* row("DELETE FROM contribution WHERE record = ? AND child = ? RETURNING id", record, child);
  yield* touch(work, record, until);
  yield dropSearchKeys(record, integer(removed?.id));
}

function dropSearchKeys(record: RecordKey, contribution: number): Statement {
  return toWrite("DELETE FROM search_key WHERE record = ? AND contribution = ?", record, contribution);
}

interface Told {
  readonly source: string;
  readonly unit: string;
  readonly relationships: readonly Relationship[];
  /** Milliseconds since 1970. */
  readonly at: number;
}

export function* putRelationships(
  work: Work,
  record: RecordKey,
  { source, unit, relationships, at }: Told,
): Steps<void> {
  const before = yield* rows(
    `SELECT kind, system, value, start_date, end_date, told_at FROM relationship
     WHERE record = ? AND source = ? AND unit = ? ORDER BY n`,
    record,
    source,
    unit,
  );
  if (before.length === relationships.length && relationships.every((told, n) => isAsBefore(told, before[n]))) return;
  yield* touch(work, record);
  yield [
    toWrite("DELETE FROM relationship WHERE record = ? AND source = ? AND unit = ?", record, source, unit),
    ...relationships.map((told, n) => {
      const { kind, organization, start, end = null } = told;
      const { system, value } = organization;
      // That it ends, or where it stands among others, does not make it another one.
      const known = before.find((one) => isAsBefore(told, { ...one, end_date: end }));
      const toldAt = known === undefined ? at : toldAtOf(known);
      return toWrite(INSERT_TIE, record, source, unit, n, kind, system, value, start ?? null, end, toldAt);
    }),
  ];
}

const INSERT_TIE = `INSERT INTO relationship
  (record, source, unit, n, kind, system, value, start_date, end_date, told_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

function isAsBefore({ kind, organization, start, end }: Relationship, before: Row | undefined): boolean {
  return (
    before?.kind === kind &&
    before.system === organization.system &&
    before.value === organization.value &&
    before.start_date === (start ?? null) &&
    before.end_date === (end ?? null)
  );
}

function toldAtOf(before: Row): number | null {
  return before.told_at === null ? null : integer(before.told_at);
}
