import { rmSync } from "node:fs";
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";

/**
 * The stored shape. Nothing stands here that the log does not hold, and of what may name a person only patients' ids:
 * payloads are read from the journals themselves, so that they are gone with them.
 */
const TABLES = `
-- Processes that write chains, in the order of their first leaves.
-- (0, 'gateway')
CREATE TABLE chain (number INTEGER PRIMARY KEY, process TEXT NOT NULL UNIQUE) STRICT;

-- How far each file of the log was read, and its last bytes up to there, to see that it is still the same file. A
-- purged journal has no row, and its id is never given again.
-- (3, 'gateway.2026-01-31.000001.journal', 48211, '…"sequence":31,"time":1769860800000}}\\n', 0)
CREATE TABLE file (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  read_to INTEGER NOT NULL,
  tail TEXT NOT NULL,
  is_complete INTEGER NOT NULL
) STRICT;

-- Leaves, and where the journals hold their payloads. position = chain * 2^40 + sequence.
-- (7, 0, 1769860800000, x'9f…', 'read', 'success', 'gp-demo', 'Y99999', 'TREAT', 'gp/1', '6(1)(e) …',
--  'engine-1 …', 3, 2210, 480)
CREATE TABLE entry (
  position INTEGER PRIMARY KEY,
  chain INTEGER NOT NULL,
  time INTEGER NOT NULL,
  hash BLOB NOT NULL,
  interaction TEXT NOT NULL,
  outcome TEXT NOT NULL,
  client TEXT,
  organization TEXT,
  purpose TEXT,
  agreement TEXT,
  legal_basis TEXT,
  rules TEXT,
  file INTEGER,
  payload_start INTEGER,
  payload_bytes INTEGER
) STRICT;
CREATE INDEX entry_by_time ON entry (chain, time);
CREATE INDEX entry_by_hash ON entry (hash);

-- Whose data were released, as long as the journal is there that says so.
-- ('b7c1…', 7, 3); by the keyed hash of the NHS number too: ('number:k3…', 7, 3)
CREATE TABLE entry_patient (
  patient TEXT NOT NULL,
  position INTEGER NOT NULL,
  file INTEGER NOT NULL,
  PRIMARY KEY (patient, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX entry_patient_of_file ON entry_patient (file);
`;

/** Grows with every change above: an index of another version is made again. */
const VERSION = 2;
/** "EYAI", so that another program's file is not taken for ours. */
const APPLICATION_ID = 0x45594149;

/** Sequences of one chain; a thousand million million records are none that anybody will write. */
export const CHAIN_POSITIONS = 2 ** 40;

/** How a keyed hash stands among patients' ids, which never hold a colon. */
export function toNumberKey(number: string): string {
  return `number:${number}`;
}

export type Row = Record<string, SQLOutputValue>;

/** The index cannot be gone on with, and is to be made again: damaged, of another version, or of another log. */
export class IndexDamage extends Error {
  override readonly name = "IndexDamage";
}

/**
 * Opens the index, with tables when it is new.
 * @throws IndexDamage when it is none of ours
 */
export function openIndex(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    const version = pragma(database, "user_version");
    const application = pragma(database, "application_id");
    if ((version !== 0 || application !== 0) && (version !== VERSION || application !== APPLICATION_ID)) {
      throw new IndexDamage("The audit index is of another version.");
    }
    // What is deleted is overwritten: a purge is no purge otherwise.
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON");
    if (version === 0) {
      database.exec(
        `BEGIN; ${TABLES} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${VERSION}; COMMIT`,
      );
    }
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Takes the index away, so that the next opening makes it anew. */
export function deleteIndex(path: string): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
}

function pragma(database: DatabaseSync, name: "user_version" | "application_id"): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

const SQLITE_ERROR = 1;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** A table that is not there, pages that cannot be, a file that is no database. */
export function isDamage(error: unknown): boolean {
  if (error instanceof IndexDamage) return true;
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return false;
  return [SQLITE_ERROR, SQLITE_CORRUPT, SQLITE_NOTADB].includes(error.errcode & 0xff);
}

export function text(value: SQLOutputValue | undefined): string {
  if (typeof value !== "string") throw new IndexDamage("The audit index holds no text where text was expected.");
  return value;
}

export function integer(value: SQLOutputValue | undefined): number {
  if (typeof value !== "number") throw new IndexDamage("The audit index holds no number where one was expected.");
  return value;
}
