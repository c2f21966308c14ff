import type { Connection } from "./sqlite-connection.ts";
import type { RecordKey } from "./store.ts";

/** One piece of work within a transaction: what it has touched so far, forgotten with it. */
export interface Work {
  readonly connection: Connection;
  readonly clock: () => number;
  readonly touched: Set<RecordKey>;
  /** The next free slot of records that this work has added resources to. */
  readonly nextSlots: Map<RecordKey, number>;
}

/** A record's version counts transactions, so the first change of a work raises it and the others do not. */
export function touch({ connection, touched }: Work, record: RecordKey): void {
  if (touched.has(record)) return;
  const { changes } = connection.statement("UPDATE record SET version = version + 1 WHERE key = ?").run(record);
  if (changes === 0) throw new Error("The store was asked to change a record that it does not hold.");
  touched.add(record);
}
