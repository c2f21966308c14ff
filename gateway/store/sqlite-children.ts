import type { Relationship, SourceIdentity } from "#mappers/mapper.ts";
import { toContribution } from "./sqlite-read.ts";
import { integer, type Row, text } from "./sqlite-values.ts";
import { made, touch, type Work } from "./sqlite-work.ts";
import type { IdSpace, Link, RecordKey, RecordSearchKey, ReviewItem, StoredContribution } from "./store.ts";

export function createChild(work: Work, patientId: string, idSpace: IdSpace): RecordKey {
  const row = work.connection
    .statement("INSERT INTO record (kind, id_space, patient_id, version) VALUES ('child', ?, ?, 1) RETURNING key")
    .get(idSpace, patientId);
  const key = integer(row?.key);
  made(work, key, idSpace);
  return key;
}

export function takeIdentityKey({ connection }: Work, key: string, record: RecordKey): RecordKey {
  // The same value again changes nothing, and makes an existing row answer with its holder.
  const row = connection
    .statement(
      `INSERT INTO identity_key (key, record) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET record = record RETURNING record`,
    )
    .get(key, record);
  return integer(row?.record);
}

export function identityKeyHolder({ connection }: Work, key: string): RecordKey | undefined {
  const row = connection.statement("SELECT record FROM identity_key WHERE key = ?").get(key);
  return row && integer(row.record);
}

export function appendLink({ connection }: Work, link: Link): void {
  connection
    .statement("INSERT INTO link (source, local_id, record, author, evidence, decided_at) VALUES (?, ?, ?, ?, ?, ?)")
    .run(link.source, link.localId, link.record, link.author, JSON.stringify(link.evidence), link.decidedAt);
}

export function putSourceIdentity(
  { connection }: Work,
  source: string,
  localId: string,
  identity: SourceIdentity,
): void {
  connection
    .statement(
      `INSERT INTO source_identity (source, local_id, body) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET body = excluded.body WHERE body <> excluded.body`,
    )
    .run(source, localId, JSON.stringify(identity));
}

export function removeSourceIdentity({ connection }: Work, source: string, localId: string): void {
  connection.statement("DELETE FROM source_identity WHERE source = ? AND local_id = ?").run(source, localId);
}

export function identitiesOf({ connection }: Work, record: RecordKey): readonly SourceIdentity[] {
  const rows = connection
    .statement(
      `SELECT i.body FROM link l JOIN source_identity i ON i.source = l.source AND i.local_id = l.local_id
       WHERE l.record = ? AND l.sequence =
         (SELECT max(m.sequence) FROM link m WHERE m.source = l.source AND m.local_id = l.local_id)
       ORDER BY l.sequence`,
    )
    .all(record);
  return rows.map((row) => JSON.parse(text(row.body)));
}

export function openReview({ connection }: Work, item: ReviewItem): void {
  connection
    .statement(
      `INSERT INTO review (kind, source, local_id, record, candidates, evidence, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (source, local_id, kind) WHERE closed_at IS NULL DO UPDATE SET record = excluded.record,
         candidates = excluded.candidates, evidence = excluded.evidence, created_at = excluded.created_at`,
    )
    .run(
      item.kind,
      item.source,
      item.localId,
      item.record,
      JSON.stringify(item.candidates),
      JSON.stringify(item.evidence),
      item.createdAt,
    );
}

export function closeReview(
  { connection, clock }: Work,
  source: string,
  localId: string,
  stillOpen: readonly ReviewItem["kind"][],
): void {
  connection
    .statement(
      `UPDATE review SET closed_at = ? WHERE source = ? AND local_id = ? AND closed_at IS NULL
         AND kind NOT IN (SELECT value FROM json_each(?))`,
    )
    .run(clock(), source, localId, JSON.stringify(stillOpen));
}

interface Contributed {
  readonly authority: string;
  readonly contribution: StoredContribution;
  readonly keys: readonly RecordSearchKey[];
}

export function putContribution(work: Work, record: RecordKey, { authority, contribution, keys }: Contributed): void {
  const { statement } = work.connection;
  const { source, localId, dataClass, lastUpdated, body } = contribution;
  const idSpace = touch(work, record, lastUpdated);
  const before = readContribution(work, record, source, localId);
  if (before?.body !== body || before.lastUpdated !== lastUpdated || before.dataClass !== dataClass) {
    keepPast(work, record, { source, localId, until: lastUpdated });
  }
  const row = statement(
    `INSERT INTO contribution (record, source, local_id, authority, data_class, last_updated, unit, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (record, source, local_id) DO UPDATE SET authority = excluded.authority,
       data_class = excluded.data_class, last_updated = excluded.last_updated, unit = excluded.unit,
       body = excluded.body
     RETURNING id`,
  ).get(record, source, localId, authority, dataClass, lastUpdated, contribution.unit ?? null, body);
  const id = integer(row?.id);
  statement("INSERT OR IGNORE INTO standing (authority, record) VALUES (?, ?)").run(authority, record);
  dropSearchKeys(work, record, id);
  const insert = statement(
    "INSERT OR IGNORE INTO search_key (code, value, id_space, record, contribution) VALUES (?, ?, ?, ?, ?)",
  );
  for (const { code, value } of keys) insert.run(code, value, idSpace, record, id);
}

interface Ceased {
  readonly source: string;
  readonly localId: string;
  readonly until: number;
}

function keepPast({ connection }: Work, record: RecordKey, { source, localId, until }: Ceased): void {
  connection
    .statement(
      `INSERT INTO past_contribution (record, source, local_id, data_class, last_updated, until, body)
       SELECT record, source, local_id, data_class, last_updated, ?, body FROM contribution
       WHERE record = ? AND source = ? AND local_id = ?`,
    )
    .run(until, record, source, localId);
}

export function readContribution(
  { connection }: Work,
  record: RecordKey,
  source: string,
  localId: string,
): StoredContribution | undefined {
  const row = connection
    .statement("SELECT * FROM contribution WHERE record = ? AND source = ? AND local_id = ?")
    .get(record, source, localId);
  return row && toContribution(row);
}

export function removeContribution(work: Work, record: RecordKey, ceased: Ceased): void {
  const { statement } = work.connection;
  keepPast(work, record, ceased);
  const row = statement("DELETE FROM contribution WHERE record = ? AND source = ? AND local_id = ? RETURNING id").get(
    record,
    ceased.source,
    ceased.localId,
  );
  if (row === undefined) return;
  touch(work, record, ceased.until);
  dropSearchKeys(work, record, integer(row.id));
}

function dropSearchKeys({ connection }: Work, record: RecordKey, contribution: number): void {
  connection.statement("DELETE FROM search_key WHERE record = ? AND contribution = ?").run(record, contribution);
}

interface Told {
  readonly source: string;
  readonly unit: string;
  readonly relationships: readonly Relationship[];
}

export function putRelationships(work: Work, record: RecordKey, { source, unit, relationships }: Told): void {
  const { statement } = work.connection;
  const before = statement(
    `SELECT kind, system, value, start_date, end_date FROM relationship
     WHERE record = ? AND source = ? AND unit = ? ORDER BY n`,
  ).all(record, source, unit);
  const isSame = ({ kind, organization, start, end }: Relationship, row: Row | undefined): boolean =>
    row?.kind === kind &&
    row.system === organization.system &&
    row.value === organization.value &&
    row.start_date === (start ?? null) &&
    row.end_date === (end ?? null);
  if (before.length === relationships.length && relationships.every((told, n) => isSame(told, before[n]))) return;
  touch(work, record);
  statement("DELETE FROM relationship WHERE record = ? AND source = ? AND unit = ?").run(record, source, unit);
  const insert = statement(
    `INSERT INTO relationship (record, source, unit, n, kind, system, value, start_date, end_date)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const [n, { kind, organization, start, end }] of relationships.entries()) {
    insert.run(record, source, unit, n, kind, organization.system, organization.value, start ?? null, end ?? null);
  }
}
