import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { DataClass } from "#mappers/mapper.ts";
import { createInterned, type Interned } from "../statements/interned.ts";
import { dataClass, integer, text } from "../statements/values.ts";
import type { Derive } from "./derive.ts";
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
  readonly origins: Origins;
  readonly interned: Interned;
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
  const statement = keepStatements(database, false);
  return {
    database,
    statement,
    arrays: keepStatements(database, true),
    origins: createOrigins(statement),
    interned: createInterned(statement),
  };
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

/**
 * What `work` takes out of the file is overwritten there as well, wherever it lay. Otherwise that is done only where it
 * costs no further page.
 */
export function overwriting<T>({ database }: Connection, work: () => T): T {
  database.exec("PRAGMA secure_delete = ON");
  try {
    return work();
  } finally {
    database.exec("PRAGMA secure_delete = FAST");
  }
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
