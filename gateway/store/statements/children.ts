import type { Relationship } from "#mappers/mapper.ts";
import type { KnownAhead } from "../ahead-verbs.ts";
import type { SourceChildName } from "../identity-verbs.ts";
import type { IdSpace, RecordKey, StoredContribution } from "../record.ts";
import type { RecordSearchKey } from "../record-verbs.ts";
import { inParts, marks, ofLengths } from "./lists.ts";
import { toContribution } from "./read.ts";
import { toKept } from "./search-key.ts";
import { internChild, knownChild } from "./source-children.ts";
import { row, rows, type Statement, type Steps, together, toWrite, write } from "./steps.ts";
import { integer, type Row, text } from "./values.ts";
import { isFirstTold, made, newNumber, touch, type Work } from "./work.ts";

export function* createChild(
  work: Work,
  patientId: string,
  { idSpace, isFirst }: { readonly idSpace: IdSpace; readonly isFirst: boolean },
): Steps<RecordKey> {
  // Looked for rather than left to a constraint: on several machines none spans them all.
  const taken = isFirst
    ? undefined
    : yield* row("SELECT key FROM record WHERE patient_id = ? AND id_space = ?", patientId, idSpace);
  if (taken !== undefined) throw new Error("The store was asked to make a child under an id that it holds already.");
  const key = yield* newNumber(work, "record");
  yield* write(
    "INSERT INTO record (key, kind, id_space, patient_id, version) VALUES (?, ?, ?, ?, ?)",
    key,
    "child",
    idSpace,
    patientId,
    1,
  );
  made(work, key, idSpace);
  work.patients.set(`${idSpace} ${patientId}`, key);
  if (isFirst) work.drawn.add(patientId);
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
  // Of a record made just now nothing was told, and by a child made just now.
  const isFirst = isFirstTold(work, `record ${record}`, `contribution ${child}`);
  const isFirstOfChild = isFirstTold(work, `child ${child}`, `contribution ${record}`);
  const before = isFirst || isFirstOfChild ? undefined : yield* readRow(work, record, child);
  if (before !== undefined && !isSame(before, contribution, withheld)) yield* keepPast(record, { child, until: at });
  const id = before === undefined ? yield* newNumber(work, "contribution") : integer(before.id);
  const values = [authority, dataClass, lastUpdated, since ?? null, contribution.unit ?? null, withheld, body] as const;
  const told = Object.fromEntries(TOLD_COLUMNS.map((column, n) => [column, values[n] ?? null]));
  work.ahead.rows.set(contributionName(record, child), [{ ...told, id, record, child }]);
  yield [
    before === undefined
      ? toWrite(INSERT_CONTRIBUTION, id, record, child, ...values)
      : toWrite(UPDATE_CONTRIBUTION, ...values, record, child),
    toWrite(
      "INSERT INTO standing (authority, record) VALUES (?, ?) ON CONFLICT (authority, record) DO NOTHING",
      authority,
      record,
    ),
    ...(before === undefined ? [] : [dropSearchKeys(record, id)]),
    ...keys.map(({ code, value }) => toWrite(INSERT_SEARCH_KEY, code, toKept(value), idSpace, record, id)),
  ];
}

const TOLD_COLUMNS = ["authority", "data_class", "last_updated", "since", "unit", "withheld", "body"] as const;
const INSERT_CONTRIBUTION = `INSERT INTO contribution
  (id, record, child, ${TOLD_COLUMNS.join(", ")}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const UPDATE_CONTRIBUTION = `UPDATE contribution
  SET ${TOLD_COLUMNS.map((column) => `${column} = ?`).join(", ")} WHERE record = ? AND child = ?`;
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

function* readRow({ ahead }: Work, record: RecordKey, child: number): Steps<Row | undefined> {
  const known = ahead.rows.get(contributionName(record, child));
  if (known !== undefined) return known[0];
  return yield* row("SELECT * FROM contribution WHERE record = ? AND child = ?", record, child);
}

function contributionName(record: RecordKey, child: number): string {
  return `contribution ${record} ${child}`;
}

/** Whether that was noted of one, and is as it was. */
export function isToldRead({ ahead }: Work, source: string, { record, unit }: KnownAhead): boolean {
  return ahead.rows.has(tiesName(record, source, unit));
}

/** Notes what a source has said of children in these records, and where they are, as its units tell. */
export function* readTold(work: Work, source: string, told: readonly KnownAhead[]): Steps<void> {
  const { children, ahead } = work;
  const parts = inParts([...new Set(told.map(({ record }) => record))]);
  const [contributions, ties] = yield* together(
    together(...parts.map((part) => rows(CONTRIBUTIONS_OF_MANY(part.length), ...part))),
    together(...parts.map((part) => rows(TIES_OF_MANY(part.length), ...part, source))),
  );
  for (const { record, localId, unit } of told) {
    const child = children.get(`${source} ${localId}`);
    if (typeof child === "number") ahead.rows.set(contributionName(record, child), []);
    ahead.rows.set(tiesName(record, source, unit), []);
  }
  for (const one of contributions.flat()) {
    const name = contributionName(integer(one.record), integer(one.child));
    if (ahead.rows.has(name)) ahead.rows.set(name, [one]);
  }
  for (const one of ties.flat()) {
    const name = tiesName(integer(one.record), source, text(one.unit));
    const before = ahead.rows.get(name);
    if (before !== undefined) ahead.rows.set(name, [...before, one]);
  }
}

const CONTRIBUTIONS_OF_MANY = ofLengths((length) => `SELECT * FROM contribution WHERE record IN (${marks(length)})`);
const TIES_OF_MANY = ofLengths(
  (length) => `SELECT record, unit, kind, system, value, start_date, end_date, told_at FROM relationship
    WHERE record IN (${marks(length)}) AND source = ? ORDER BY record, unit, n`,
);

function tiesName(record: RecordKey, source: string, unit: string): string {
  return `ties ${record} ${source} ${unit}`;
}

export function* readContribution(
  work: Work,
  record: RecordKey,
  { source, localId }: SourceChildName,
): Steps<StoredContribution | undefined> {
  const child = yield* knownChild(work, source, localId);
  const found = child === undefined ? undefined : yield* readRow(work, record, child);
  return found && toContribution({ ...found, source, local_id: localId });
}

export function* removeContribution(work: Work, record: RecordKey, { source, localId, until }: Ceased): Steps<void> {
  const child = yield* knownChild(work, source, localId);
  if (child === undefined || (yield* readRow(work, record, child)) === undefined) return;
  work.ahead.rows.delete(contributionName(record, child));
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
  const isFirst = isFirstTold(work, `record ${record}`, `relationships ${source} ${unit}`);
  const name = tiesName(record, source, unit);
  const before = isFirst ? [] : (work.ahead.rows.get(name) ?? (yield* readTies(record, source, unit)));
  if (before.length === relationships.length && relationships.every((told, n) => isAsBefore(told, before[n]))) return;
  work.ahead.rows.delete(name);
  yield* touch(work, record);
  yield [
    ...(before.length === 0 ? [] : [toWrite(DELETE_TIES, record, source, unit)]),
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

function readTies(record: RecordKey, source: string, unit: string): Steps<readonly Row[]> {
  return rows(
    `SELECT kind, system, value, start_date, end_date, told_at FROM relationship
     WHERE record = ? AND source = ? AND unit = ? ORDER BY n`,
    record,
    source,
    unit,
  );
}

const DELETE_TIES = "DELETE FROM relationship WHERE record = ? AND source = ? AND unit = ?";
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
