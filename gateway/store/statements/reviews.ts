import type { RecordKey } from "../record.ts";
import type { ReviewDismissal, ReviewFilter, ReviewItem, StoredReview } from "../review-verbs.ts";
import { rootsOf } from "./decisions.ts";
import { LIMIT } from "./limit.ts";
import { marks } from "./lists.ts";
import { internChild, knownChild } from "./source-children.ts";
import { row, rows, type Steps, type Value, write } from "./steps.ts";
import { integer, type Row, text, word } from "./values.ts";
import { isFirstTold, isUntold, type Work } from "./work.ts";

const REVIEW_KINDS: Readonly<Record<ReviewItem["kind"], true>> = {
  "identifier-conflict": true,
  ambiguous: true,
  unlinked: true,
};

export function* openReview(work: Work, item: ReviewItem): Steps<void> {
  const child = yield* internChild(work, item.source, item.localId);
  const candidates = JSON.stringify(item.candidates);
  const evidence = JSON.stringify(item.evidence);
  const isFirst = isUntold(work, `child ${child}`, "review");
  if (!isFirst && (yield* isDismissed(child, item, candidates))) return;
  isFirstTold(work, `child ${child}`, "review");
  work.ahead.unreviewed.delete(child);
  yield* write(
    isFirst ? INSERT_REVIEW : `${INSERT_REVIEW} ${OR_UPDATE_REVIEW}`,
    item.kind,
    child,
    item.record,
    candidates,
    evidence,
    item.bits ?? null,
    item.createdAt,
  );
}

const INSERT_REVIEW =
  "INSERT INTO review (kind, child, record, candidates, evidence, bits, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)";
const OR_UPDATE_REVIEW = `ON CONFLICT (child, kind) WHERE closed_at IS NULL DO UPDATE SET record = excluded.record,
  candidates = excluded.candidates, evidence = excluded.evidence, bits = excluded.bits, created_at = excluded.created_at`;

function* isDismissed(child: number, { kind, record }: ReviewItem, candidates: string): Steps<boolean> {
  const dismissed = yield* row(
    `SELECT sequence FROM review
     WHERE child = ? AND kind = ? AND record = ? AND candidates = ? AND dismissed_at IS NOT NULL LIMIT 1`,
    child,
    kind,
    record,
    candidates,
  );
  return dismissed !== undefined;
}

interface Closing {
  readonly source: string;
  readonly localId: string;
  readonly stillOpen: readonly ReviewItem["kind"][];
}

export function* closeReview(work: Work, { source, localId, stillOpen }: Closing): Steps<void> {
  const child = yield* knownChild(work, source, localId);
  if (child === undefined || isUntold(work, `child ${child}`, "review")) return;
  if (work.ahead.unreviewed.has(child)) return;
  const others = stillOpen.length === 0 ? "" : `AND kind NOT IN (${marks(stillOpen.length)})`;
  yield* write(
    `UPDATE review SET closed_at = ? WHERE child = ? AND closed_at IS NULL ${others}`,
    work.clock(),
    child,
    ...stillOpen,
  );
}

export function* closeReviewItem(id: number, at: number): Steps<void> {
  yield* write("UPDATE review SET closed_at = ? WHERE sequence = ? AND closed_at IS NULL", at, id);
}

export function* dismissReview(id: number, { by, reason, at }: ReviewDismissal): Steps<void> {
  yield* write(
    `UPDATE review SET closed_at = ?, dismissed_at = ?, dismissed_by = ?, dismissed_why = ?
     WHERE sequence = ? AND closed_at IS NULL`,
    at,
    at,
    by,
    reason,
    id,
  );
}

/** One that was opened anew meanwhile stands for it. */
export function* reopenReview({ ahead }: Work, id: number): Steps<void> {
  ahead.unreviewed.clear();
  yield* write(
    `UPDATE review SET closed_at = NULL, dismissed_at = NULL, dismissed_by = NULL, dismissed_why = NULL
     WHERE sequence = ? AND NOT EXISTS (SELECT 1 FROM review other WHERE other.child = review.child
       AND other.kind = review.kind AND other.closed_at IS NULL AND other.sequence <> review.sequence)`,
    id,
  );
}

const ITEM = `SELECT r.*, s.source, s.local_id, s.record AS linked
  FROM review r CROSS JOIN source_child s ON s.id = r.child`;

export function readReviewItems(limit: number): Steps<readonly StoredReview[]> {
  return readAsked({ conditions: ["r.closed_at IS NULL"], values: [] }, "oldest", { limit });
}

export function* readReviewItem(id: number): Steps<StoredReview | undefined> {
  const [found] = yield* toReviews(yield* rows(`${ITEM} WHERE r.sequence = ?`, id));
  return found;
}

/** What an SQL condition stands for without evidence: less than any item has. */
const NO_BITS = -1e9;
const BITS = `coalesce(r.bits, ${NO_BITS})`;

/** The last item that is passed over. */
type Place = NonNullable<ReviewFilter["after"]>;

interface Order {
  readonly by: string;
  /** What stands behind an item, and what is to be given to it. */
  readonly behind: string;
  readonly values: (place: Place) => readonly number[];
}

const ORDERS: Readonly<Record<ReviewFilter["order"], Order>> = {
  oldest: { by: "r.sequence", behind: "r.sequence > ?", values: ({ id }) => [id] },
  newest: { by: "r.sequence DESC", behind: "r.sequence < ?", values: ({ id }) => [id] },
  "most-evidence": {
    by: `${BITS} DESC, r.sequence`,
    behind: `(${BITS} < ? OR (${BITS} = ? AND r.sequence > ?))`,
    values: ({ id, bits = NO_BITS }) => [bits, bits, id],
  },
};

export function* readReviewPage(filter: ReviewFilter, limit: number): Steps<readonly StoredReview[]> {
  const { sources, kinds = [], from, until, order, after, state = "open" } = filter;
  if (sources.length === 0) return [];
  const conditions = [
    state === "open" ? "r.closed_at IS NULL" : "r.dismissed_at IS NOT NULL",
    `s.source IN (${marks(sources.length)})`,
    "r.created_at >= ? AND r.created_at < ?",
    ...(kinds.length === 0 ? [] : [`r.kind IN (${marks(kinds.length)})`]),
  ];
  const values = [...sources, from ?? Number.MIN_SAFE_INTEGER, until ?? Number.MAX_SAFE_INTEGER, ...kinds];
  return yield* readAsked({ conditions, values }, order, { limit, after });
}

interface Filter {
  readonly conditions: readonly string[];
  readonly values: readonly Value[];
}

/** Page by page, since it is seen only in the items themselves which of them still ask something. */
function* readAsked(
  { conditions, values }: Filter,
  order: ReviewFilter["order"],
  { limit, after }: { readonly limit: number; readonly after?: Place | undefined },
): Steps<readonly StoredReview[]> {
  const { by, behind, values: placeValues } = ORDERS[order];
  const found: StoredReview[] = [];
  let place = after;
  for (;;) {
    const wanted = limit - found.length;
    const all = place === undefined ? conditions : [...conditions, behind];
    const page = yield* rows(
      `${ITEM} WHERE ${all.join(" AND ")} ORDER BY ${by} ${LIMIT}`,
      ...values,
      ...(place === undefined ? [] : placeValues(place)),
      wanted,
    );
    const items = yield* toReviews(page);
    found.push(...items.filter((item, n) => isAsked(item, page[n])));
    place = items.at(-1);
    if (page.length < wanted || found.length >= limit) return found;
  }
}

export function* readReviewItemsOf(record: RecordKey): Steps<readonly StoredReview[]> {
  const found = yield* rows(
    `${ITEM} WHERE r.closed_at IS NULL AND (s.record = ?1 OR r.record = ?1
       OR replace(replace(r.candidates, '[', ','), ']', ',') LIKE ?2) ORDER BY r.sequence`,
    record,
    `%,${record},%`,
  );
  return (yield* toReviews(found)).filter((item, n) => isAsked(item, found[n]));
}

/** What named other children asks nothing any more when all of them have become the child itself. */
function isAsked({ candidates }: StoredReview, row: Row | undefined): boolean {
  const named: readonly RecordKey[] = JSON.parse(text(row?.candidates));
  return candidates.length > 0 || named.every((candidate) => candidate === row?.record);
}

function* toReviews(found: readonly Row[]): Steps<readonly StoredReview[]> {
  const named = found.map(({ candidates }): readonly RecordKey[] => JSON.parse(text(candidates)));
  const roots = yield* rootsOf(named.flat());
  return found.map((row, n) =>
    toReview(
      row,
      (named[n] ?? []).map((record) => roots.get(record) ?? record),
    ),
  );
}

function toReview(row: Row, roots: readonly RecordKey[]): StoredReview {
  const record = row.linked === null ? integer(row.record) : integer(row.linked);
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
