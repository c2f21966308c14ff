import type { DisclosureDecision } from "../../disclosure/disclosure-decision.ts";
import type {
  DisclosureFilter,
  DisclosureReview,
  DisclosureStep,
  NewDisclosureDecision,
  StoredDisclosureDecision,
} from "../disclosure-verbs.ts";
import type { RecordKey } from "../record.ts";
import type { Connection } from "../sqlite/connection.ts";
import { rootOf } from "./decisions.ts";
import { integer, type Row, text } from "./values.ts";
import { touch, type Work } from "./work.ts";

const DECISION = `SELECT d.*, e.author AS ended_by, e.reason AS ended_why, e.at AS ended_at,
    r.author AS reviewed_by, r.reason AS reviewed_why, r.at AS reviewed_at, r.is_upheld
  FROM disclosure_decision d
  LEFT JOIN disclosure_step e ON e.decision = d.id AND e.kind = 'ended'
  LEFT JOIN disclosure_step r ON r.decision = d.id AND r.kind = 'reviewed'`;

export function appendDisclosureDecision(
  work: Work,
  record: RecordKey,
  { decision, awaitsReview }: { readonly decision: NewDisclosureDecision; readonly awaitsReview: boolean },
): number {
  touchUpwards(work, record);
  const { author, reason, decidedAt_ms, until_ms, ...terms } = decision;
  const { lastInsertRowid } = work.connection
    .statement(
      `INSERT INTO disclosure_decision (record, kind, author, reason, decided_at, until, consent, terms, awaits_review)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      record,
      terms.kind,
      author,
      reason,
      decidedAt_ms,
      until_ms ?? null,
      "consent" in terms ? terms.consent : null,
      JSON.stringify(terms),
      awaitsReview ? 1 : 0,
    );
  return Number(lastInsertRowid);
}

export function endDisclosureDecision(work: Work, id: number, step: DisclosureStep): boolean {
  return appendStep(work, id, { kind: "ended", isUpheld: null, ...step });
}

export function reviewDisclosureDecision(work: Work, id: number, { isUpheld, ...step }: DisclosureReview): boolean {
  const isNew = appendStep(work, id, { kind: "reviewed", isUpheld: isUpheld ? 1 : 0, ...step });
  if (isNew) work.connection.statement("UPDATE disclosure_decision SET awaits_review = 0 WHERE id = ?").run(id);
  return isNew;
}

interface Step extends DisclosureStep {
  readonly kind: "ended" | "reviewed";
  readonly isUpheld: 0 | 1 | null;
}

function appendStep(work: Work, id: number, { kind, author, reason, at_ms, isUpheld }: Step): boolean {
  const { statement } = work.connection;
  const row = statement("SELECT record FROM disclosure_decision WHERE id = ?").get(id);
  if (row === undefined) return false;
  const { changes } = statement(
    `INSERT OR IGNORE INTO disclosure_step (decision, kind, author, reason, at, is_upheld) VALUES (?, ?, ?, ?, ?, ?)`,
  ).run(id, kind, author, reason, at_ms, isUpheld);
  if (changes === 0) return false;
  touchUpwards(work, integer(row.record));
  return true;
}

/** What is shown of a record is that of the one which it is merged into. */
function touchUpwards(work: Work, record: RecordKey): void {
  touch(work, record);
  const root = rootOf(work.connection, record);
  if (root !== record) touch(work, root);
}

export function readDisclosureDecision({ statement }: Connection, id: number): StoredDisclosureDecision | undefined {
  const row = statement(`${DECISION} WHERE d.id = ?`).get(id);
  return row && toStored(row);
}

/** `merged`: the records that are merged into this one. */
export function readDisclosureDecisionsOf(
  { statement }: Connection,
  record: RecordKey,
  merged: readonly { readonly record: RecordKey }[],
): readonly StoredDisclosureDecision[] {
  const read = statement(`${DECISION} WHERE d.record = ? ORDER BY d.id`);
  const own = read.all(record);
  const found = merged.length === 0 ? own : [...own, ...merged.flatMap((one) => read.all(one.record))];
  return found.length === 0 ? [] : found.map(toStored).toSorted((one, other) => one.id - other.id);
}

const ROOT = `ifnull((WITH RECURSIVE up (record) AS (
    SELECT survivor FROM merged WHERE record = d.record
    UNION ALL SELECT m.survivor FROM up CROSS JOIN merged m ON m.record = up.record
  ) SELECT record FROM up WHERE record NOT IN (SELECT record FROM merged)), d.record)`;

export function readDisclosureDecisions(
  { statement }: Connection,
  { authorities, kinds = [], isAwaitingReview, decidedBefore_ms, after = 0 }: DisclosureFilter,
  limit: number,
): readonly StoredDisclosureDecision[] {
  return statement(
    `${DECISION} WHERE d.id > :after ${isAwaitingReview === true ? "AND d.awaits_review = 1" : ""}
       AND (:kinds = '[]' OR d.kind IN (SELECT value FROM json_each(:kinds)))
       AND d.decided_at < :before
       AND (:authorities IS NULL OR EXISTS (SELECT 1 FROM standing s WHERE s.record = ${ROOT}
         AND s.authority IN (SELECT value FROM json_each(:authorities))))
     ORDER BY d.id LIMIT :limit`,
  )
    .all({
      after,
      kinds: JSON.stringify(kinds),
      authorities: authorities === undefined ? null : JSON.stringify(authorities),
      before: decidedBefore_ms ?? Number.MAX_SAFE_INTEGER,
      limit,
    })
    .map(toStored);
}

function toStored(row: Row): StoredDisclosureDecision {
  const terms: Terms = JSON.parse(text(row.terms));
  const facts: Facts = {
    id: integer(row.id),
    record: integer(row.record),
    author: text(row.author),
    reason: text(row.reason),
    decidedAt_ms: integer(row.decided_at),
    ...(row.until === null ? {} : { until_ms: integer(row.until) }),
    ...endOf(row),
    ...reviewOf(row),
  };
  return { ...facts, ...terms };
}

type FactName = "id" | "record" | "author" | "reason" | "decidedAt_ms" | "until_ms" | "endedAt_ms" | "ended" | "review";
type Facts = Pick<StoredDisclosureDecision, FactName>;
/** What one kind of decision alone says, its kind included. */
type Terms = Own<DisclosureDecision>;
type Own<Decision> = Decision extends unknown ? Omit<Decision, FactName> : never;

function endOf(row: Row): Pick<StoredDisclosureDecision, "endedAt_ms" | "ended"> {
  if (row.ended_at === null) return {};
  const at_ms = integer(row.ended_at);
  return { endedAt_ms: at_ms, ended: { author: text(row.ended_by), reason: text(row.ended_why), at_ms } };
}

function reviewOf(row: Row): Pick<StoredDisclosureDecision, "review"> {
  if (row.reviewed_at === null) return {};
  return {
    review: {
      author: text(row.reviewed_by),
      reason: text(row.reviewed_why),
      at_ms: integer(row.reviewed_at),
      isUpheld: row.is_upheld === 1,
    },
  };
}
