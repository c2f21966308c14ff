import type { IdSpace, RecordKey } from "../record.ts";
import type { Context } from "./context.ts";
import { RECORD_SLOTS } from "./slots.ts";
import { row, type Statement, type Steps, toWrite } from "./steps.ts";
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
  /** Whether the version is still to be raised for this work. */
  isToBeRaised: boolean;
  /** Whether anything of it is still to be written. */
  isPending: boolean;
}

export function createWork(context: Context, clock: () => number): Work {
  return { context, clock, touched: new Map(), nextSlots: new Map(), children: new Map() };
}

/** A record that the work itself has made: nothing is in it. */
export function made({ touched, nextSlots }: Work, record: RecordKey, idSpace: IdSpace): void {
  nextSlots.set(record, record * RECORD_SLOTS);
  touched.set(record, {
    idSpace,
    firstChange: Number.POSITIVE_INFINITY,
    lastChange: Number.NEGATIVE_INFINITY,
    isToBeRaised: false,
    isPending: false,
  });
}

/**
 * A record's version counts transactions, so the first change of a work raises it and the others do not. `at` is the
 * time that what is told now carries, for the span of the record's changes. Both are noted, and written by `writeTouched`.
 * Answers with the id space of the record.
 */
export function* touch(work: Work, record: RecordKey, at?: number): Steps<IdSpace> {
  const known = work.touched.get(record) ?? (yield* firstTouch(work, record));
  return stretch(known, at);
}

/** The same without a step, where the work has touched the record before: so for all but the first that it tells in it. */
export function touchAgain({ touched }: Work, record: RecordKey, at: number): IdSpace | undefined {
  const known = touched.get(record);
  return known && stretch(known, at);
}

function stretch(known: Touched, at: number | undefined): IdSpace {
  if (at !== undefined && (at > known.lastChange || at < known.firstChange)) {
    known.firstChange = Math.min(known.firstChange, at);
    known.lastChange = Math.max(known.lastChange, at);
    known.isPending = true;
  }
  return known.idSpace;
}

function* firstTouch({ touched }: Work, record: RecordKey): Steps<Touched> {
  const found = yield* row("SELECT id_space, first_change, last_change FROM record WHERE key = ?", record);
  if (found === undefined) throw new Error("The store was asked to change a record that it does not hold.");
  const known = {
    idSpace: text(found.id_space),
    firstChange: found.first_change === null ? Number.POSITIVE_INFINITY : integer(found.first_change),
    lastChange: found.last_change === null ? Number.NEGATIVE_INFINITY : integer(found.last_change),
    isToBeRaised: true,
    isPending: true,
  };
  touched.set(record, known);
  return known;
}

/** The span of the changes of a record that the work has touched; empty while nothing was ever told in it. */
export function spanOf({ touched }: Work, record: RecordKey): readonly number[] {
  const { firstChange = Number.NaN, lastChange = Number.NaN } = touched.get(record) ?? {};
  return [firstChange, lastChange].filter(Number.isFinite);
}

/** Writes versions and spans, once for all that a work tells in a record; before any of them is read, and in the end. */
export function* writeTouched({ touched }: Work): Steps<void> {
  const writes: Statement[] = [];
  for (const [record, known] of touched) {
    if (!known.isPending) continue;
    const { firstChange, lastChange, isToBeRaised } = known;
    writes.push(toWrite(WRITE_TOUCHED, isToBeRaised ? 1 : 0, finite(firstChange), finite(lastChange), record));
    known.isToBeRaised = false;
    known.isPending = false;
  }
  if (writes.length > 0) yield writes;
}

const WRITE_TOUCHED = "UPDATE record SET version = version + ?, first_change = ?, last_change = ? WHERE key = ?";

function finite(time: number): number | null {
  return Number.isFinite(time) ? time : null;
}
