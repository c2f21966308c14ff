import type { IdentityClaim } from "../identity-verbs.ts";
import type { RecordKey } from "../record.ts";
import type { Connection } from "../sqlite/connection.ts";
import { childId, internChild } from "./source-children.ts";
import { integer, type Row, text } from "./values.ts";
import type { Work } from "./work.ts";

export function claimIdentityKey(work: Work, claim: IdentityClaim): void {
  const child = internChild(work, claim.source, claim.localId);
  work.connection
    .statement(
      `INSERT INTO identity_key (key, child, record, held) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET held = excluded.held WHERE held <> excluded.held`,
    )
    .run(claim.key, child, claim.record, claim.isWithheld ? 0 : 1);
}

export function releaseIdentityKey(
  { connection }: Work,
  key: string,
  { source, localId }: Pick<IdentityClaim, "source" | "localId">,
): void {
  const child = childId(connection, source, localId);
  if (child === undefined) return;
  connection.statement("DELETE FROM identity_key WHERE key = ? AND child = ?").run(key, child);
}

export function identityKeyHolders({ arrays }: Connection, key: string): readonly RecordKey[] {
  const rows = arrays("SELECT record FROM identity_key WHERE key = ? AND held = 1 ORDER BY sequence").all(key);
  return [...new Set(rows.map((row) => integer(row[0])))];
}

const CLAIM = `SELECT k.key, k.record, k.held, s.source, s.local_id
  FROM identity_key k CROSS JOIN source_child s ON s.id = k.child`;

export function identityClaims({ statement }: Connection, key: string): readonly IdentityClaim[] {
  return statement(`${CLAIM} WHERE k.key = ? ORDER BY k.sequence`).all(key).map(toClaim);
}

export function identityClaimsOf(connection: Connection, source: string, localId: string): readonly IdentityClaim[] {
  const child = childId(connection, source, localId);
  if (child === undefined) return [];
  return connection.statement(`${CLAIM} WHERE k.child = ? ORDER BY k.sequence`).all(child).map(toClaim);
}

function toClaim(row: Row): IdentityClaim {
  return {
    key: text(row.key),
    record: integer(row.record),
    source: text(row.source),
    localId: text(row.local_id),
    isWithheld: row.held === 0,
  };
}
