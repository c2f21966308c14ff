import type { IdentityClaim } from "../identity-verbs.ts";
import type { RecordKey } from "../record.ts";
import { inParts, marks, ofLengths } from "./lists.ts";
import { claimsName, internChild, knownChild } from "./source-children.ts";
import { arrays, rows, type Steps, together, write } from "./steps.ts";
import { integer, type Row, text } from "./values.ts";
import { isFirstTold, type Work } from "./work.ts";

export function* claimIdentityKey(work: Work, claim: IdentityClaim): Steps<void> {
  const child = yield* internChild(work, claim.source, claim.localId);
  const isFirst = isFirstTold(work, `child ${child}`, `claim ${claim.record} ${claim.key}`);
  noteClaim(work, { claim, child, isFirst });
  yield* write(
    isFirst ? INSERT_CLAIM : `${INSERT_CLAIM} ${OR_UPDATE_CLAIM}`,
    claim.key,
    child,
    claim.record,
    claim.isWithheld ? 0 : 1,
  );
}

/** A new claim is the last of its key and of its child; of one that was there it is not known where it stands. */
function noteClaim(
  { ahead: { holders, rows } }: Work,
  { claim, child, isFirst }: { readonly claim: IdentityClaim; readonly child: number; readonly isFirst: boolean },
): void {
  const { key, record, source, localId, isWithheld } = claim;
  const name = claimsName(child);
  const [held, claims] = [holders.get(key), rows.get(name)];
  if (!isFirst) {
    holders.delete(key);
    rows.delete(name);
    return;
  }
  if (held !== undefined && !isWithheld && !held.includes(record)) holders.set(key, [...held, record]);
  if (claims === undefined) return;
  rows.set(name, [...claims, { key, record, held: isWithheld ? 0 : 1, source, local_id: localId }]);
}

const INSERT_CLAIM = "INSERT INTO identity_key (key, child, record, held) VALUES (?, ?, ?, ?)";
const OR_UPDATE_CLAIM =
  "ON CONFLICT (key, child, record) DO UPDATE SET held = excluded.held WHERE identity_key.held <> excluded.held";

export function* releaseIdentityKey(
  work: Work,
  key: string,
  { source, localId }: Pick<IdentityClaim, "source" | "localId">,
): Steps<void> {
  work.ahead.holders.delete(key);
  const child = yield* knownChild(work, source, localId);
  if (child === undefined) return;
  work.ahead.rows.delete(claimsName(child));
  yield* write("DELETE FROM identity_key WHERE key = ? AND child = ?", key, child);
}

export function* identityKeyHolders(key: string): Steps<readonly RecordKey[]> {
  const found = yield* arrays("SELECT record FROM identity_key WHERE key = ? AND held = 1 ORDER BY sequence", key);
  return [...new Set(found.map(([record]) => integer(record)))];
}

/** The same within a work, which looks for them once while it changes nothing of them. */
export function* holdersAhead({ ahead }: Work, key: string): Steps<readonly RecordKey[]> {
  const known = ahead.holders.get(key) ?? (yield* identityKeyHolders(key));
  ahead.holders.set(key, known);
  return known;
}

const HOLDERS_OF_MANY = ofLengths(
  (length) => `SELECT key, record FROM identity_key WHERE key IN (${marks(length)}) AND held = 1 ORDER BY sequence`,
);

/** Notes who holds these. */
export function* readHolders({ ahead: { holders } }: Work, keys: readonly string[]): Steps<void> {
  const wanted = new Set(keys.filter((key) => !holders.has(key)));
  const parts = inParts([...wanted]);
  const found = yield* together(...parts.map((part) => arrays(HOLDERS_OF_MANY(part.length), ...part)));
  for (const key of wanted) holders.set(key, []);
  for (const [key, record] of found.flat()) {
    const before = holders.get(text(key)) ?? [];
    if (!before.includes(integer(record))) holders.set(text(key), [...before, integer(record)]);
  }
}

const CLAIM = `SELECT k.key, k.record, k.held, s.source, s.local_id
  FROM identity_key k CROSS JOIN source_child s ON s.id = k.child`;

export function* identityClaims(key: string): Steps<readonly IdentityClaim[]> {
  return (yield* rows(`${CLAIM} WHERE k.key = ? ORDER BY k.sequence`, key)).map(toClaim);
}

export function* identityClaimsOf(work: Work, source: string, localId: string): Steps<readonly IdentityClaim[]> {
  const child = yield* knownChild(work, source, localId);
  if (child === undefined) return [];
  const known = work.ahead.rows.get(claimsName(child));
  return (known ?? (yield* rows(`${CLAIM} WHERE k.child = ? ORDER BY k.sequence`, child))).map(toClaim);
}

/** Notes what is claimed for these. */
export function* readClaims({ ahead }: Work, children: readonly number[]): Steps<void> {
  const parts = inParts([...new Set(children)]);
  const found = yield* together(...parts.map((part) => rows(CLAIMS_OF_MANY(part.length), ...part)));
  for (const child of children) ahead.rows.set(claimsName(child), []);
  for (const one of found.flat()) {
    const name = claimsName(integer(one.child));
    ahead.rows.set(name, [...(ahead.rows.get(name) ?? []), one]);
  }
}

const CLAIMS_OF_MANY = ofLengths(
  (length) => `${CLAIM.replace("SELECT", "SELECT k.child,")} WHERE k.child IN (${marks(length)}) ORDER BY k.sequence`,
);

function toClaim(row: Row): IdentityClaim {
  return {
    key: text(row.key),
    record: integer(row.record),
    source: text(row.source),
    localId: text(row.local_id),
    isWithheld: row.held === 0,
  };
}
