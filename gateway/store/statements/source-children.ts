import type { Link, SourceChildName, ToldIdentity } from "../identity-verbs.ts";
import type { RecordKey } from "../record.ts";
import { identityName, toAlikeChild } from "./alike-children.ts";
import { eachKey, toKeyBytes } from "./blocking-bytes.ts";
import { sourceId } from "./context.ts";
import { inParts, marks, ofLengths } from "./lists.ts";
import { row, rows, type Statement, type Steps, together, toWrite, write } from "./steps.ts";
import { bytes, integer, type Row, text } from "./values.ts";
import { isFirstTold, isMade, newNumber, type Work } from "./work.ts";

export type ChildId = number;

export function* childId(source: string, localId: string): Steps<ChildId | undefined> {
  const found = yield* row("SELECT id FROM source_child WHERE local_id = ? AND source = ?", localId, source);
  return found && integer(found.id);
}

/** The number of a source's child, where it has one; asked for once a work. */
export function* knownChild({ children, drawn }: Work, source: string, localId: string): Steps<ChildId | undefined> {
  const name = `${source} ${localId}`;
  const found = children.get(name) ?? (drawn.has(localId) ? undefined : yield* childId(source, localId));
  const known = found ?? "none";
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
  work.ahead.rows.set(claimsName(id), []);
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
  const { source, localId, record, author, evidence, decidedAt } = link;
  const sequence = yield* newNumber(work, "link");
  const known = yield* knownChild(work, source, localId);
  const child = known ?? (yield* makeLinked(work, link, { sequence, told }));
  yield [
    toWrite(INSERT_LINK, sequence, child, record, author, JSON.stringify(evidence), decidedAt),
    ...(known === undefined ? [] : [toWrite(RELINK, record, sequence, child)]),
  ];
  work.ahead.links.set(`${source} ${localId}`, { source, localId, record, author, evidence, decidedAt });
  if (known !== undefined) forgetTold(work, child);
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
  work.ahead.rows.set(identityName(child), [{ identity: body, blocking }]);
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
  if (!isFirst) {
    // Its print stands beside each of its keys.
    forgetAlike(work, yield* sourceId(work.context, source), [
      ...(held === undefined ? [] : eachKey(held)),
      ...blockingKeys,
    ]);
    yield* putPrint(child, print);
  } else if (print !== undefined) yield* write(INSERT_PRINT, child, print);
  if (before?.identity === body && isSameBlocking) return;
  forgetTold(work, child);
  work.ahead.rows.set(identityName(child), [{ identity: body, blocking }]);
  yield* write("UPDATE source_child SET identity = ?, blocking = ? WHERE id = ?", body, blocking, child);
  if (!isSameBlocking) yield* replaceBlocking(work, child, { source, held, blocking });
}

/** What is told of a child changes, or whose it is. */
function forgetTold({ ahead: { tellers, resembling, rows } }: Work, child: ChildId): void {
  tellers.clear();
  resembling.delete(child);
  rows.delete(identityName(child));
}

function* readIdentity({ ahead }: Work, child: ChildId): Steps<Row | undefined> {
  const known = ahead.rows.get(identityName(child));
  return known === undefined ? yield* row("SELECT identity, blocking FROM source_child WHERE id = ?", child) : known[0];
}

/** Under which it is noted what is claimed for a child. */
export function claimsName(child: ChildId): string {
  return `claims ${child}`;
}

function* putPrint(child: ChildId, print: string | undefined): Steps<void> {
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

/** Under these keys rows of children of a source change. */
function forgetAlike({ ahead: { alike, alikeByKey } }: Work, source: number, keys: Iterable<number>): void {
  for (const key of keys) {
    for (const { name, passed } of alikeByKey.get(key) ?? []) if (passed !== source) alike.delete(name);
  }
}

function* replaceBlocking(
  work: Work,
  child: ChildId,
  {
    source,
    held,
    blocking,
  }: { readonly source: string; readonly held: Buffer | undefined; readonly blocking: Buffer | null },
): Steps<void> {
  const number = yield* sourceId(work.context, source);
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
  forgetAlike(work, number, before.symmetricDifference(after));
  if (changed.length > 0) yield changed;
}

export function* removeSourceIdentity(work: Work, source: string, localId: string): Steps<void> {
  const child = yield* childId(source, localId);
  if (child === undefined) return;
  const before = yield* row("SELECT blocking FROM source_child WHERE id = ?", child);
  const held = before?.blocking instanceof Uint8Array ? bytes(before.blocking) : undefined;
  yield* replaceBlocking(work, child, { source, held, blocking: null });
  yield* putPrint(child, undefined);
  forgetTold(work, child);
  yield* write("UPDATE source_child SET identity = NULL, blocking = NULL WHERE id = ?", child);
}

export function* namesOf(record: RecordKey): Steps<readonly SourceChildName[]> {
  const found = yield* rows("SELECT source, local_id FROM source_child WHERE record = ? ORDER BY id", record);
  return found.map((one) => ({ source: text(one.source), localId: text(one.local_id) }));
}
