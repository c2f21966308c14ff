import { DatabaseSync, type SQLOutputValue, type StatementSync } from "node:sqlite";
import type { DataClass } from "#mappers/mapper.ts";
import { checkSchema, makeSchema } from "./schema.ts";

/** Three resources of one kilobyte a page. Larger pages hold more of them, and cost more to log for one changed row. */
const PAGE_BYTES = 4_096;
/** Pages kept by each connection. The operating system's cache holds the rest, and gives it back when asked. */
const CACHE_KIBIBYTES = 12_288;
/** The log is copied into the file about every 16 MiB: often enough to stay small, seldom enough to spare rewrites. */
const CHECKPOINT_PAGES = 4_000;
const LOG_BYTES_MAX = 67_108_864;
/** How long opening and reading wait while another process recovers or makes the file. */
const READ_WAIT_MS = 5_000;

/** A row as `node:sqlite` gives it: by column name, or by number where a statement returns arrays. */
export type Row = Record<string, SQLOutputValue>;

/** One connection with its prepared statements. */
export interface Connection {
  readonly database: DatabaseSync;
  /** The statement for this text, prepared at first use and kept. */
  statement(sql: string): StatementSync;
  /** The same, giving rows as arrays, for where a row's cost counts. */
  arrays(sql: string): StatementSync;
  readonly origins: Origins;
}

export interface Origin {
  readonly source: string;
  readonly dataClass: DataClass;
}

/** The few pairs of source and data class that all resources come from. */
export interface Origins {
  byId(id: number): Origin;
  idOf(origin: Origin): number;
  /** What was noted in a transaction that was rolled back is no longer so. */
  forget(): void;
}

/** @throws SchemaError when the file was written by another version or program. */
export function openConnection(path: string): Connection {
  const database = new DatabaseSync(path, { timeout: READ_WAIT_MS });
  try {
    configure(database);
  } catch (error) {
    database.close();
    throw error;
  }
  const statement = keepStatements(database, false);
  return { database, statement, arrays: keepStatements(database, true), origins: createOrigins(statement) };
}

function configure(database: DatabaseSync): void {
  const found = checkSchema(database);
  database.exec(`
    PRAGMA page_size = ${PAGE_BYTES};
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
    PRAGMA journal_size_limit = ${LOG_BYTES_MAX};
    PRAGMA cache_size = -${CACHE_KIBIBYTES};
    PRAGMA mmap_size = 0;
    PRAGMA temp_store = MEMORY;
  `);
  if (found !== "ready") makeSchema(database);
}

function keepStatements(database: DatabaseSync, returnArrays: boolean): (sql: string) => StatementSync {
  const statements = new Map<string, StatementSync>();
  return (sql) => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const prepared = database.prepare(sql);
    prepared.setReturnArrays(returnArrays);
    statements.set(sql, prepared);
    return prepared;
  };
}

function createOrigins(statement: (sql: string) => StatementSync): Origins {
  const byId = new Map<number, Origin>();
  const ids = new Map<string, number>();
  return {
    byId(id) {
      const known = byId.get(id);
      if (known !== undefined) return known;
      const row = statement("SELECT source, data_class FROM origin WHERE id = ?").get(id);
      const origin = { source: text(row?.source), dataClass: dataClass(row?.data_class) };
      byId.set(id, origin);
      return origin;
    },
    idOf(origin) {
      const name = `${origin.dataClass} ${origin.source}`;
      const known = ids.get(name);
      if (known !== undefined) return known;
      // Writing the same value again makes an existing row answer with its id.
      const row = statement(
        `INSERT INTO origin (source, data_class) VALUES (?, ?)
         ON CONFLICT DO UPDATE SET source = excluded.source RETURNING id`,
      ).get(origin.source, origin.dataClass);
      const id = integer(row?.id);
      ids.set(name, id);
      return id;
    },
    forget() {
      byId.clear();
      ids.clear();
    },
  };
}

export function text(value: SQLOutputValue | undefined): string {
  if (typeof value !== "string") throw new TypeError("The store holds no text where text was expected.");
  return value;
}

export function integer(value: SQLOutputValue | undefined): number {
  if (typeof value !== "number") throw new TypeError("The store holds no number where a number was expected.");
  return value;
}

/** The bytes as a Buffer over the same memory. */
export function bytes(value: SQLOutputValue | undefined): Buffer {
  if (!(value instanceof Uint8Array)) throw new TypeError("The store holds no bytes where bytes were expected.");
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** A word out of a closed list, checked on its way out of the store. */
export function word<Word extends string>(
  words: Readonly<Record<Word, true>>,
  value: SQLOutputValue | undefined,
): Word {
  const found = text(value);
  if (isWord(words, found)) return found;
  throw new TypeError("The store holds a word that this version does not know.");
}

function isWord<Word extends string>(words: Readonly<Record<Word, true>>, value: string): value is Word {
  return Object.hasOwn(words, value);
}

const DATA_CLASSES: Readonly<Record<DataClass, true>> = { "health-visiting": true, education: true, sharing: true };

export function dataClass(value: SQLOutputValue | undefined): DataClass {
  return word(DATA_CLASSES, value);
}

/** SQLite's own word for "another connection is writing". */
export function isBusy(error: unknown): boolean {
  const SQLITE_BUSY = 5;
  return (
    error instanceof Error &&
    "errcode" in error &&
    typeof error.errcode === "number" &&
    (error.errcode & 0xff) === SQLITE_BUSY
  );
}
