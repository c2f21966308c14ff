import type { AlikeChild, Link, SourceChildName, ToldIdentity } from "../identity-verbs.ts";
import type { RecordKey } from "../record.ts";
import { eachKey, toKeyBytes } from "./blocking-bytes.ts";
import { sourceId } from "./context.ts";
import { inParts, marks, ofLengths } from "./lists.ts";
import { arrays, arraysOf, row, rows, type Statement, type Steps, together, toWrite, write } from "./steps.ts";
import { type ArrayRow, bytes, integer, type Row, text } from "./values.ts";
import { isFirstTold, isMade, newNumber, type Work } from "./work.ts";

export type ChildId = number;

export function* childId(source: string, localId: string): Steps<ChildId | undefined> {
  const found = yield* row("SELECT id FROM source_child WHERE local_id = ? AND source = ?", localId, source);
  return found && integer(found.id);
}

/** The number of a source's child, where it has one; asked for once a work. */
export function* knownChild({ children }: Work, source: string, localId: string): Steps<ChildId | undefined> {
  const name = `${source} ${localId}`;
  const known = children.get(name) ?? (yield* childId(source, localId)) ?? "none";
  children.set(name, known);
  return known === "none" ? undefined : known;
}

/** The number of a source's child, which gets one at its first mention. */
export function* internChild(work: Work, source: string, localId: string): Steps<ChildId> {
  const known = yield* knownChild(work, source, localId);
  if (known !== undefined) return known;
  return yield* makeChild(work, { source, localId }, [null, null, null, null]);
}

/** Record, link, identity and blocking keys of a source's child, as its row has them. */
type ToldOfChild = readonly [number | null, number | null, string | null, Buffer | null];

function* makeChild(work: Work, { source, localId }: SourceChildName, told: ToldOfChild): Steps<ChildId> {
  const id = yield* newNumber(work, "source_child");
  yield* write(INSERT_CHILD, id, source, localId, ...told);
  noteTeller(work, { id, source, localId }, told);
  work.children.set(`${source} ${localId}`, id);
  isMade(work, `child ${id}`);
  return id;
}

/** The last of those who tell of its record, as they are read by number; one of whom nothing is told is none of them. */
function noteTeller(
  { ahead: { tellers } }: Work,
  { id, source, localId }: SourceChildName & { readonly id: ChildId },
  [record, , identity]: ToldOfChild,
): void {
  const known = record === null || identity === null ? undefined : tellers.get(record);
  if (record !== null && known !== undefined) {
    tellers.set(record, [...known, toAlikeChild([id, source, localId, record, identity])]);
  }
}

const INSERT_CHILD =
  "INSERT INTO source_child (id, source, local_id, record, link, identity, blocking) VALUES (?, ?, ?, ?, ?, ?, ?)";

export function* appendLink(work: Work, link: Link, told?: ToldIdentity): Steps<void> {
  const { source, localId, record } = link;
  const sequence = yield* newNumber(work, "link");
  const known = yield* knownChild(work, source, localId);
  const child = known ?? (yield* makeLinked(work, link, { sequence, told }));
  const evidence = JSON.stringify(link.evidence);
  yield [
    toWrite(INSERT_LINK, sequence, child, record, link.author, evidence, link.decidedAt),
    ...(known === undefined ? [] : [toWrite(RELINK, record, sequence, child)]),
  ];
  work.ahead.links.delete(`${source} ${localId}`);
  if (known !== undefined) work.ahead.tellers.clear();
  if (known !== undefined && told !== undefined) yield* putSourceIdentity(work, link, told);
}

const INSERT_LINK =
  "INSERT INTO link (sequence, child, record, author, evidence, decided_at) VALUES (?, ?, ?, ?, ?, ?)";
const RELINK = "UPDATE source_child SET record = ?, link = ? WHERE id = ?";

/** A child at its first mention: all that is known of it in one row. */
function* makeLinked(
  work: Work,
  { source, localId, record }: Link,
  { sequence, told }: { readonly sequence: number; readonly told: ToldIdentity | undefined },
): Steps<ChildId> {
  if (told === undefined) return yield* makeChild(work, { source, localId }, [record, sequence, null, null]);
  const blocking = toKeyBytes(told.blockingKeys);
  const body = JSON.stringify(told.identity);
  const child = yield* makeChild(work, { source, localId }, [record, sequence, body, blocking]);
  isFirstTold(work, `child ${child}`, "identity");
  if (told.print !== undefined) yield* write(INSERT_PRINT, child, told.print);
  yield* replaceBlocking(work, child, { source, held: undefined, blocking });
  return child;
}

const INSERT_PRINT = "INSERT INTO child_print (child, print) VALUES (?, ?)";

const LINKS_OF_MANY = ofLengths(
  (length) => `SELECT s.id, s.local_id, l.record, l.author, l.evidence, l.decided_at
    FROM source_child s LEFT JOIN link l ON l.sequence = s.link WHERE s.source = ? AND s.local_id IN (${marks(length)})`,
);

/** Notes who of these are children of the source, and their links. */
export function* readLinks({ children, ahead }: Work, source: string, localIds: readonly string[]): Steps<void> {
  const parts = inParts([...new Set(localIds)]);
  const found = yield* together(...parts.map((part) => rows(LINKS_OF_MANY(part.length), source, ...part)));
  for (const localId of localIds) {
    const name = `${source} ${localId}`;
    ahead.links.set(name, "none");
    if (!children.has(name)) children.set(name, "none");
  }
  for (const one of found.flat()) {
    const localId = text(one.local_id);
    const name = `${source} ${localId}`;
    children.set(name, integer(one.id));
    if (one.record !== null) ahead.links.set(name, toLink(one, { source, localId }));
  }
}

export function* linkOf(source: string, localId: string): Steps<Link | undefined> {
  const found = yield* row(
    `SELECT l.* FROM source_child s CROSS JOIN link l ON l.sequence = s.link WHERE s.local_id = ? AND s.source = ?`,
    localId,
    source,
  );
  return found && toLink(found, { source, localId });
}

/** The same within a work, which may have read it already. */
export function* linkAhead({ ahead }: Work, source: string, localId: string): Steps<Link | undefined> {
  const known = ahead.links.get(`${source} ${localId}`) ?? (yield* linkOf(source, localId));
  return known === "none" ? undefined : known;
}

function toLink(row: Row, child: SourceChildName): Link {
  return {
    ...child,
    record: integer(row.record),
    author: text(row.author),
    evidence: JSON.parse(text(row.evidence)),
    decidedAt: integer(row.decided_at),
  };
}

export function* putSourceIdentity(
  work: Work,
  { source, localId }: SourceChildName,
  { identity, blockingKeys, print }: ToldIdentity,
): Steps<void> {
  const child = yield* internChild(work, source, localId);
  const body = JSON.stringify(identity);
  const blocking = toKeyBytes(blockingKeys);
  const isFirst = isFirstTold(work, `child ${child}`, "identity");
  const before = isFirst ? undefined : yield* readIdentity(work, child);
  const held = before?.blocking instanceof Uint8Array ? bytes(before.blocking) : undefined;
  const isSameBlocking = blocking === null ? held === undefined : held?.equals(blocking) === true;
  if (!isFirst) yield* putPrint(work, child, print);
  else if (print !== undefined) yield* write(INSERT_PRINT, child, print);
  if (before?.identity === body && isSameBlocking) return;
  work.ahead.tellers.clear();
  work.ahead.rows.delete(identityName(child));
  yield* write("UPDATE source_child SET identity = ?, blocking = ? WHERE id = ?", body, blocking, child);
  if (!isSameBlocking) yield* replaceBlocking(work, child, { source, held, blocking });
}

function* readIdentity({ ahead }: Work, child: ChildId): Steps<Row | undefined> {
  const known = ahead.rows.get(identityName(child));
  return known === undefined ? yield* row("SELECT identity, blocking FROM source_child WHERE id = ?", child) : known[0];
}

function identityName(child: ChildId): string {
  return `identity ${child}`;
}

function* putPrint({ ahead }: Work, child: ChildId, print: string | undefined): Steps<void> {
  ahead.alike.clear();
  if (print === undefined) yield* write("DELETE FROM child_print WHERE child = ?", child);
  else {
    yield* write(
      `${INSERT_PRINT}
       ON CONFLICT (child) DO UPDATE SET print = excluded.print WHERE child_print.print <> excluded.print`,
      child,
      print,
    );
  }
}

function* replaceBlocking(
  { context, ahead }: Work,
  child: ChildId,
  {
    source,
    held,
    blocking,
  }: { readonly source: string; readonly held: Buffer | undefined; readonly blocking: Buffer | null },
): Steps<void> {
  const number = yield* sourceId(context, source);
  const [before, after] = [new Set(held && eachKey(held)), new Set(blocking && eachKey(blocking))];
  const changed: Statement[] = [];
  for (const key of before.difference(after)) {
    changed.push(toWrite("DELETE FROM block WHERE key = ? AND source = ? AND child = ?", key, number, child));
  }
  for (const key of after.difference(before)) {
    changed.push(
      toWrite("INSERT INTO block (key, source, child) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", key, number, child),
    );
  }
  for (const key of before.symmetricDifference(after)) {
    for (const { name, passed } of ahead.alikeByKey.get(key) ?? []) if (passed !== number) ahead.alike.delete(name);
  }
  if (changed.length > 0) yield changed;
}

export function* removeSourceIdentity(work: Work, source: string, localId: string): Steps<void> {
  const child = yield* childId(source, localId);
  if (child === undefined) return;
  const before = yield* row("SELECT blocking FROM source_child WHERE id = ?", child);
  const held = before?.blocking instanceof Uint8Array ? bytes(before.blocking) : undefined;
  yield* replaceBlocking(work, child, { source, held, blocking: null });
  yield* putPrint(work, child, undefined);
  work.ahead.tellers.clear();
  work.ahead.rows.delete(identityName(child));
  yield* write("UPDATE source_child SET identity = NULL, blocking = NULL WHERE id = ?", child);
}

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
export function* readTellers({ ahead }: Work, records: readonly RecordKey[]): Steps<void> {
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

export function* namesOf(record: RecordKey): Steps<readonly SourceChildName[]> {
  const found = yield* rows("SELECT source, local_id FROM source_child WHERE record = ? ORDER BY id", record);
  return found.map((one) => ({ source: text(one.source), localId: text(one.local_id) }));
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

/** Those of whom something is told and who have a record, by number ascending. */
export function* childrenOf(ids: ReadonlySet<ChildId>): Steps<readonly AlikeChild[]> {
  const parts = inParts([...ids].sort((a, b) => a - b));
  const found = yield* arraysOf(parts.map((values) => ({ sql: ALIKE_OF_MANY(values.length), values })));
  return found.flatMap((part) => part.map(toAlikeChild));
}

function toAlikeChild(row: ArrayRow): AlikeChild {
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
