import type { Quarantined, QuarantineFilter, SourceReach } from "../delivery-verbs.ts";
import type { Connection } from "../sqlite/connection.ts";
import { integer, type Row, text, word } from "./values.ts";
import type { Work } from "./work.ts";

/** Expired uses deleted with each new one: more than come, so that they go without a sweep of their own. */
const SWEPT_PER_USE = 4;

export function quarantine({ connection }: Work, held: Quarantined): void {
  connection
    .statement(
      `INSERT INTO quarantine (id, delivery, source, line, issues, content, created_at, reached, name, unit, state, closed_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET delivery = excluded.delivery, source = excluded.source, line = excluded.line,
         issues = excluded.issues, content = excluded.content, created_at = excluded.created_at,
         reached = excluded.reached, name = excluded.name, unit = excluded.unit, state = excluded.state,
         closed_at = excluded.closed_at`,
    )
    .run(
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

export function closeQuarantine(
  { connection }: Work,
  id: string,
  { state, at }: { readonly state: "replayed" | "discarded"; readonly at: number },
): void {
  connection
    .statement("UPDATE quarantine SET state = ?, closed_at = ?, content = '' WHERE id = ? AND state = 'quarantined'")
    .run(state, at, id);
}

export function readQuarantined(
  { statement }: Connection,
  filter: QuarantineFilter,
  limit: number,
): readonly Quarantined[] {
  const rows = statement(
    `SELECT * FROM quarantine WHERE source IN (SELECT value FROM json_each(:sources)) AND state = :state
       AND (:delivery IS NULL OR delivery = :delivery)
       AND (:after IS NULL OR sequence > (SELECT sequence FROM quarantine WHERE id = :after))
     ORDER BY sequence LIMIT :limit`,
  ).all({
    sources: JSON.stringify(filter.sources),
    state: filter.state ?? "quarantined",
    delivery: filter.delivery ?? null,
    after: filter.after ?? null,
    limit,
  });
  return rows.map(toQuarantined);
}

export function readQuarantineEntry({ statement }: Connection, id: string): Quarantined | undefined {
  const row = statement("SELECT * FROM quarantine WHERE id = ?").get(id);
  return row && toQuarantined(row);
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

export function putReceipt({ connection }: Work, id: string, source: string, body: string): void {
  connection
    .statement(
      `INSERT INTO receipt (id, source, body) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET source = excluded.source, body = excluded.body`,
    )
    .run(id, source, body);
}

export function readReceipt({ statement }: Connection, id: string): string | undefined {
  const row = statement("SELECT body FROM receipt WHERE id = ?").get(id);
  return row && text(row.body);
}

export function readReceiptsOf({ statement }: Connection, source: string, limit: number): readonly string[] {
  const rows = statement("SELECT body FROM receipt WHERE source = ? ORDER BY sequence DESC LIMIT ?").all(source, limit);
  return rows.map((row) => text(row.body));
}

export function putQuality({ connection }: Work, delivery: string, source: string, body: string): void {
  connection
    .statement(
      `INSERT INTO quality (delivery, source, body) VALUES (?, ?, ?)
       ON CONFLICT (delivery) DO UPDATE SET source = excluded.source, body = excluded.body`,
    )
    .run(delivery, source, body);
}

export function readQualityOf({ statement }: Connection, source: string, limit: number): readonly string[] {
  const rows = statement("SELECT body FROM quality WHERE source = ? ORDER BY sequence DESC LIMIT ?").all(source, limit);
  return rows.map((row) => text(row.body));
}

export function moveReach({ connection }: Work, { source, authority, dataClass, until }: SourceReach): void {
  connection
    .statement(
      `INSERT INTO reach (source, authority, data_class, until) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET authority = excluded.authority, data_class = excluded.data_class,
         until = excluded.until WHERE excluded.until > until`,
    )
    .run(source, authority, dataClass, until);
}

export function useOnce({ connection, clock }: Work, key: string, expiresAt: number): boolean {
  const now = clock();
  connection
    .statement(
      `DELETE FROM single_use WHERE key IN
         (SELECT key FROM single_use WHERE expires_at <= ? ORDER BY expires_at LIMIT ${SWEPT_PER_USE})`,
    )
    .run(now);
  const { changes } = connection
    .statement(
      `INSERT INTO single_use (key, expires_at) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET expires_at = excluded.expires_at WHERE expires_at <= ?`,
    )
    .run(key, expiresAt, now);
  return changes === 1;
}
