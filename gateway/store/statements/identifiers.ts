import type { SQLOutputValue } from "node:sqlite";
import type { IdSpace, RecordKey } from "../record.ts";
import type { Connection } from "../sqlite/connection.ts";
import { eachHash, identifierHash } from "./identifier-hash.ts";
import { RECORD_SLOTS } from "./read.ts";
import { bytes, integer } from "./values.ts";

export function addIdentifiers({ statement }: Connection, slot: number, hashes: Buffer | null): void {
  for (const one of eachHash(hashes)) {
    statement("INSERT OR IGNORE INTO resource_identifier (hash, slot) VALUES (?, ?)").run(one, slot);
  }
}

/** `hashes` as they stand in the row of the slot. */
export function dropIdentifiers({ statement }: Connection, slot: number, hashes: SQLOutputValue | undefined): void {
  if (hashes === null) return;
  for (const one of eachHash(bytes(hashes))) {
    statement("DELETE FROM resource_identifier WHERE hash = ? AND slot = ?").run(one, slot);
  }
}

// From record to record, since one identifier can be on any number of resources of one.
const HOLDERS = `WITH RECURSIVE holder (key) AS (
    SELECT min(slot) / ${RECORD_SLOTS} FROM resource_identifier WHERE hash = :hash
    UNION ALL
    SELECT (SELECT min(slot) / ${RECORD_SLOTS} FROM resource_identifier
      WHERE hash = :hash AND slot >= (holder.key + 1) * ${RECORD_SLOTS})
    FROM holder WHERE holder.key IS NOT NULL
  )
  SELECT holder.key FROM holder CROSS JOIN record c ON c.key = holder.key WHERE c.id_space = :idSpace LIMIT :limit`;

export function findResources(
  { statement }: Connection,
  { type, identifier, idSpace }: { readonly type: string; readonly identifier: string; readonly idSpace: IdSpace },
  limit: number,
): readonly RecordKey[] {
  const [wanted = 0] = eachHash(identifierHash(type, identifier, idSpace));
  return statement(HOLDERS)
    .all({ hash: wanted, idSpace, limit })
    .map((row) => integer(row.key));
}
