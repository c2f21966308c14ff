import type { Quarantined, QuarantineFilter, SourceReach } from "../delivery-verbs.ts";
import { LIMIT } from "./limit.ts";
import { marks } from "./lists.ts";
import { changes, row, rows, type Steps, write } from "./steps.ts";
import { integer, type Row, text, word } from "./values.ts";
import type { Work } from "./work.ts";

/** Expired uses deleted with each new one: more than come, so that they go without a sweep of their own. */
const SWEPT_PER_USE = 4;

export function* quarantine(held: Quarantined): Steps<void> {
  yield* write(
    `INSERT INTO quarantine (id, delivery, source, line, issues, content, created_at, reached, name, unit, state, closed_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET delivery = excluded.delivery, source = excluded.source, line = excluded.line,
       issues = excluded.issues, content = excluded.content, created_at = excluded.created_at,
       reached = excluded.reached, name = excluded.name, unit = excluded.unit, state = excluded.state,
       closed_at = excluded.closed_at`,
    held.id,
    held.delivery,
    held.source,
    held.line,
    held.issues,
    held.content,
    held.createdAt,
    held.reached,
    held.table ?? null,
    held.unit ?? null,
    held.state,
    held.closedAt ?? null,
  );
}

export function* closeQuarantine(
  id: string,
  { state, at }: { readonly state: "replayed" | "discarded"; readonly at: number },
): Steps<void> {
  yield* write(
    "UPDATE quarantine SET state = ?, closed_at = ?, content = '' WHERE id = ? AND state = 'quarantined'",
    state,
    at,
    id,
  );
}

export function* readQuarantined(
  { sources, state = "quarantined", delivery, after }: QuarantineFilter,
  limit: number,
): Steps<readonly Quarantined[]> {
  if (sources.length === 0) return [];
  const conditions = [`source IN (${marks(sources.length)})`, "state = ?"];
  const values = [...sources, state];
  if (delivery !== undefined) {
    conditions.push("delivery = ?");
    values.push(delivery);
  }
  if (after !== undefined) {
    conditions.push("sequence > (SELECT sequence FROM quarantine WHERE id = ?)");
    values.push(after);
  }
  const found = yield* rows(
    `SELECT * FROM quarantine WHERE ${conditions.join(" AND ")} ORDER BY sequence ${LIMIT}`,
    ...values,
    limit,
  );
  return found.map(toQuarantined);
}

export function* readQuarantineEntry(id: string): Steps<Quarantined | undefined> {
  const found = yield* row("SELECT * FROM quarantine WHERE id = ?", id);
  return found && toQuarantined(found);
}

const REACHED: Readonly<Record<Quarantined["reached"], true>> = { received: true, resolved: true, mapped: true };
const HELD_STATES: Readonly<Record<Quarantined["state"], true>> = {
  quarantined: true,
  replayed: true,
  discarded: true,
};

function toQuarantined(row: Row): Quarantined {
  return {
    id: text(row.id),
    delivery: text(row.delivery),
    source: text(row.source),
    line: integer(row.line),
    issues: text(row.issues),
    content: text(row.content),
    createdAt: integer(row.created_at),
    reached: word(REACHED, row.reached),
    ...(row.name === null ? {} : { table: text(row.name) }),
    ...(row.unit === null ? {} : { unit: text(row.unit) }),
    state: word(HELD_STATES, row.state),
    ...(row.closed_at === null ? {} : { closedAt: integer(row.closed_at) }),
  };
}

export function* putReceipt(id: string, source: string, body: string): Steps<void> {
  yield* write(
    `INSERT INTO receipt (id, source, body) VALUES (?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET source = excluded.source, body = excluded.body`,
    id,
    source,
    body,
  );
}

export function* readReceipt(id: string): Steps<string | undefined> {
  const found = yield* row("SELECT body FROM receipt WHERE id = ?", id);
  return found && text(found.body);
}

export function* readReceiptsOf(source: string, limit: number): Steps<readonly string[]> {
  const found = yield* rows(`SELECT body FROM receipt WHERE source = ? ORDER BY sequence DESC ${LIMIT}`, source, limit);
  return found.map(({ body }) => text(body));
}

export function* putQuality(delivery: string, source: string, body: string): Steps<void> {
  yield* write(
    `INSERT INTO quality (delivery, source, body) VALUES (?, ?, ?)
     ON CONFLICT (delivery) DO UPDATE SET source = excluded.source, body = excluded.body`,
    delivery,
    source,
    body,
  );
}

export function* readQualityOf(source: string, limit: number): Steps<readonly string[]> {
  const found = yield* rows(`SELECT body FROM quality WHERE source = ? ORDER BY sequence DESC ${LIMIT}`, source, limit);
  return found.map(({ body }) => text(body));
}

export function* moveReach({ source, authority, dataClass, until }: SourceReach): Steps<void> {
  yield* write(
    `INSERT INTO reach (source, authority, data_class, until) VALUES (?, ?, ?, ?)
     ON CONFLICT (source) DO UPDATE SET authority = excluded.authority, data_class = excluded.data_class,
       until = excluded.until WHERE excluded.until > reach.until`,
    source,
    authority,
    dataClass,
    until,
  );
}

export function* useOnce({ clock }: Work, key: string, expiresAt: number): Steps<boolean> {
  const now = clock();
  yield* write(
    `DELETE FROM single_use WHERE key IN
       (SELECT key FROM single_use WHERE expires_at <= ? ORDER BY expires_at LIMIT ${SWEPT_PER_USE})`,
    now,
  );
  const used = yield* changes(
    `INSERT INTO single_use (key, expires_at) VALUES (?, ?)
     ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at WHERE single_use.expires_at <= ?`,
    key,
    expiresAt,
    now,
  );
  return used === 1;
}
