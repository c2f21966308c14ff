import type { AlikeChild, Link } from "../identity-verbs.ts";
import type { Lineage } from "../lineage-verbs.ts";
import type { IdSpace, RecordKey, StoredResource } from "../record.ts";
import type { Context } from "./context.ts";
import { marks, ofLengths } from "./lists.ts";
import { RECORD_SLOTS } from "./slots.ts";
import { arrays, arraysOf, type Statement, type Steps, toWrite } from "./steps.ts";
import { type ArrayRow, integer, type Row, text } from "./values.ts";

/**
 * One piece of work within a transaction: what it has touched so far, forgotten with it. Works that run one after another in
 * a transaction of which all or nothing holds may share it.
 */
export interface Work {
  readonly context: Context;
  readonly clock: () => number;
  /** Records that it has looked at, or touched. */
  readonly records: Map<RecordKey, KnownRecord>;
  /** Records of children that were looked for before it asks, by id space and id, or that there is none. */
  readonly patients: Map<string, RecordKey | "none">;
  /** The next free slot of records that this work has added resources to. */
  readonly nextSlots: Map<RecordKey, number>;
  /** Where resources stand that this work has looked for and not changed since, by id space, type and id. */
  readonly places: Map<string, InSlot>;
  /** Numbers of sources' children that this work has looked for, by source and local id, or that there is none. */
  readonly children: Map<string, number | "none">;
  /** Ids that were drawn for children just now: no source has called one of its own by them yet. */
  readonly drawn: Set<string>;
  /** What the next row of a table is to be numbered, of those that this work has put rows into. */
  readonly numbers: Map<string, number>;
  /** Records, sources' children and lineages that this work has made, each with what it has told of them since. */
  readonly own: Map<string, Set<string>>;
  /** Rows of lineage that this work has looked for, by source and unit: their numbers, or that there is none. */
  readonly lineages: Map<string, number | "none">;
  readonly ahead: ReadAlready;
}

/** What was read for a work before it asks for it. What the work changes is taken out, and read anew. */
export interface ReadAlready {
  /** Rows by source and unit. */
  readonly lineages: Map<string, NotedLineage | "none">;
  /** Of all units that tell of a record, by record, in the order in which they came. */
  readonly lineagesOf: Map<RecordKey, readonly Row[]>;
  /** By source and local id. */
  readonly links: Map<string, Link | "none">;
  /** By identity key. */
  readonly holders: Map<string, readonly RecordKey[]>;
  /** Children under these who are worth reading, by number. */
  readonly resembling: Map<number, AlikeChild>;
  /** Rows under blocking keys, by what was asked for. */
  readonly alike: Map<string, readonly ArrayRow[] | "too-many">;
  /** Rows of what is compared with what is told anew, each under a name of its own. */
  readonly rows: Map<string, readonly Row[]>;
  /** Sources' children of whom something is told, by record. */
  readonly tellers: Map<RecordKey, readonly AlikeChild[]>;
  /** Sources' children of whom nothing is in review. */
  readonly unreviewed: Set<number>;
  /** Records that are never to be one with another. */
  readonly never: Map<RecordKey, readonly RecordKey[]>;
  /** What a record holds, by `type/id`, in the order of its slots. */
  readonly current: Map<RecordKey, ReadonlyMap<string, InSlot>>;
  /** Whole, by id space, type and id. */
  readonly resources: Map<string, StoredResource>;
  /** What was asked for by each blocking key, and the source whose children it passes over. */
  readonly alikeByKey: Map<number, { readonly name: string; readonly passed: number | undefined }[]>;
}

/** What a unit made, and the number of its row. */
export interface NotedLineage {
  readonly lineage: Lineage;
  readonly sequence: number;
}

/** A current resource, and its row. */
export interface InSlot {
  readonly record: RecordKey;
  readonly slot: number;
  readonly version: number;
  readonly contentHash: string;
  /** Hashes under which it stands in `resource_identifier`. */
  readonly identifiers: Buffer | null;
}

/** A record as the work has left it. The times are infinite the wrong way round while nothing was ever told in it. */
export interface KnownRecord {
  readonly idSpace: IdSpace;
  /** With what is still to be raised. */
  version: number;
  firstChange: number;
  lastChange: number;
  /** Whether the work has touched it, so that its version is raised. */
  isTouched: boolean;
  /** By how much the version is still to be raised. */
  toBeRaised: number;
  /** Whether anything of it is still to be written. */
  isPending: boolean;
}

export function createWork(context: Context, clock: () => number): Work {
  return {
    context,
    clock,
    records: new Map(),
    patients: new Map(),
    nextSlots: new Map(),
    places: new Map(),
    children: new Map(),
    drawn: new Set(),
    numbers: new Map(),
    own: new Map(),
    lineages: new Map(),
    ahead: {
      lineages: new Map(),
      lineagesOf: new Map(),
      links: new Map(),
      holders: new Map(),
      resembling: new Map(),
      alike: new Map(),
      alikeByKey: new Map(),
      rows: new Map(),
      tellers: new Map(),
      unreviewed: new Set(),
      never: new Map(),
      current: new Map(),
      resources: new Map(),
    },
  };
}

const LAST_NUMBER = {
  record: "SELECT max(key) FROM record",
  source_child: "SELECT max(id) FROM source_child",
  contribution: "SELECT max(id) FROM contribution",
  link: "SELECT max(sequence) FROM link",
  lineage: "SELECT max(sequence) FROM lineage",
} as const;

/** Tables whose rows are numbered here. */
type Numbered = keyof typeof LAST_NUMBER;

/** The number of a new row. There is one writer, so it is known without asking for each, and rows can be put together. */
export function* newNumber({ numbers }: Work, table: Numbered): Steps<number> {
  if (!numbers.has(table)) yield* readLastNumbers(numbers);
  const next = numbers.get(table) ?? 1;
  numbers.set(table, next + 1);
  return next;
}

/** Of all of these tables in one round: who puts a row into one is about to put rows into others. */
function* readLastNumbers(numbers: Work["numbers"]): Steps<void> {
  const tables = Object.entries(LAST_NUMBER);
  const found = yield* arraysOf(tables.map(([, sql]) => ({ sql, values: [] })));
  for (const [n, [table]] of tables.entries()) {
    const last = found[n]?.[0]?.[0] ?? null;
    numbers.set(table, last === null ? 1 : integer(last) + 1);
  }
}

/** What a work may have made itself. */
export type Place = `record ${RecordKey}` | `child ${number}` | `lineage ${number}`;

/** Notes that a work has made one: nothing is told of it yet. */
export function isMade({ own }: Work, place: Place): void {
  own.set(place, new Set());
}

/** Notes that a work tells this of a place. True where it has made that and tells this for the first time: nothing is there to be looked for. */
export function isFirstTold({ own }: Work, place: Place, what: string): boolean {
  const told = own.get(place);
  if (told === undefined || told.has(what)) return false;
  told.add(what);
  return true;
}

/** Whether a work has made this place and has not told this of it. */
export function isUntold({ own }: Work, place: Place, what: string): boolean {
  return own.get(place)?.has(what) === false;
}

/** Rows were changed on another way than by what is noted of them: from now on all is looked for. */
export function lookAnew({ own, ahead, places }: Work): void {
  own.clear();
  places.clear();
  for (const noted of Object.values(ahead)) noted.clear();
}

/** A record that the work itself has made: nothing is in it. */
export function made(work: Work, record: RecordKey, idSpace: IdSpace): void {
  isMade(work, `record ${record}`);
  work.ahead.lineagesOf.set(record, []);
  work.nextSlots.set(record, record * RECORD_SLOTS);
  const times = { firstChange: Number.POSITIVE_INFINITY, lastChange: Number.NEGATIVE_INFINITY };
  work.records.set(record, { idSpace, version: 1, ...times, isTouched: true, toBeRaised: 0, isPending: false });
}

/**
 * A record's version counts transactions, so the first change of a work raises it and the others do not. `at` is the
 * time that what is told now carries, for the span of the record's changes. Both are noted, and written by `writeTouched`.
 * Answers with the id space of the record.
 */
export function* touch(work: Work, record: RecordKey, at?: number): Steps<IdSpace> {
  const known = work.records.get(record) ?? (yield* lookAtRecord(work, record));
  return stretch(known, at);
}

/** The same without a step, where the work knows the record: so for all but the first that it tells in it. */
export function touchAgain({ records }: Work, record: RecordKey, at: number): IdSpace | undefined {
  const known = records.get(record);
  return known && stretch(known, at);
}

function stretch(known: KnownRecord, at: number | undefined): IdSpace {
  if (!known.isTouched) {
    known.isTouched = true;
    known.version += 1;
    known.toBeRaised += 1;
    known.isPending = true;
  }
  if (at !== undefined && (at > known.lastChange || at < known.firstChange)) {
    known.firstChange = Math.min(known.firstChange, at);
    known.lastChange = Math.max(known.lastChange, at);
    known.isPending = true;
  }
  return known.idSpace;
}

/** Whether the work has noted of any record that it changes it. */
export function hasTouched({ records }: Work): boolean {
  return records.values().some(({ isTouched }) => isTouched);
}

/** What follows is another work of the same transaction, which knows what this one does. */
export function nextWork({ records }: Work): void {
  for (const known of records.values()) known.isTouched = false;
}

function* lookAtRecord(work: Work, record: RecordKey): Steps<KnownRecord> {
  const [found] = yield* arrays(RECORD, record);
  if (found === undefined) throw new Error("The store was asked to change a record that it does not hold.");
  return noteRecord(work, record, found);
}

const KNOWN = "id_space, version, first_change, last_change";
const RECORD = `SELECT ${KNOWN} FROM record WHERE key = ?`;
/** Of many, each behind its key. */
export const RECORDS = ofLengths((length) => `SELECT key, ${KNOWN} FROM record WHERE key IN (${marks(length)})`);

/** `found`: as `RECORD` finds it. */
export function noteRecord({ records }: Work, record: RecordKey, found: ArrayRow): KnownRecord {
  const before = records.get(record);
  if (before !== undefined) return before;
  const [idSpace, version, first = null, last = null] = found;
  const known = {
    idSpace: text(idSpace),
    version: integer(version),
    firstChange: first === null ? Number.POSITIVE_INFINITY : integer(first),
    lastChange: last === null ? Number.NEGATIVE_INFINITY : integer(last),
    isTouched: false,
    toBeRaised: 0,
    isPending: false,
  };
  records.set(record, known);
  return known;
}

/** The span of the changes of a record that the work has touched; empty while nothing was ever told in it. */
export function spanOf({ records }: Work, record: RecordKey): readonly number[] {
  const { firstChange = Number.NaN, lastChange = Number.NaN } = records.get(record) ?? {};
  return [firstChange, lastChange].filter(Number.isFinite);
}

/** Writes versions and spans, once for all that a work tells in a record; before any of them is read, and in the end. */
export function* writeTouched({ records }: Work): Steps<void> {
  const writes: Statement[] = [];
  for (const [record, known] of records) {
    if (!known.isPending) continue;
    const { firstChange, lastChange, toBeRaised } = known;
    writes.push(toWrite(WRITE_TOUCHED, toBeRaised, finite(firstChange), finite(lastChange), record));
    known.toBeRaised = 0;
    known.isPending = false;
  }
  if (writes.length > 0) yield writes;
}

const WRITE_TOUCHED = "UPDATE record SET version = version + ?, first_change = ?, last_change = ? WHERE key = ?";

function finite(time: number): number | null {
  return Number.isFinite(time) ? time : null;
}
