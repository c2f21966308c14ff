import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Derive } from "./derive.ts";
import { codeOf, SQLITE_BUSY } from "./errors.ts";
import { checkSchema, makeSchema } from "./schema.ts";

/** Three resources of one kilobyte a page. Larger pages hold more of them, and cost more to log for one changed row. */
const PAGE_BYTES = 4_096;
/** Pages kept by each connection. The operating system's cache holds the rest, and gives it back when asked. */
const CACHE_KIBIBYTES = 12_288;
/** The writer copies the log into the file itself at 64 MiB, if nothing has done so beside it. */
const CHECKPOINT_PAGES = 16_000;
const LOG_BYTES_MAX = 67_108_864;
/** How long opening and reading wait while another process recovers or makes the file. */
const READ_WAIT_MS = 5_000;

/** One connection with its prepared statements. */
export interface Connection {
  readonly database: DatabaseSync;
  /** The statement for this text, prepared at first use and kept. */
  statement(sql: string): StatementSync;
  /** The same, giving rows as arrays, for where a row's cost counts. */
  arrays(sql: string): StatementSync;
}

/** @throws SchemaError when the file was written by another version or program. */
export function openConnection(path: string, derive?: Derive): Connection {
  const database = new DatabaseSync(path, { timeout: READ_WAIT_MS });
  try {
    configure(database, derive);
  } catch (error) {
    database.close();
    throw error;
  }
  return toConnection(database);
}

/** A database that is open, with the statements that will be prepared on it. */
export function toConnection(database: DatabaseSync): Connection {
  return { database, statement: keepStatements(database, false), arrays: keepStatements(database, true) };
}

function configure(database: DatabaseSync, derive: Derive | undefined): void {
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
    PRAGMA secure_delete = FAST;
  `);
  if (found !== "ready") makeSchema(database, derive);
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

/** SQLite's own word for "another connection is writing". */
export function isBusy(error: unknown): boolean {
  return codeOf(error) === SQLITE_BUSY;
}
