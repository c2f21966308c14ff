import type { AlikeChild } from "../identity-verbs.ts";
import type { RecordKey } from "../record.ts";
import { inParts, marks, ofLengths } from "./lists.ts";
import type { ChildId } from "./source-children.ts";
import { arrays, arraysOf, type Steps, together } from "./steps.ts";
import { type ArrayRow, integer, text } from "./values.ts";
import type { Work } from "./work.ts";

const ALIKE_COLUMNS = "id, source, local_id, record, identity";

export function* sourceChildrenOf(record: RecordKey): Steps<readonly AlikeChild[]> {
  const found = yield* arrays(
    `SELECT ${ALIKE_COLUMNS} FROM source_child WHERE record = ? AND identity IS NOT NULL ORDER BY id`,
    record,
  );
  return found.map(toAlikeChild);
}

/** The same within a work, which looks for them once while it changes nothing of them. */
export function* tellersAhead(work: Work, record: RecordKey): Steps<readonly AlikeChild[]> {
  if (!work.ahead.tellers.has(record)) yield* readTellers(work, [record]);
  return work.ahead.tellers.get(record) ?? [];
}

/** Notes the children of these records, what each is told by, and of which nothing is in review. */
export function* readTellers({ ahead }: Work, asked: readonly RecordKey[]): Steps<void> {
  const records = asked.filter((record) => !ahead.tellers.has(record));
  const parts = inParts([...new Set(records)]);
  const found = yield* together(...parts.map((part) => arrays(TELLERS_OF_MANY(part.length), ...part)));
  for (const record of records) ahead.tellers.set(record, []);
  for (const one of found.flat()) {
    const child = toAlikeChild(one);
    ahead.tellers.set(child.record, [...(ahead.tellers.get(child.record) ?? []), child]);
    ahead.rows.set(identityName(child.child), [{ identity: one[4] ?? null, blocking: one[5] ?? null }]);
    if (integer(one[6]) === 0) ahead.unreviewed.add(child.child);
  }
}

const TELLERS_OF_MANY = ofLengths(
  (length) => `SELECT ${ALIKE_COLUMNS}, blocking,
      EXISTS (SELECT 1 FROM review v WHERE v.child = source_child.id AND v.closed_at IS NULL)
    FROM source_child
    WHERE record IN (${marks(length)}) AND identity IS NOT NULL ORDER BY id`,
);

const ALIKE_OF_MANY = ofLengths(
  (length) => `SELECT ${ALIKE_COLUMNS} FROM source_child
    WHERE id IN (${marks(length)}) AND record IS NOT NULL AND identity IS NOT NULL ORDER BY id`,
);

/** Those of whom something is told and who have a record, by number ascending; those that are noted as they are. */
export function* childrenOf(ids: ReadonlySet<ChildId>, noted?: Resembling): Steps<readonly AlikeChild[]> {
  const known = [...ids].flatMap((id) => noted?.get(id) ?? []);
  const parts = inParts([...ids].filter((id) => noted?.has(id) !== true));
  if (parts.length === 0) return known.toSorted(byNumber);
  const found = yield* arraysOf(parts.map((values) => ({ sql: ALIKE_OF_MANY(values.length), values })));
  return [...known, ...found.flatMap((part) => part.map(toAlikeChild))].toSorted(byNumber);
}

export type Resembling = ReadonlyMap<ChildId, AlikeChild>;

function byNumber(left: AlikeChild, right: AlikeChild): number {
  return left.child - right.child;
}

export function toAlikeChild(row: ArrayRow): AlikeChild {
  const body = text(row[4]);
  let parsed: AlikeChild["identity"] | undefined;
  return {
    child: integer(row[0]),
    source: text(row[1]),
    localId: text(row[2]),
    record: integer(row[3]),
    body,
    get identity() {
      parsed ??= parseIdentity(body);
      return parsed;
    },
  };
}

function parseIdentity(body: string): AlikeChild["identity"] {
  return JSON.parse(body);
}

/** Under which it is noted by what a child is told. */
export function identityName(child: ChildId): string {
  return `identity ${child}`;
}
