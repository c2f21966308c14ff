import type { DisclosureDecision } from "../../disclosure/disclosure-decision.ts";
import type {
  DisclosureFilter,
  DisclosureReview,
  DisclosureStep,
  NewDisclosureDecision,
  StoredDisclosureDecision,
} from "../disclosure-verbs.ts";
import type { RecordKey } from "../record.ts";
import { readReplaces, rootOf } from "./decisions.ts";
import { LIMIT } from "./limit.ts";
import { filled, marks } from "./lists.ts";
import { changes, row, rows, type Steps, together, type Value, write } from "./steps.ts";
import { integer, type Row, text } from "./values.ts";
import { touch, type Work } from "./work.ts";

const DECISION = `SELECT d.*, e.author AS ended_by, e.reason AS ended_why, e.at AS ended_at,
    r.author AS reviewed_by, r.reason AS reviewed_why, r.at AS reviewed_at, r.is_upheld
  FROM disclosure_decision d
  LEFT JOIN disclosure_step e ON e.decision = d.id AND e.kind = 'ended'
  LEFT JOIN disclosure_step r ON r.decision = d.id AND r.kind = 'reviewed'`;

export function* appendDisclosureDecision(
  work: Work,
  record: RecordKey,
  { decision, awaitsReview }: { readonly decision: NewDisclosureDecision; readonly awaitsReview: boolean },
): Steps<number> {
  yield* touchUpwards(work, record);
  const { author, reason, decidedAt_ms, until_ms, ...terms } = decision;
  const made = yield* row(
    `INSERT INTO disclosure_decision (record, kind, author, reason, decided_at, until, consent, terms, awaits_review)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
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
  return integer(made?.id);
}

export function endDisclosureDecision(work: Work, id: number, step: DisclosureStep): Steps<boolean> {
  return appendStep(work, id, { kind: "ended", isUpheld: null, ...step });
}

export function* reviewDisclosureDecision(
  work: Work,
  id: number,
  { isUpheld, ...step }: DisclosureReview,
): Steps<boolean> {
  const isNew = yield* appendStep(work, id, { kind: "reviewed", isUpheld: isUpheld ? 1 : 0, ...step });
  if (isNew) yield* write("UPDATE disclosure_decision SET awaits_review = 0 WHERE id = ?", id);
  return isNew;
}

interface Step extends DisclosureStep {
  readonly kind: "ended" | "reviewed";
  readonly isUpheld: 0 | 1 | null;
}

function* appendStep(work: Work, id: number, { kind, author, reason, at_ms, isUpheld }: Step): Steps<boolean> {
  const decision = yield* row("SELECT record FROM disclosure_decision WHERE id = ?", id);
  if (decision === undefined) return false;
  const added = yield* changes(
    `INSERT INTO disclosure_step (decision, kind, author, reason, at, is_upheld) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (decision, kind) DO NOTHING`,
    id,
    kind,
    author,
    reason,
    at_ms,
    isUpheld,
  );
  if (added === 0) return false;
  yield* touchUpwards(work, integer(decision.record));
  return true;
}

/** What is shown of a record is that of the one which it is merged into. */
function* touchUpwards(work: Work, record: RecordKey): Steps<void> {
  yield* touch(work, record);
  const root = yield* rootOf(record);
  if (root !== record) yield* touch(work, root);
}

export function* readDisclosureDecision(id: number): Steps<StoredDisclosureDecision | undefined> {
  const found = yield* row(`${DECISION} WHERE d.id = ?`, id);
  return found && toStored(found);
}

/** Those made in the record itself, by number. */
export function* readDisclosureDecisionsOf(record: RecordKey): Steps<readonly StoredDisclosureDecision[]> {
  return (yield* rows(`${DECISION} WHERE d.record = ? ORDER BY d.id`, record)).map(toStored);
}

/** Those made in any of the records, by number. */
export function* readDisclosureDecisionsOfAll(
  records: readonly RecordKey[],
): Steps<readonly StoredDisclosureDecision[]> {
  const found = yield* together(...records.map(readDisclosureDecisionsOf));
  return found.flat().toSorted((one, other) => one.id - other.id);
}

/** Those of a record and of all that are merged into it. */
export function* readDisclosureDecisionsOfWhole(record: RecordKey): Steps<readonly StoredDisclosureDecision[]> {
  const replaces = yield* readReplaces(record);
  return yield* readDisclosureDecisionsOfAll([record, ...replaces.map((one) => one.record)]);
}

const ROOT = `coalesce((WITH RECURSIVE up (record) AS (
    SELECT survivor FROM merged WHERE record = d.record
    UNION ALL SELECT m.survivor FROM up CROSS JOIN merged m ON m.record = up.record
  ) SELECT record FROM up WHERE record NOT IN (SELECT record FROM merged)), d.record)`;

export function* readDisclosureDecisions(
  { authorities, kinds = [], isAwaitingReview, decidedBefore_ms, after = 0 }: DisclosureFilter,
  limit: number,
): Steps<readonly StoredDisclosureDecision[]> {
  const where = ["d.id > ?", "d.decided_at < ?"];
  const values: Value[] = [after, decidedBefore_ms ?? Number.MAX_SAFE_INTEGER];
  if (isAwaitingReview === true) where.push("d.awaits_review = 1");
  const ofKinds = filled(kinds);
  if (ofKinds !== undefined) {
    where.push(`d.kind IN (${marks(ofKinds.length)})`);
    values.push(...ofKinds);
  }
  if (authorities !== undefined) {
    const standing = filled(authorities);
    if (standing === undefined) return [];
    where.push(
      `EXISTS (SELECT 1 FROM standing s WHERE s.record = ${ROOT} AND s.authority IN (${marks(standing.length)}))`,
    );
    values.push(...standing);
  }
  const found = yield* rows(`${DECISION} WHERE ${where.join(" AND ")} ORDER BY d.id ${LIMIT}`, ...values, limit);
  return found.map(toStored);
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
