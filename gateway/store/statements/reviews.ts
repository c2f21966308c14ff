import type { RecordKey } from "../record.ts";
import type { ReviewDismissal, ReviewFilter, ReviewItem, StoredReview } from "../review-verbs.ts";
import type { Connection } from "../sqlite/connection.ts";
import { childId, internChild } from "./source-children.ts";
import { integer, type Row, text, word } from "./values.ts";
import type { Work } from "./work.ts";

const REVIEW_KINDS: Readonly<Record<ReviewItem["kind"], true>> = {
  "identifier-conflict": true,
  ambiguous: true,
  unlinked: true,
};

export function openReview(work: Work, item: ReviewItem): void {
  const { statement } = work.connection;
  const child = internChild(work, item.source, item.localId);
  const candidates = JSON.stringify(item.candidates);
  const evidence = JSON.stringify(item.evidence);
  const dismissed = statement(
    `SELECT 1 FROM review WHERE child = ? AND kind = ? AND record = ? AND candidates = ? AND dismissed_at IS NOT NULL LIMIT 1`,
  ).get(child, item.kind, item.record, candidates);
  if (dismissed !== undefined) return;
  statement(
    `INSERT INTO review (kind, child, record, candidates, evidence, bits, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (child, kind) WHERE closed_at IS NULL DO UPDATE SET record = excluded.record,
       candidates = excluded.candidates, evidence = excluded.evidence, bits = excluded.bits,
       created_at = excluded.created_at`,
  ).run(item.kind, child, item.record, candidates, evidence, item.bits ?? null, item.createdAt);
}

interface Closing {
  readonly source: string;
  readonly localId: string;
  readonly stillOpen: readonly ReviewItem["kind"][];
}

export function closeReview({ connection, clock }: Work, { source, localId, stillOpen }: Closing): void {
  const child = childId(connection, source, localId);
  if (child === undefined) return;
  connection
    .statement(
      `UPDATE review SET closed_at = ? WHERE child = ? AND closed_at IS NULL
         AND kind NOT IN (SELECT value FROM json_each(?))`,
    )
    .run(clock(), child, JSON.stringify(stillOpen));
}

export function closeReviewItem({ connection }: Work, id: number, at: number): void {
  connection.statement("UPDATE review SET closed_at = ? WHERE sequence = ? AND closed_at IS NULL").run(at, id);
}

export function dismissReview({ connection }: Work, id: number, { by, reason, at }: ReviewDismissal): void {
  connection
    .statement(
      `UPDATE review SET closed_at = ?, dismissed_at = ?, dismissed_by = ?, dismissed_why = ?
       WHERE sequence = ? AND closed_at IS NULL`,
    )
    .run(at, at, by, reason, id);
}

/** One that was opened anew meanwhile stands for it. */
export function reopenReview({ connection }: Work, id: number): void {
  connection
    .statement(
      `UPDATE OR IGNORE review SET closed_at = NULL, dismissed_at = NULL, dismissed_by = NULL, dismissed_why = NULL
       WHERE sequence = ?`,
    )
    .run(id);
}

const ITEM = `SELECT r.*, s.source, s.local_id, s.record AS linked, (SELECT json_group_array(
    ifnull((WITH RECURSIVE up (record) AS (
      SELECT survivor FROM merged WHERE record = c.value
      UNION ALL SELECT m.survivor FROM up CROSS JOIN merged m ON m.record = up.record
    ) SELECT record FROM up WHERE record NOT IN (SELECT record FROM merged)), c.value))
    FROM json_each(r.candidates) c) AS roots
  FROM review r CROSS JOIN source_child s ON s.id = r.child`;

export function readReviewItems(connection: Connection, limit: number): readonly StoredReview[] {
  const found: StoredReview[] = [];
  const rows = connection.statement(`${ITEM} WHERE r.closed_at IS NULL ORDER BY r.sequence`).iterate();
  for (const row of rows) {
    const item = toReview(row);
    if (isAsked(item, row)) found.push(item);
    if (found.length >= limit) break;
  }
  return found;
}

export function readReviewItem({ statement }: Connection, id: number): StoredReview | undefined {
  const row = statement(`${ITEM} WHERE r.sequence = ?`).get(id);
  return row && toReview(row);
}

interface Order {
  readonly by: string;
  /** What stands behind the item of `:id` and `:bits`. */
  readonly behind: string;
}

const BITS = "ifnull(r.bits, -1e9)";
const ORDERS: Readonly<Record<ReviewFilter["order"], Order>> = {
  oldest: { by: "r.sequence", behind: "r.sequence > :id" },
  newest: { by: "r.sequence DESC", behind: "r.sequence < :id" },
  "most-evidence": {
    by: `${BITS} DESC, r.sequence`,
    behind: `(${BITS} < ifnull(:bits, -1e9) OR (${BITS} = ifnull(:bits, -1e9) AND r.sequence > :id))`,
  },
};

export function readReviewPage(
  { statement }: Connection,
  filter: ReviewFilter,
  limit: number,
): readonly StoredReview[] {
  const { sources, kinds = [], from, until, order, after, state = "open" } = filter;
  const { by, behind } = ORDERS[order];
  const rows = statement(
    `${ITEM} WHERE ${state === "open" ? "r.closed_at IS NULL" : "r.dismissed_at IS NOT NULL"}
       AND s.source IN (SELECT value FROM json_each(:sources))
       AND (:kinds = '[]' OR r.kind IN (SELECT value FROM json_each(:kinds)))
       AND r.created_at >= :from AND r.created_at < :until
       AND (:id IS NULL OR ${behind})
     ORDER BY ${by}`,
  ).iterate({
    sources: JSON.stringify(sources),
    kinds: JSON.stringify(kinds),
    from: from ?? Number.MIN_SAFE_INTEGER,
    until: until ?? Number.MAX_SAFE_INTEGER,
    id: after?.id ?? null,
    ...(order === "most-evidence" ? { bits: after?.bits ?? null } : {}),
  });
  const found: StoredReview[] = [];
  for (const row of rows) {
    const item = toReview(row);
    if (isAsked(item, row)) found.push(item);
    if (found.length >= limit) break;
  }
  return found;
}

export function readReviewItemsOf({ statement }: Connection, record: RecordKey): readonly StoredReview[] {
  return statement(
    `${ITEM} WHERE r.closed_at IS NULL AND (s.record = :record OR r.record = :record
       OR EXISTS (SELECT 1 FROM json_each(r.candidates) WHERE value = :record)) ORDER BY r.sequence`,
  )
    .all({ record })
    .flatMap((row) => {
      const item = toReview(row);
      return isAsked(item, row) ? [item] : [];
    });
}

/** What named other children asks nothing any more when all of them have become the child itself. */
function isAsked({ candidates }: StoredReview, row: Row): boolean {
  const named: readonly RecordKey[] = JSON.parse(text(row.candidates));
  return candidates.length > 0 || named.every((candidate) => candidate === row.record);
}

function toReview(row: Row): StoredReview {
  const record = row.linked === null ? integer(row.record) : integer(row.linked);
  const roots: readonly RecordKey[] = JSON.parse(text(row.roots));
  return {
    id: integer(row.sequence),
    kind: word(REVIEW_KINDS, row.kind),
    source: text(row.source),
    localId: text(row.local_id),
    record,
    candidates: [...new Set(roots)].filter((candidate) => candidate !== record),
    evidence: JSON.parse(text(row.evidence)),
    createdAt: integer(row.created_at),
    ...(typeof row.bits === "number" ? { bits: row.bits } : {}),
    ...(row.closed_at === null ? {} : { closedAt: integer(row.closed_at) }),
    ...(row.dismissed_at === null
      ? {}
      : {
          dismissal: { by: text(row.dismissed_by), reason: text(row.dismissed_why), at: integer(row.dismissed_at) },
        }),
  };
}
