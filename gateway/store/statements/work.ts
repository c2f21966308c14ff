import type { IdSpace, RecordKey } from "../record.ts";
import type { Context } from "./context.ts";
import { row, type Steps, write } from "./steps.ts";
import { integer, text } from "./values.ts";

/** One piece of work within a transaction: what it has touched so far, forgotten with it. */
export interface Work {
  readonly context: Context;
  readonly clock: () => number;
  readonly touched: Map<RecordKey, Touched>;
  /** The next free slot of records that this work has added resources to. */
  readonly nextSlots: Map<RecordKey, number>;
  /** Numbers of sources' children that this work has asked for, by source and local id. */
  readonly children: Map<string, number>;
}

/** A record as the work has left it. The times are infinite the wrong way round while nothing was ever told in it. */
interface Touched {
  readonly idSpace: IdSpace;
  firstChange: number;
  lastChange: number;
}

export function createWork(context: Context, clock: () => number): Work {
  return { context, clock, touched: new Map(), nextSlots: new Map(), children: new Map() };
}

/** A record that the work itself has made. */
export function made({ touched }: Work, record: RecordKey, idSpace: IdSpace): void {
  touched.set(record, { idSpace, firstChange: Number.POSITIVE_INFINITY, lastChange: Number.NEGATIVE_INFINITY });
}

/**
 * A record's version counts transactions, so the first change of a work raises it and the others do not. `at` is the
 * time that what is told now carries, for the span of the record's changes. Answers with the id space of the record.
 */
export function* touch(work: Work, record: RecordKey, at?: number): Steps<IdSpace> {
  const known = work.touched.get(record) ?? (yield* firstTouch(work, record));
  if (at !== undefined && (at > known.lastChange || at < known.firstChange)) {
    known.firstChange = Math.min(known.firstChange, at);
    known.lastChange = Math.max(known.lastChange, at);
    yield* write(
      "UPDATE record SET first_change = ?, last_change = ? WHERE key = ?",
      known.firstChange,
      known.lastChange,
      record,
    );
  }
  return known.idSpace;
}

/** Without a step, where the work has told as much already: so of all but the first that it tells in a record. */
export function touchedBefore({ touched }: Work, record: RecordKey, at: number): IdSpace | undefined {
  const known = touched.get(record);
  return known !== undefined && at >= known.firstChange && at <= known.lastChange ? known.idSpace : undefined;
}

function* firstTouch({ touched }: Work, record: RecordKey): Steps<Touched> {
  // Asked for by itself: a RETURNING clause costs SQLite four times as much as the reading.
  const found = yield* row("SELECT id_space, first_change, last_change FROM record WHERE key = ?", record);
  if (found === undefined) throw new Error("The store was asked to change a record that it does not hold.");
  const known = {
    idSpace: text(found.id_space),
    firstChange: found.first_change === null ? Number.POSITIVE_INFINITY : integer(found.first_change),
    lastChange: found.last_change === null ? Number.NEGATIVE_INFINITY : integer(found.last_change),
  };
  yield* write("UPDATE record SET version = version + 1 WHERE key = ?", record);
  touched.set(record, known);
  return known;
}
