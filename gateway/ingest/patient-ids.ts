import { LRUCache } from "lru-cache";
import { LIMITS, upToEntries } from "../limits.ts";
import type { RecordKey, WriteTransaction } from "../store/store.ts";

/**
 * Record → logical id of its Patient, which never changes. Only committed pairs may be remembered: the key of a record
 * whose transaction failed is given to another child.
 */
export interface PatientIds {
  of(transaction: WriteTransaction, record: RecordKey): Promise<string>;
  remember(record: RecordKey, patientId: string): void;
}

export function createPatientIds(): PatientIds {
  const known = new LRUCache<RecordKey, string>(upToEntries(LIMITS.identity_cache_entries_max));
  return {
    async of(transaction, record) {
      const id = known.get(record) ?? (await transaction.record(record))?.patientId;
      if (id === undefined) throw new Error("A link names a record that the store does not hold.");
      return id;
    },
    remember(record, patientId) {
      known.set(record, patientId);
    },
  };
}
