import type { IdentityClaim } from "../identity-verbs.ts";
import type { RecordKey } from "../record.ts";
import { childId, internChild } from "./source-children.ts";
import { arrays, rows, type Steps, write } from "./steps.ts";
import { integer, type Row, text } from "./values.ts";
import type { Work } from "./work.ts";

export function* claimIdentityKey(work: Work, claim: IdentityClaim): Steps<void> {
  const child = yield* internChild(work, claim.source, claim.localId);
  yield* write(
    `INSERT INTO identity_key (key, child, record, held) VALUES (?, ?, ?, ?)
     ON CONFLICT (key, child, record) DO UPDATE SET held = excluded.held WHERE identity_key.held <> excluded.held`,
    claim.key,
    child,
    claim.record,
    claim.isWithheld ? 0 : 1,
  );
}

export function* releaseIdentityKey(
  key: string,
  { source, localId }: Pick<IdentityClaim, "source" | "localId">,
): Steps<void> {
  const child = yield* childId(source, localId);
  if (child !== undefined) yield* write("DELETE FROM identity_key WHERE key = ? AND child = ?", key, child);
}

export function* identityKeyHolders(key: string): Steps<readonly RecordKey[]> {
  const found = yield* arrays("SELECT record FROM identity_key WHERE key = ? AND held = 1 ORDER BY sequence", key);
  return [...new Set(found.map(([record]) => integer(record)))];
}

const CLAIM = `SELECT k.key, k.record, k.held, s.source, s.local_id
  FROM identity_key k CROSS JOIN source_child s ON s.id = k.child`;

export function* identityClaims(key: string): Steps<readonly IdentityClaim[]> {
  return (yield* rows(`${CLAIM} WHERE k.key = ? ORDER BY k.sequence`, key)).map(toClaim);
}

export function* identityClaimsOf(source: string, localId: string): Steps<readonly IdentityClaim[]> {
  const child = yield* childId(source, localId);
  return child === undefined ? [] : (yield* rows(`${CLAIM} WHERE k.child = ? ORDER BY k.sequence`, child)).map(toClaim);
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
