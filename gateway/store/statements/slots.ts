import type { RecordKey } from "../record.ts";

/** Resources a record can hold; a record's slots are numbered from its key times this. */
export const RECORD_SLOTS = 1_048_576;

/** A record's range of slots, and its key: in the one its rows lie side by side, by the other a table is distributed. */
export function slotsOf(record: RecordKey): [start: number, end: number, record: RecordKey] {
  return [record * RECORD_SLOTS, (record + 1) * RECORD_SLOTS, record];
}
