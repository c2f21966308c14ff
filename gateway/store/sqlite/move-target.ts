import { closeSync, existsSync, fsyncSync, openSync, renameSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Digest } from "../move/digest.ts";
import { eachRow, type RowBuffer } from "../move/rows.ts";
import { MoveError, type Target } from "../move/side.ts";
import type { Span, Table } from "../move/table.ts";
import { StoreUnavailableError } from "../unavailable.ts";
import { openConnection } from "./connection.ts";
import { digestOf, MARK, refuseOtherTables, toCondition } from "./move-tables.ts";

/** What is being moved is not called as a store yet, so that no gateway opens it. */
const BEGUN = ".moving";

interface Filling {
  /** Name of the store that is moved. */
  readonly source: string;
  readonly tables: readonly Table[];
  /** Against a store that is there; nothing is changed then. */
  readonly isOnlyCompared: boolean;
}

/**
 * Opens a new file of the embedded engine to be filled, or one that was begun to be filled with the same store.
 *
 * @throws MoveError when there is a store already, or part of another one
 */
export function openSqliteTarget(path: string, { source, tables, isOnlyCompared }: Filling): Target {
  if (isOnlyCompared) return new SqliteTarget(openThere(path, tables), path);
  if (existsSync(path)) {
    throw new MoveError("DATA_DIR holds a store already: point DATA_DIR at a directory that holds none.");
  }
  const { database } = openConnection(path + BEGUN);
  try {
    refuseOtherTables(database, tables);
    database.exec(`PRAGMA synchronous = OFF; CREATE TABLE IF NOT EXISTS ${MARK} (source TEXT NOT NULL) STRICT`);
    const begun = database.prepare(`SELECT source FROM ${MARK}`).get();
    if (begun === undefined) database.prepare(`INSERT INTO ${MARK} (source) VALUES (?)`).run(source);
    else if (begun.source !== source) {
      throw new MoveError(
        "DATA_DIR holds part of another store that was begun to be moved: remove store.sqlite.moving, then try again.",
      );
    }
  } catch (error) {
    database.close();
    throw error;
  }
  return new SqliteTarget(database, path);
}

function openThere(path: string, tables: readonly Table[]): DatabaseSync {
  const place = [path, path + BEGUN].find((one) => existsSync(one));
  if (place === undefined) throw new MoveError("DATA_DIR holds no store: there is nothing to compare with.");
  const database = new DatabaseSync(place, { readOnly: true });
  try {
    refuseOtherTables(database, tables);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

class SqliteTarget implements Target {
  readonly #database: DatabaseSync;
  readonly #path: string;

  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#path = path;
  }

  async isEmpty({ name }: Table): Promise<boolean> {
    return this.#database.prepare(`SELECT 1 FROM ${name} LIMIT 1`).get() === undefined;
  }

  async digest(table: Table, span: Span): Promise<Digest> {
    return digestOf(this.#database, table, span);
  }

  async replace(table: Table, span: Span, rows: RowBuffer | undefined): Promise<void> {
    this.#change(() => {
      const { condition, values } = toCondition(table, span);
      this.#database.prepare(`DELETE FROM ${table.name} ${condition}`).run(...values);
      if (rows !== undefined) this.#insert(table, rows);
    });
  }

  async add(table: Table, rows: RowBuffer): Promise<void> {
    this.#change(() => this.#insert(table, rows));
  }

  async clear({ name }: Table): Promise<void> {
    this.#database.exec(`DELETE FROM ${name}`);
  }

  async beginFilling(): Promise<void> {}

  async endFilling(): Promise<void> {}

  async release(): Promise<void> {
    this.#database.exec(`DROP TABLE ${MARK}; PRAGMA wal_checkpoint(TRUNCATE)`);
    this.#database.close();
    // Closing says nothing of a log that it could not write into the file, for want of room.
    if (existsSync(`${this.#path}${BEGUN}-wal`)) {
      throw new StoreUnavailableError(
        "The last of what was brought over could not be written into store.sqlite.moving.",
      );
    }
    const file = openSync(this.#path + BEGUN, "r+");
    fsyncSync(file);
    closeSync(file);
    renameSync(this.#path + BEGUN, this.#path);
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }

  #change(work: () => void): void {
    this.#database.exec("BEGIN");
    try {
      work();
      this.#database.exec("COMMIT");
    } catch (error) {
      // A full disk ends the transaction by itself.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  /** A row elsewhere that has what is to be unique goes: it is another one where it came from, and comes anew. */
  #insert({ name, columns }: Table, rows: RowBuffer): void {
    const names = columns.map((column) => column.name);
    const statement = this.#database.prepare(
      `INSERT OR REPLACE INTO ${name} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
    );
    for (const cells of eachRow(columns, rows.bytes)) statement.run(...cells);
  }
}
