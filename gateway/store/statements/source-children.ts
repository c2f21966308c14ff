import type { SourceIdentity } from "#mappers/mapper.ts";
import type { AlikeChild, Link, SourceChildName } from "../identity-verbs.ts";
import type { RecordKey } from "../record.ts";
import type { Connection } from "../sqlite/connection.ts";
import { eachKey, toKeyBytes } from "./blocking-bytes.ts";
import { inParts, marks } from "./lists.ts";
import { bytes, integer, type Row, text } from "./values.ts";
import type { Work } from "./work.ts";

export type ChildId = number;

export function childId({ statement }: Connection, source: string, localId: string): ChildId | undefined {
  const row = statement("SELECT id FROM source_child WHERE local_id = ? AND source = ?").get(localId, source);
  return row && integer(row.id);
}

/** The number of a source's child, which gets one at its first mention. */
export function internChild({ connection, children }: Work, source: string, localId: string): ChildId {
  const name = `${source} ${localId}`;
  const known = children.get(name) ?? childId(connection, source, localId);
  if (known !== undefined) {
    children.set(name, known);
    return known;
  }
  const row = connection
    .statement("INSERT INTO source_child (source, local_id) VALUES (?, ?) RETURNING id")
    .get(source, localId);
  const id = integer(row?.id);
  children.set(name, id);
  return id;
}

export function appendLink(work: Work, link: Link): void {
  const { statement } = work.connection;
  const child = internChild(work, link.source, link.localId);
  const { lastInsertRowid } = statement(
    "INSERT INTO link (child, record, author, evidence, decided_at) VALUES (?, ?, ?, ?, ?)",
  ).run(child, link.record, link.author, JSON.stringify(link.evidence), link.decidedAt);
  statement("UPDATE source_child SET record = ?, link = ? WHERE id = ?").run(link.record, lastInsertRowid, child);
}

export function linkOf({ statement }: Connection, source: string, localId: string): Link | undefined {
  const row = statement(
    `SELECT l.* FROM source_child s CROSS JOIN link l ON l.sequence = s.link WHERE s.local_id = ? AND s.source = ?`,
  ).get(localId, source);
  return (
    row && {
      source,
      localId,
      record: integer(row.record),
      author: text(row.author),
      evidence: JSON.parse(text(row.evidence)),
      decidedAt: integer(row.decided_at),
    }
  );
}

export function putSourceIdentity(
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
): void {
  const { statement } = work.connection;
  const child = internChild(work, source, localId);
  const body = JSON.stringify(identity);
  const blocking = toKeyBytes(blockingKeys);
  const before = statement("SELECT identity, blocking FROM source_child WHERE id = ?").get(child);
  const held = before?.blocking instanceof Uint8Array ? bytes(before.blocking) : undefined;
  const isSameBlocking = blocking === null ? held === undefined : held?.equals(blocking) === true;
  putPrint(work, child, print);
  if (before?.identity === body && isSameBlocking) return;
  statement("UPDATE source_child SET identity = ?, blocking = ? WHERE id = ?").run(body, blocking, child);
  if (!isSameBlocking) replaceBlocking(work, child, { source, held, blocking });
}

function putPrint({ connection: { statement } }: Work, child: ChildId, print: string | undefined): void {
  if (print === undefined) statement("DELETE FROM child_print WHERE child = ?").run(child);
  else {
    statement(
      `INSERT INTO child_print (child, print) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET print = excluded.print WHERE print <> excluded.print`,
    ).run(child, print);
  }
}

function replaceBlocking(
  { connection: { statement, interned } }: Work,
  child: ChildId,
  {
    source,
    held,
    blocking,
  }: { readonly source: string; readonly held: Buffer | undefined; readonly blocking: Buffer | null },
): void {
  const number = interned.sourceId(source);
  const [before, after] = [new Set(held && eachKey(held)), new Set(blocking && eachKey(blocking))];
  for (const key of before.difference(after)) {
    statement("DELETE FROM block WHERE key = ? AND source = ? AND child = ?").run(key, number, child);
  }
  for (const key of after.difference(before)) {
    statement("INSERT OR IGNORE INTO block (key, source, child) VALUES (?, ?, ?)").run(key, number, child);
  }
}

export function removeSourceIdentity(work: Work, source: string, localId: string): void {
  const { statement } = work.connection;
  const child = childId(work.connection, source, localId);
  if (child === undefined) return;
  const row = statement("SELECT blocking FROM source_child WHERE id = ?").get(child);
  const held = row?.blocking instanceof Uint8Array ? bytes(row.blocking) : undefined;
  replaceBlocking(work, child, { source, held, blocking: null });
  putPrint(work, child, undefined);
  statement("UPDATE source_child SET identity = NULL, blocking = NULL WHERE id = ?").run(child);
}

const ALIKE_COLUMNS = "id, source, local_id, record, identity";

export function sourceChildrenOf({ arrays }: Connection, record: RecordKey): readonly AlikeChild[] {
  return arrays(`SELECT ${ALIKE_COLUMNS} FROM source_child WHERE record = ? AND identity IS NOT NULL ORDER BY id`)
    .all(record)
    .map(toAlikeChild);
}

export function namesOf({ statement }: Connection, record: RecordKey): readonly SourceChildName[] {
  return statement("SELECT source, local_id FROM source_child WHERE record = ? ORDER BY id")
    .all(record)
    .map((row) => ({ source: text(row.source), localId: text(row.local_id) }));
}

/** Those of whom something is told and who have a record, by number ascending. */
export function childrenOf({ arrays }: Connection, ids: ReadonlySet<ChildId>): readonly AlikeChild[] {
  return inParts([...ids].sort((a, b) => a - b)).flatMap((part) =>
    arrays(
      `SELECT ${ALIKE_COLUMNS} FROM source_child
       WHERE id IN (${marks(part.length)}) AND record IS NOT NULL AND identity IS NOT NULL ORDER BY id`,
    )
      .all(...part)
      .map(toAlikeChild),
  );
}

function toAlikeChild(row: Row): AlikeChild {
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
