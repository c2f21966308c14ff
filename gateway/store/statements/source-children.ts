import type { SourceIdentity } from "#mappers/mapper.ts";
import type { AlikeChild, Link, SourceChildName } from "../identity-verbs.ts";
import type { RecordKey } from "../record.ts";
import { eachKey, toKeyBytes } from "./blocking-bytes.ts";
import { sourceId } from "./context.ts";
import { inParts, LIST_LENGTHS, marks } from "./lists.ts";
import { arrays, arraysOf, row, rows, type Statement, type Steps, toWrite, write } from "./steps.ts";
import { type ArrayRow, bytes, integer, text } from "./values.ts";
import type { Work } from "./work.ts";

export type ChildId = number;

export function* childId(source: string, localId: string): Steps<ChildId | undefined> {
  const found = yield* row("SELECT id FROM source_child WHERE local_id = ? AND source = ?", localId, source);
  return found && integer(found.id);
}

/** The number of a source's child, which gets one at its first mention. */
export function* internChild({ children }: Work, source: string, localId: string): Steps<ChildId> {
  const name = `${source} ${localId}`;
  const known = children.get(name) ?? (yield* childId(source, localId));
  if (known !== undefined) {
    children.set(name, known);
    return known;
  }
  const made = yield* row("INSERT INTO source_child (source, local_id) VALUES (?, ?) RETURNING id", source, localId);
  const id = integer(made?.id);
  children.set(name, id);
  return id;
}

export function* appendLink(work: Work, link: Link): Steps<void> {
  const child = yield* internChild(work, link.source, link.localId);
  yield* write(
    "INSERT INTO link (child, record, author, evidence, decided_at) VALUES (?, ?, ?, ?, ?)",
    child,
    link.record,
    link.author,
    JSON.stringify(link.evidence),
    link.decidedAt,
  );
  // The one just made has the greatest number, since there is one writer: nobody need wait to be told it.
  yield* write(
    "UPDATE source_child SET record = ?, link = (SELECT max(sequence) FROM link) WHERE id = ?",
    link.record,
    child,
  );
}

export function* linkOf(source: string, localId: string): Steps<Link | undefined> {
  const found = yield* row(
    `SELECT l.* FROM source_child s CROSS JOIN link l ON l.sequence = s.link WHERE s.local_id = ? AND s.source = ?`,
    localId,
    source,
  );
  return (
    found && {
      source,
      localId,
      record: integer(found.record),
      author: text(found.author),
      evidence: JSON.parse(text(found.evidence)),
      decidedAt: integer(found.decided_at),
    }
  );
}

export function* putSourceIdentity(
  work: Work,
  { source, localId }: SourceChildName,
  {
    identity,
    blockingKeys,
    print,
  }: {
    readonly identity: SourceIdentity;
    readonly blockingKeys: readonly number[];
    readonly print: string | undefined;
  },
): Steps<void> {
  const child = yield* internChild(work, source, localId);
  const body = JSON.stringify(identity);
  const blocking = toKeyBytes(blockingKeys);
  const before = yield* row("SELECT identity, blocking FROM source_child WHERE id = ?", child);
  const held = before?.blocking instanceof Uint8Array ? bytes(before.blocking) : undefined;
  const isSameBlocking = blocking === null ? held === undefined : held?.equals(blocking) === true;
  yield* putPrint(child, print);
  if (before?.identity === body && isSameBlocking) return;
  yield* write("UPDATE source_child SET identity = ?, blocking = ? WHERE id = ?", body, blocking, child);
  if (!isSameBlocking) yield* replaceBlocking(work, child, { source, held, blocking });
}

function* putPrint(child: ChildId, print: string | undefined): Steps<void> {
  if (print === undefined) yield* write("DELETE FROM child_print WHERE child = ?", child);
  else {
    yield* write(
      `INSERT INTO child_print (child, print) VALUES (?, ?)
       ON CONFLICT (child) DO UPDATE SET print = excluded.print WHERE child_print.print <> excluded.print`,
      child,
      print,
    );
  }
}

function* replaceBlocking(
  { context }: Work,
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
  if (changed.length > 0) yield changed;
}

export function* removeSourceIdentity(work: Work, source: string, localId: string): Steps<void> {
  const child = yield* childId(source, localId);
  if (child === undefined) return;
  const before = yield* row("SELECT blocking FROM source_child WHERE id = ?", child);
  const held = before?.blocking instanceof Uint8Array ? bytes(before.blocking) : undefined;
  yield* replaceBlocking(work, child, { source, held, blocking: null });
  yield* putPrint(child, undefined);
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

export function* namesOf(record: RecordKey): Steps<readonly SourceChildName[]> {
  const found = yield* rows("SELECT source, local_id FROM source_child WHERE record = ? ORDER BY id", record);
  return found.map((one) => ({ source: text(one.source), localId: text(one.local_id) }));
}

const ALIKE_OF_MANY = new Map(
  LIST_LENGTHS.map((length) => [
    length as number,
    `SELECT ${ALIKE_COLUMNS} FROM source_child
     WHERE id IN (${marks(length)}) AND record IS NOT NULL AND identity IS NOT NULL ORDER BY id`,
  ]),
);

/** Those of whom something is told and who have a record, by number ascending. */
export function* childrenOf(ids: ReadonlySet<ChildId>): Steps<readonly AlikeChild[]> {
  const parts = inParts([...ids].sort((a, b) => a - b));
  const found = yield* arraysOf(parts.map((values) => ({ sql: ALIKE_OF_MANY.get(values.length) ?? "", values })));
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
