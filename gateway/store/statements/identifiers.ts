import type { IdSpace, RecordKey } from "../record.ts";
import { eachHash, identifierHash } from "./identifier-hash.ts";
import { LIMIT } from "./limit.ts";
import { rows, type Steps, type Together, toWrite } from "./steps.ts";
import { bytes, integer, type Output } from "./values.ts";

interface Place {
  readonly record: RecordKey;
  readonly slot: number;
}

export function addIdentifiers({ record, slot }: Place, hashes: Buffer | null): Together {
  return Array.from(eachHash(hashes), (one) =>
    toWrite(
      `INSERT INTO resource_identifier (hash, record, slot) VALUES (?, ?, ?)
       ON CONFLICT (hash, record, slot) DO NOTHING`,
      one,
      record,
      slot,
    ),
  );
}

/** `hashes` as they stand in the row of the slot. */
export function dropIdentifiers({ record, slot }: Place, hashes: Output | undefined): Together {
  if (hashes === null) return [];
  return Array.from(eachHash(bytes(hashes)), (one) =>
    toWrite("DELETE FROM resource_identifier WHERE hash = ? AND record = ? AND slot = ?", one, record, slot),
  );
}

// Along one range of the key of the table, in which a record stands once for each of its resources that carry it.
const HOLDERS = `SELECT DISTINCT i.record AS key FROM resource_identifier i CROSS JOIN record c ON c.key = i.record
  WHERE i.hash = ? AND c.id_space = ? ORDER BY i.record ${LIMIT}`;

export function* findResources(
  { type, identifier, idSpace }: { readonly type: string; readonly identifier: string; readonly idSpace: IdSpace },
  limit: number,
): Steps<readonly RecordKey[]> {
  const [wanted = 0] = eachHash(identifierHash(type, identifier, idSpace));
  return (yield* rows(HOLDERS, wanted, idSpace, limit)).map((one) => integer(one.key));
}
