import type { SourceIdentity } from "#mappers/mapper.ts";
import { eachKey, toKeyBytes } from "./blocking-bytes.ts";
import type { Connection } from "./sqlite-connection.ts";
import { bytes, integer, type Row, text } from "./sqlite-values.ts";
import type { Work } from "./sqlite-work.ts";
import type { AlikeChild, Link, RecordKey, SourceChildName } from "./store.ts";

type ChildId = number;

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
  { identity, blockingKeys }: { readonly identity: SourceIdentity; readonly blockingKeys: readonly number[] },
): void {
  const { statement } = work.connection;
  const child = internChild(work, source, localId);
  const body = JSON.stringify(identity);
  const blocking = toKeyBytes(blockingKeys);
  const before = statement("SELECT identity, blocking FROM source_child WHERE id = ?").get(child);
  const held = before?.blocking instanceof Uint8Array ? bytes(before.blocking) : undefined;
  const isSameBlocking = blocking === null ? held === undefined : held?.equals(blocking) === true;
  if (before?.identity === body && isSameBlocking) return;
  statement("UPDATE source_child SET identity = ?, blocking = ? WHERE id = ?").run(body, blocking, child);
  if (!isSameBlocking) replaceBlocking(work, child, { held, blocking });
}

function replaceBlocking(
  { connection: { statement } }: Work,
  child: ChildId,
  { held, blocking }: { readonly held: Buffer | undefined; readonly blocking: Buffer | null },
): void {
  const [before, after] = [new Set(held && eachKey(held)), new Set(blocking && eachKey(blocking))];
  for (const key of before.difference(after)) {
    statement("DELETE FROM block WHERE key = ? AND child = ?").run(key, child);
  }
  for (const key of after.difference(before)) {
    statement("INSERT OR IGNORE INTO block (key, child) VALUES (?, ?)").run(key, child);
  }
}

export function removeSourceIdentity(work: Work, source: string, localId: string): void {
  const { statement } = work.connection;
  const child = childId(work.connection, source, localId);
  if (child === undefined) return;
  const row = statement("SELECT blocking FROM source_child WHERE id = ?").get(child);
  const held = row?.blocking instanceof Uint8Array ? bytes(row.blocking) : undefined;
  replaceBlocking(work, child, { held, blocking: null });
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

/**
 * A key's children lie side by side, so each key is one short range; all of them are asked for at once, which a statement
 * a key would take three times as long for. Only where that is too much is each key counted by itself.
 */
export function findAlike(
  connection: Connection,
  keys: readonly number[],
  { limit, most = Number.POSITIVE_INFINITY }: AlikeBounds,
): { readonly children: readonly AlikeChild[]; readonly isCut: boolean } {
  const wanted = [...new Set(keys)];
  const together = readBlocks(connection, wanted, limit);
  const read = together === undefined ? readShort(connection, wanted, limit) : { rows: together, isCut: false };
  const { ids, isCut } = mostAlike(read.rows, most);
  return { children: childrenOf(connection, ids), isCut: isCut || read.isCut };
}

export interface AlikeBounds {
  /** Of a key that more children share, not all are looked at. */
  readonly limit: number;
  readonly most?: number | undefined;
}

/** Rows of key and child; `undefined` where there are more. */
function readBlocks(connection: Connection, keys: readonly number[], limit: number): readonly Row[] | undefined {
  const found: Row[] = [];
  for (const part of inParts(keys)) {
    const sql = `SELECT key, child FROM block WHERE key IN (${marks(part.length)}) LIMIT ${limit + 1}`;
    const rows = connection.arrays(sql).all(...part);
    if (rows.length > limit) return undefined;
    for (const row of rows) found.push(row);
  }
  return found;
}

/**
 * Without the keys that too many share. Whoever agrees in all but one detail shares three keys or more, so that one key
 * may be missing; of more, or where nothing else is left to go by, what was left out may matter.
 */
function readShort(
  connection: Connection,
  keys: readonly number[],
  limit: number,
): { readonly rows: readonly Row[]; readonly isCut: boolean } {
  const count = connection.arrays("SELECT count(*) FROM (SELECT 1 FROM block WHERE key = ? LIMIT ?)");
  const short = keys.filter((key) => integer(count.get(key, limit + 1)?.[0]) <= limit);
  const cut = keys.length - short.length;
  const isCut = cut > 1 || (cut > 0 && keys.length <= DETAILS_TOLD_FEW);
  const read = short.length > 0 ? short : keys;
  const rows = read.flatMap((key) =>
    connection.arrays("SELECT key, child FROM block WHERE key = ? ORDER BY child LIMIT ?").all(key, limit),
  );
  return { rows, isCut };
}

/** Keys of somebody of whom too little is told to miss one. */
const DETAILS_TOLD_FEW = 2;

/** Those that share most keys, and of equals those whose keys few share; cut where one of two keys is left out. */
function mostAlike(
  rows: readonly Row[],
  most: number,
): { readonly ids: ReadonlySet<ChildId>; readonly isCut: boolean } {
  const shared = new Map<ChildId, number>();
  const sizes = new Map<number, number>();
  for (const row of rows) sizes.set(integer(row[0]), (sizes.get(integer(row[0])) ?? 0) + 1);
  for (const row of rows) {
    const id = integer(row[1]);
    shared.set(id, (shared.get(id) ?? 0) + 1 + 1 / (RARITY_DIVISOR * (sizes.get(integer(row[0])) ?? 1)));
  }
  if (shared.size <= most) return { ids: new Set(shared.keys()), isCut: false };
  const ordered = [...shared].toSorted(([, left], [, right]) => right - left);
  const [, next = 0] = ordered[most] ?? [];
  return { ids: new Set(ordered.slice(0, most).map(([id]) => id)), isCut: next >= 2 || sizes.size <= 1 };
}

/** Rarity orders equals alone: of all keys of one child it adds up to less than one. */
const RARITY_DIVISOR = 64;

function childrenOf({ arrays }: Connection, ids: ReadonlySet<ChildId>): readonly AlikeChild[] {
  return inParts([...ids].sort((a, b) => a - b)).flatMap((part) =>
    arrays(
      `SELECT ${ALIKE_COLUMNS} FROM source_child
       WHERE id IN (${marks(part.length)}) AND record IS NOT NULL AND identity IS NOT NULL ORDER BY id`,
    )
      .all(...part)
      .map(toAlikeChild),
  );
}

/** Statements for lists of any length would be as many as there are lengths. */
const LIST_LENGTHS = [1, 4, 8, 16, 32] as const;
const PART_MAX = 32;

/** In parts of few different lengths, each filled up with its last value, which changes nothing that is found. */
function inParts(values: readonly number[]): readonly (readonly number[])[] {
  const parts: (readonly number[])[] = [];
  for (let from = 0; from < values.length; from += PART_MAX) {
    const part = values.slice(from, from + PART_MAX);
    const length = LIST_LENGTHS.find((one) => one >= part.length) ?? PART_MAX;
    parts.push([...part, ...Array<number>(length - part.length).fill(part.at(-1) ?? 0)]);
  }
  return parts;
}

function marks(count: number): string {
  return Array<string>(count).fill("?").join(",");
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
