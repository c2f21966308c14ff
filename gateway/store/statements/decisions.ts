import type { ChildMove, StoredDecision } from "../identity-verbs.ts";
import type { MergedRecord, MergedSpan, RecordKey } from "../record.ts";
import type { Connection } from "../sqlite/connection.ts";
import { childId } from "./source-children.ts";
import { integer, type Row, text, word } from "./values.ts";
import { touch, type Work } from "./work.ts";

const KINDS: Readonly<Record<StoredDecision["kind"], true>> = { merge: true, split: true, never: true, undo: true };

export function appendDecision(
  { connection: { statement } }: Work,
  decision: Omit<StoredDecision, "sequence" | "undoneBy">,
): number {
  const { lastInsertRowid } = statement(
    `INSERT INTO decision (kind, survivor, other, author, reason, evidence, decided_at, moved, others, forbids, undoes)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    decision.kind,
    decision.survivor,
    decision.other,
    decision.author,
    decision.reason,
    JSON.stringify(decision.evidence),
    decision.decidedAt,
    JSON.stringify(decision.moved.map(({ source, localId, from, to }) => [source, localId, from, to])),
    JSON.stringify(decision.others),
    decision.isForbidding ? 1 : 0,
    decision.undoes ?? null,
  );
  const sequence = Number(lastInsertRowid);
  if (decision.undoes !== undefined) {
    statement("UPDATE decision SET undone_by = ? WHERE sequence = ?").run(sequence, decision.undoes);
  }
  return sequence;
}

export function readDecisions(
  { statement }: Connection,
  { record, before = Number.MAX_SAFE_INTEGER }: { readonly record?: RecordKey; readonly before?: number },
  limit: number,
): readonly StoredDecision[] {
  const rows =
    record === undefined
      ? statement("SELECT * FROM decision WHERE sequence < ? ORDER BY sequence DESC LIMIT ?").all(before, limit)
      : statement(
          `SELECT * FROM decision WHERE sequence < :before AND (survivor = :record OR other = :record)
           ORDER BY sequence DESC LIMIT :limit`,
        ).all({ before, record, limit });
  return rows.map(toDecision);
}

export function readDecision({ statement }: Connection, sequence: number): StoredDecision | undefined {
  const row = statement("SELECT * FROM decision WHERE sequence = ?").get(sequence);
  return row && toDecision(row);
}

function toDecision(row: Row): StoredDecision {
  const moved: readonly (readonly [string, string, RecordKey, RecordKey])[] = JSON.parse(text(row.moved));
  return {
    sequence: integer(row.sequence),
    kind: word(KINDS, row.kind),
    author: text(row.author),
    reason: text(row.reason),
    evidence: JSON.parse(text(row.evidence)),
    decidedAt: integer(row.decided_at),
    survivor: integer(row.survivor),
    other: integer(row.other),
    moved: moved.map(([source, localId, from, to]) => ({ source, localId, from, to })),
    others: JSON.parse(text(row.others)),
    isForbidding: row.forbids === 1,
    ...(row.undoes === null ? {} : { undoes: integer(row.undoes) }),
    ...(row.undone_by === null ? {} : { undoneBy: integer(row.undone_by) }),
  };
}

/** A record and all that are merged into it. */
const TREE = `tree (record) AS (
  SELECT :record UNION ALL SELECT m.record FROM tree CROSS JOIN merged m ON m.survivor = tree.record)`;

/** What a record is merged into in the end; itself, where it is merged into none. */
export function rootOf({ statement }: Connection, record: RecordKey): RecordKey {
  let root = record;
  for (;;) {
    const row = statement("SELECT survivor FROM merged WHERE record = ?").get(root);
    if (row === undefined) return root;
    root = integer(row.survivor);
  }
}

export function neverLinked(connection: Connection, record: RecordKey): readonly RecordKey[] {
  const { statement } = connection;
  // Most stores hold no such decision at all.
  const rows = statement(
    `WITH RECURSIVE ${TREE}
     SELECT d.other AS record FROM tree CROSS JOIN decision d ON d.survivor = tree.record WHERE d.forbids = 1 AND d.undone_by IS NULL
     UNION SELECT d.survivor FROM tree CROSS JOIN decision d ON d.other = tree.record WHERE d.forbids = 1 AND d.undone_by IS NULL`,
  ).all({ record });
  return [...new Set(rows.map((row) => rootOf(connection, integer(row.record))))].sort((a, b) => a - b);
}

export function setMerged(
  work: Work,
  record: RecordKey,
  merged: { readonly into: RecordKey; readonly decision: number } | undefined,
): void {
  const { statement } = work.connection;
  for (const row of statement(`WITH RECURSIVE ${TREE} SELECT record FROM tree`).all({ record })) {
    touch(work, integer(row.record));
  }
  if (merged === undefined) {
    statement("DELETE FROM merged WHERE record = ?").run(record);
    return;
  }
  // From now on what was told in the one is told of with the other.
  const span = statement("SELECT first_change, last_change FROM record WHERE key = ?").get(record);
  for (const at of [span?.first_change, span?.last_change]) {
    if (typeof at === "number") touch(work, merged.into, at);
  }
  statement("INSERT OR REPLACE INTO merged (record, survivor, decision) VALUES (?, ?, ?)").run(
    record,
    merged.into,
    merged.decision,
  );
}

export function setStanding(
  { connection: { statement } }: Work,
  record: RecordKey,
  authorities: readonly string[],
): void {
  statement("DELETE FROM standing WHERE authority NOT IN (SELECT value FROM json_each(?)) AND record = ?").run(
    JSON.stringify(authorities),
    record,
  );
  const insert = statement("INSERT OR IGNORE INTO standing (authority, record) VALUES (?, ?)");
  for (const authority of authorities) insert.run(authority, record);
}

export function moveChild(work: Work, { source, localId, from, to, isPastShown }: ChildMove): void {
  const { statement } = work.connection;
  const child = childId(work.connection, source, localId);
  if (child === undefined) throw new Error("The store was asked to move a child that no source told of.");
  touch(work, from);
  touch(work, to);
  const units = statement("SELECT unit FROM lineage WHERE record = ? AND child = ?").all(from, child);
  for (const { unit } of units) {
    // Who is tied to the child learns of the other record as of one that is new.
    statement("UPDATE relationship SET record = ?, told_at = ? WHERE record = ? AND source = ? AND unit = ?").run(
      to,
      work.clock(),
      from,
      source,
      text(unit),
    );
  }
  statement("UPDATE lineage SET record = ? WHERE record = ? AND child = ?").run(to, from, child);
  statement("UPDATE OR IGNORE identity_key SET record = ? WHERE record = ? AND child = ?").run(to, from, child);
  statement("DELETE FROM identity_key WHERE record = ? AND child = ?").run(from, child);
  const left = statement("UPDATE past_contribution SET is_left = ? WHERE record = ? AND child = ?");
  left.run(isPastShown ? 0 : 1, from, child);
  left.run(0, to, child);
}

/** What a record is merged into, and since when: that one may have been merged into a further one later. */
export function readMerged(
  { statement }: Connection,
  record: RecordKey,
): { readonly mergedInto: RecordKey; readonly merged: Pick<MergedRecord, "at" | "sources"> } | undefined {
  const up = statement(
    `SELECT m.survivor, d.decided_at, d.moved FROM merged m CROSS JOIN decision d ON d.sequence = m.decision
     WHERE m.record = ?`,
  );
  const first = up.get(record);
  if (first === undefined) return undefined;
  let at = integer(first.decided_at);
  let mergedInto = integer(first.survivor);
  for (let row = up.get(mergedInto); row !== undefined; row = up.get(mergedInto)) {
    mergedInto = integer(row.survivor);
    at = Math.max(at, integer(row.decided_at));
  }
  return { mergedInto, merged: { at, sources: sourcesOf(first) } };
}

export function readReplaces({ statement }: Connection, record: RecordKey): readonly MergedRecord[] {
  return statement(
    `WITH RECURSIVE below (record, at, moved) AS (
       SELECT m.record, d.decided_at, d.moved FROM merged m CROSS JOIN decision d ON d.sequence = m.decision
       WHERE m.survivor = :record
       UNION ALL
       SELECT m.record, max(d.decided_at, b.at), d.moved FROM below b CROSS JOIN merged m ON m.survivor = b.record
         CROSS JOIN decision d ON d.sequence = m.decision)
     SELECT b.record, r.patient_id, b.at, b.moved FROM below b CROSS JOIN record r ON r.key = b.record ORDER BY b.record`,
  )
    .all({ record })
    .map((row) => ({
      record: integer(row.record),
      patientId: text(row.patient_id),
      at: integer(row.at),
      sources: sourcesOf(row),
    }));
}

/** Times in which it was merged into another one, or into one that was merged into a further one since. */
export function readMergedBefore({ statement }: Connection, record: RecordKey): readonly MergedSpan[] {
  return statement(
    `SELECT d.decided_at, d.moved, u.decided_at AS until FROM decision d CROSS JOIN decision u ON u.sequence = d.undone_by
     WHERE d.other = ? AND d.kind = 'merge' ORDER BY d.sequence`,
  )
    .all(record)
    .map((row) => ({ at: integer(row.decided_at), until: integer(row.until), sources: sourcesOf(row) }));
}

function sourcesOf(row: Row): readonly string[] {
  const moved: readonly (readonly [string])[] = JSON.parse(text(row.moved));
  return [...new Set(moved.map(([source]) => source))];
}
