import type { ChildMove, StoredDecision } from "../identity-verbs.ts";
import type { MergedRecord, MergedSpan, RecordKey } from "../record.ts";
import { LIMIT, toLimit } from "./limit.ts";
import { inParts, marks } from "./lists.ts";
import { childId } from "./source-children.ts";
import { arrays, row, rows, type Steps, together, write } from "./steps.ts";
import { integer, type Row, text, word } from "./values.ts";
import { lookAnew, spanOf, touch, type Work } from "./work.ts";

const KINDS: Readonly<Record<StoredDecision["kind"], true>> = { merge: true, split: true, never: true, undo: true };

export function* appendDecision(
  { ahead }: Work,
  decision: Omit<StoredDecision, "sequence" | "undoneBy">,
): Steps<number> {
  ahead.never.clear();
  const made = yield* row(
    `INSERT INTO decision (kind, survivor, other, author, reason, evidence, decided_at, moved, others, forbids, undoes)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING sequence`,
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
  const sequence = integer(made?.sequence);
  if (decision.undoes !== undefined) {
    yield* write("UPDATE decision SET undone_by = ? WHERE sequence = ?", sequence, decision.undoes);
  }
  return sequence;
}

export function* readDecisions(
  { record, before = Number.MAX_SAFE_INTEGER }: { readonly record?: RecordKey; readonly before?: number },
  limit: number,
): Steps<readonly StoredDecision[]> {
  const found =
    record === undefined
      ? yield* rows(`SELECT * FROM decision WHERE sequence < ? ORDER BY sequence DESC ${LIMIT}`, before, limit)
      : yield* rows(
          `SELECT * FROM decision WHERE sequence < ?1 AND (survivor = ?2 OR other = ?2)
           ORDER BY sequence DESC ${toLimit(3)}`,
          before,
          record,
          limit,
        );
  return found.map(toDecision);
}

export function* readDecision(sequence: number): Steps<StoredDecision | undefined> {
  const found = yield* row("SELECT * FROM decision WHERE sequence = ?", sequence);
  return found && toDecision(found);
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

/** A record, `?1`, and all that are merged into it. */
const TREE = `tree (record) AS (
  SELECT CAST(?1 AS BIGINT) UNION ALL SELECT m.record FROM tree CROSS JOIN merged m ON m.survivor = tree.record)`;

/** What a record is merged into in the end; itself, where it is merged into none. */
export function* rootOf(record: RecordKey): Steps<RecordKey> {
  let root = record;
  for (;;) {
    const found = yield* row("SELECT survivor FROM merged WHERE record = ?", root);
    if (found === undefined) return root;
    root = integer(found.survivor);
  }
}

/** The same of several records at once. */
export function* rootsOf(records: Iterable<RecordKey>): Steps<ReadonlyMap<RecordKey, RecordKey>> {
  const roots = new Map([...records].map((record) => [record, record]));
  let asked: ReadonlySet<RecordKey> = new Set(roots.keys());
  while (asked.size > 0) {
    const parts = yield* together(
      ...inParts([...asked]).map((part) =>
        arrays(`SELECT record, survivor FROM merged WHERE record IN (${marks(part.length)})`, ...part),
      ),
    );
    const survivors = new Map(parts.flat().map(([record, survivor]) => [integer(record), integer(survivor)]));
    for (const [record, root] of roots) roots.set(record, survivors.get(root) ?? root);
    asked = new Set(survivors.values());
  }
  return roots;
}

export function* neverLinked(record: RecordKey): Steps<readonly RecordKey[]> {
  const found = yield* arrays(
    `WITH RECURSIVE ${TREE}
     SELECT d.other AS record FROM tree CROSS JOIN decision d ON d.survivor = tree.record WHERE d.forbids = 1 AND d.undone_by IS NULL
     UNION SELECT d.survivor FROM tree CROSS JOIN decision d ON d.other = tree.record WHERE d.forbids = 1 AND d.undone_by IS NULL`,
    record,
  );
  const roots = yield* rootsOf(found.map(([other]) => integer(other)));
  return [...new Set(roots.values())].sort((a, b) => a - b);
}

/** The same within a work, which may have read them already. */
export function* neverAhead({ ahead }: Work, record: RecordKey): Steps<readonly RecordKey[]> {
  return ahead.never.get(record) ?? (yield* neverLinked(record));
}

/** Notes the same of these. */
export function* readNever({ ahead }: Work, records: readonly RecordKey[]): Steps<void> {
  const wanted = [...new Set(records)];
  // Most stores hold no such decision at all.
  const isNone = (yield* arrays("SELECT 1 FROM decision WHERE forbids = 1 AND undone_by IS NULL LIMIT 1")).length === 0;
  const found = isNone ? [] : yield* together(...wanted.map((record) => neverLinked(record)));
  for (const [n, record] of wanted.entries()) ahead.never.set(record, found[n] ?? []);
}

export function* setMerged(
  work: Work,
  record: RecordKey,
  merged: { readonly into: RecordKey; readonly decision: number } | undefined,
): Steps<void> {
  work.ahead.never.clear();
  for (const [one] of yield* arrays(`WITH RECURSIVE ${TREE} SELECT record FROM tree`, record)) {
    yield* touch(work, integer(one));
  }
  if (merged === undefined) {
    yield* write("DELETE FROM merged WHERE record = ?", record);
    return;
  }
  // From now on what was told in the one is told of with the other.
  for (const at of spanOf(work, record)) yield* touch(work, merged.into, at);
  yield* write(
    `INSERT INTO merged (record, survivor, decision) VALUES (?, ?, ?)
     ON CONFLICT (record) DO UPDATE SET survivor = excluded.survivor, decision = excluded.decision`,
    record,
    merged.into,
    merged.decision,
  );
}

export function* setStanding(record: RecordKey, authorities: readonly string[]): Steps<void> {
  yield* write("DELETE FROM standing WHERE record = ?", record);
  for (const authority of new Set(authorities)) {
    yield* write("INSERT INTO standing (authority, record) VALUES (?, ?)", authority, record);
  }
}

/** Ties of record `?1` that source `?2` told with units of its child `?3`. */
const TIES_OF_CHILD = `record = ?1 AND source = ?2
  AND unit IN (SELECT l.unit FROM lineage l WHERE l.record = ?1 AND l.child = ?3)`;

export function* moveChild(work: Work, { source, localId, from, to, isPastShown }: ChildMove): Steps<void> {
  const child = yield* childId(source, localId);
  if (child === undefined) throw new Error("The store was asked to move a child that no source told of.");
  lookAnew(work);
  yield* touch(work, from);
  yield* touch(work, to);
  // Who is tied to the child learns of the other record as of one that is new.
  yield* write(
    `INSERT INTO relationship (record, source, unit, n, kind, system, value, start_date, end_date, told_at)
     SELECT CAST(?4 AS BIGINT), source, unit, n, kind, system, value, start_date, end_date, CAST(?5 AS BIGINT)
     FROM relationship WHERE ${TIES_OF_CHILD}`,
    from,
    source,
    child,
    to,
    work.clock(),
  );
  yield* write(`DELETE FROM relationship WHERE ${TIES_OF_CHILD}`, from, source, child);
  yield* write("UPDATE lineage SET record = ? WHERE record = ? AND child = ?", to, from, child);
  yield* write(
    `UPDATE identity_key SET record = ?1 WHERE record = ?2 AND child = ?3 AND NOT EXISTS (
       SELECT 1 FROM identity_key other WHERE other.key = identity_key.key AND other.child = ?3 AND other.record = ?1)`,
    to,
    from,
    child,
  );
  yield* write("DELETE FROM identity_key WHERE record = ? AND child = ?", from, child);
  const left = "UPDATE past_contribution SET is_left = ? WHERE record = ? AND child = ?";
  yield* write(left, isPastShown ? 0 : 1, from, child);
  yield* write(left, 0, to, child);
}

/** What a record is merged into, and since when: that one may have been merged into a further one later. */
export function* readMerged(
  record: RecordKey,
): Steps<{ readonly mergedInto: RecordKey; readonly merged: Pick<MergedRecord, "at" | "sources"> } | undefined> {
  const first = yield* readSurvivor(record);
  if (first === undefined) return undefined;
  let at = integer(first.decided_at);
  let mergedInto = integer(first.survivor);
  for (let up = yield* readSurvivor(mergedInto); up !== undefined; up = yield* readSurvivor(mergedInto)) {
    mergedInto = integer(up.survivor);
    at = Math.max(at, integer(up.decided_at));
  }
  return { mergedInto, merged: { at, sources: sourcesOf(first) } };
}

function readSurvivor(record: RecordKey): Steps<Row | undefined> {
  return row(
    `SELECT m.survivor, d.decided_at, d.moved FROM merged m CROSS JOIN decision d ON d.sequence = m.decision
     WHERE m.record = ?`,
    record,
  );
}

export function* readReplaces(record: RecordKey): Steps<readonly MergedRecord[]> {
  const found = yield* rows(
    `WITH RECURSIVE below (record, at, moved) AS (
       SELECT m.record, d.decided_at, d.moved FROM merged m CROSS JOIN decision d ON d.sequence = m.decision
       WHERE m.survivor = ?
       UNION ALL
       SELECT m.record, CASE WHEN d.decided_at > b.at THEN d.decided_at ELSE b.at END, d.moved
       FROM below b CROSS JOIN merged m ON m.survivor = b.record CROSS JOIN decision d ON d.sequence = m.decision)
     SELECT b.record, r.patient_id, b.at, b.moved FROM below b CROSS JOIN record r ON r.key = b.record ORDER BY b.record`,
    record,
  );
  return found.map((one) => ({
    record: integer(one.record),
    patientId: text(one.patient_id),
    at: integer(one.at),
    sources: sourcesOf(one),
  }));
}

/** Times in which it was merged into another one, or into one that was merged into a further one since. */
export function* readMergedBefore(record: RecordKey): Steps<readonly MergedSpan[]> {
  const found = yield* rows(
    `SELECT d.decided_at, d.moved, u.decided_at AS until FROM decision d CROSS JOIN decision u ON u.sequence = d.undone_by
     WHERE d.other = ? AND d.kind = 'merge' ORDER BY d.sequence`,
    record,
  );
  return found.map((one) => ({
    at: integer(one.decided_at),
    until: integer(one.until),
    sources: sourcesOf(one),
  }));
}

function sourcesOf(row: Row): readonly string[] {
  const moved: readonly (readonly [string])[] = JSON.parse(text(row.moved));
  return [...new Set(moved.map(([source]) => source))];
}
