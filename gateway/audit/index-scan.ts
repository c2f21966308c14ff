import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";
import type { AuditFilter } from "./audit.ts";
import { CHAIN_POSITIONS, integer, type Row } from "./index-tables.ts";

const COLUMNS = `e.position, e.time, e.hash, e.interaction, e.outcome, e.client, e.organization, e.purpose, e.agreement,
  e.legal_basis, e.payload_start, e.payload_bytes, f.name AS file`;
/** A purged journal has no row any more. */
const FROM_ENTRY = "FROM entry e LEFT JOIN file f ON f.id = e.file";

export function entryByHash(database: DatabaseSync, hash: Buffer): Row | undefined {
  return database.prepare(`SELECT ${COLUMNS} ${FROM_ENTRY} WHERE e.hash = ?`).get(hash);
}

/**
 * Rows that pass a filter and follow a position in its order. Time never goes back within a chain, so a span of time is
 * a range of its positions, and no row outside it is looked at.
 */
export function entriesAfter(
  database: DatabaseSync,
  filter: AuditFilter,
  { after, limit }: { readonly after: number | undefined; readonly limit: number },
): readonly Row[] {
  const isNewestFirst = filter.order === "newest-first";
  const last = isNewestFirst && after !== undefined ? placeOf(database, after) : undefined;
  const rows: Row[] = [];
  for (const { number } of database.prepare("SELECT number FROM chain ORDER BY number").all()) {
    const chain = integer(number);
    const range = rangeOf(database, chain, filter, isNewestFirst ? last : { position: after ?? -1 });
    if (range !== undefined)
      rows.push(...rowsIn(database, range, { filter, limit: limit - (isNewestFirst ? 0 : rows.length) }));
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
  let last = first + CHAIN_POSITIONS - 1;
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
    last = Math.min(last, before(place.position > last ? place.time + 1 : place.time));
  }
  return first <= last ? { first, last } : undefined;
}

function positionOf(value: SQLOutputValue | undefined): number | undefined {
  return value === undefined ? undefined : integer(value);
}

function rowsIn(
  database: DatabaseSync,
  { first, last }: Range,
  { filter, limit }: { readonly filter: AuditFilter; readonly limit: number },
): readonly Row[] {
  const { patient, clients, organizations } = filter;
  const wheres = ["e.position BETWEEN ? AND ?"];
  const values: SQLInputValue[] = [first, last];
  const narrow = (where: string, value: SQLInputValue) => {
    wheres.push(where);
    values.push(value);
  };
  if (patient !== undefined) narrow("e.position IN (SELECT position FROM entry_patient WHERE patient = ?)", patient);
  if (clients) narrow("e.client IN (SELECT value FROM json_each(?))", JSON.stringify(clients));
  if (organizations) narrow("e.organization IN (SELECT value FROM json_each(?))", JSON.stringify(organizations));
  const order = filter.order === "newest-first" ? "DESC" : "ASC";
  return database
    .prepare(`SELECT ${COLUMNS} ${FROM_ENTRY} WHERE ${wheres.join(" AND ")} ORDER BY e.position ${order} LIMIT ?`)
    .all(...values, limit);
}
