import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { AuditFilter } from "./audit.ts";
import { CHAIN_POSITIONS, integer, type Row, toNumberKey } from "./index-tables.ts";

const COLUMNS = `e.position, e.time, e.hash, e.interaction, e.outcome, e.client, e.organization, e.purpose, e.agreement,
  e.legal_basis, e.rules, e.payload_start, e.payload_bytes, f.name AS file`;
/** A purged journal has no row any more. */
const FROM_ENTRY = "FROM entry e LEFT JOIN file f ON f.id = e.file";

/** @param hash the whole of it, or so much of its beginning that no other begins so */
export function entryByHash(database: DatabaseSync, hash: Buffer): Row | undefined {
  const last = Buffer.concat([hash, Buffer.alloc(HASH_BYTES - hash.length, 0xff)]);
  return database.prepare(`SELECT ${COLUMNS} ${FROM_ENTRY} WHERE e.hash BETWEEN ? AND ?`).get(hash, last);
}

const HASH_BYTES = 32;

/**
 * Rows that pass a filter and follow a position in its order. Time never goes back within a chain, so a span of time is
 * a range of its positions, and no row outside it is looked at.
 */
export async function entriesAfter(
  database: DatabaseSync,
  filter: AuditFilter,
  { after, limit }: { readonly after: number | undefined; readonly limit: number },
): Promise<readonly Row[]> {
  const isNewestFirst = filter.order === "newest-first";
  const last = isNewestFirst && after !== undefined ? placeOf(database, after) : undefined;
  const rows: Row[] = [];
  for (const { number } of database.prepare("SELECT number FROM chain ORDER BY number").all()) {
    const range = rangeOf(database, integer(number), filter, isNewestFirst ? last : { position: after ?? -1 });
    const wanted = isNewestFirst ? limit : limit - rows.length;
    if (range !== undefined) rows.push(...(await rowsIn(database, range, { filter, limit: wanted })));
    if (!isNewestFirst && rows.length >= limit) break;
  }
  return isNewestFirst ? rows.sort(byNewest).slice(0, limit) : rows;
}

function byNewest(a: Row, b: Row): number {
  return integer(b.time) - integer(a.time) || integer(b.position) - integer(a.position);
}

/** Where an order stands: behind a position, or, with its time, before whatever is older. */
interface Place {
  readonly position: number;
  readonly time?: number;
}

function placeOf(database: DatabaseSync, position: number): Place {
  const row = database.prepare("SELECT time FROM entry WHERE position = ?").get(position);
  return { position, time: row === undefined ? 0 : integer(row.time) };
}

interface Range {
  readonly first: number;
  readonly last: number;
}

/** The positions of one chain between two times, and behind or before a place. */
function rangeOf(
  database: DatabaseSync,
  chain: number,
  { from, until }: AuditFilter,
  place: Place | undefined,
): Range | undefined {
  let first = chain * CHAIN_POSITIONS;
  const end = first + CHAIN_POSITIONS - 1;
  const newest = database.prepare("SELECT max(position) AS position FROM entry WHERE position BETWEEN ? AND ?");
  const found = newest.get(first, end)?.position ?? undefined;
  if (found === undefined) return undefined;
  let last = integer(found);
  const edge = (sql: string, time: number) => positionOf(database.prepare(sql).get(chain, time)?.position);
  if (from !== undefined) {
    first =
      edge("SELECT position FROM entry WHERE chain = ? AND time >= ? ORDER BY time, position LIMIT 1", from) ??
      last + 1;
  }
  const before = (time: number) =>
    edge("SELECT position FROM entry WHERE chain = ? AND time < ? ORDER BY time DESC, position DESC LIMIT 1", time) ??
    -1;
  if (until !== undefined) last = Math.min(last, before(until));
  if (place?.time === undefined) {
    first = Math.max(first, (place?.position ?? -1) + 1);
  } else if (Math.floor(place.position / CHAIN_POSITIONS) === chain) {
    last = Math.min(last, place.position - 1);
  } else {
    // Of one time, what has the greater position comes first.
    const isLater = Math.floor(place.position / CHAIN_POSITIONS) > chain;
    last = Math.min(last, before(isLater ? place.time + 1 : place.time));
  }
  return first <= last ? { first, last } : undefined;
}

function positionOf(value: SQLOutputValue | undefined): number | undefined {
  return value === undefined ? undefined : integer(value);
}

/** So many positions are looked through at a time: others run in between, however little passes the filter. */
const LOOKED_THROUGH = 20_000;

async function rowsIn(
  database: DatabaseSync,
  range: Range,
  { filter, limit }: { readonly filter: AuditFilter; readonly limit: number },
): Promise<readonly Row[]> {
  const select = selectIn(database, filter);
  // What an index narrows is found in one go.
  const step = filter.patient === undefined && filter.number === undefined ? LOOKED_THROUGH : CHAIN_POSITIONS;
  const rows: Row[] = [];
  if (filter.order === "newest-first") {
    for (let last = range.last; last >= range.first && rows.length < limit; last -= step) {
      if (last !== range.last) await nextTurn();
      rows.push(...select({ first: Math.max(range.first, last - step + 1), last }, limit - rows.length));
    }
  } else {
    for (let first = range.first; first <= range.last && rows.length < limit; first += step) {
      if (first !== range.first) await nextTurn();
      rows.push(...select({ first, last: Math.min(range.last, first + step - 1) }, limit - rows.length));
    }
  }
  return rows;
}

function selectIn(database: DatabaseSync, { patient, number, clients, organizations, order }: AuditFilter) {
  const wheres = ["e.position BETWEEN ? AND ?"];
  const values: SQLInputValue[] = [];
  const narrow = (where: string, value: SQLInputValue) => {
    wheres.push(where);
    values.push(value);
  };
  for (const key of [patient, number === undefined ? undefined : toNumberKey(number)]) {
    if (key !== undefined) narrow("e.position IN (SELECT position FROM entry_patient WHERE patient = ?)", key);
  }
  if (clients) narrow("e.client IN (SELECT value FROM json_each(?))", JSON.stringify(clients));
  if (organizations) narrow("e.organization IN (SELECT value FROM json_each(?))", JSON.stringify(organizations));
  const statement = database.prepare(
    `SELECT ${COLUMNS} ${FROM_ENTRY} WHERE ${wheres.join(" AND ")}
     ORDER BY e.position ${order === "newest-first" ? "DESC" : "ASC"} LIMIT ?`,
  );
  return ({ first, last }: Range, limit: number): readonly Row[] => statement.all(first, last, ...values, limit);
}
