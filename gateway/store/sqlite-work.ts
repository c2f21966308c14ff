import { type Connection, text } from "./sqlite-connection.ts";
import type { IdSpace, RecordKey } from "./store.ts";

/** One piece of work within a transaction: what it has touched so far, forgotten with it. */
export interface Work {
  readonly connection: Connection;
  readonly clock: () => number;
  readonly touched: Map<RecordKey, IdSpace>;
  /** The next free slot of records that this work has added resources to. */
  readonly nextSlots: Map<RecordKey, number>;
}

/**
 * A record's version counts transactions, so the first change of a work raises it and the others do not. Answers with
 * the id space of the record.
 */
export function touch({ connection, touched }: Work, record: RecordKey): IdSpace {
  const known = touched.get(record);
  if (known !== undefined) return known;
  // Asked for by itself: a RETURNING clause costs four times as much as the reading.
  const row = connection.arrays("SELECT id_space FROM record WHERE key = ?").get(record);
  if (row === undefined) throw new Error("The store was asked to change a record that it does not hold.");
  const idSpace = text(row[0]);
  connection.statement("UPDATE record SET version = version + 1 WHERE key = ?").run(record);
  touched.set(record, idSpace);
  return idSpace;
}
