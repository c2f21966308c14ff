import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import { MoveError, type Part, type Source } from "../move/side.ts";
import { toSourceName } from "../move/source-name.ts";
import type { Table } from "../move/table.ts";
import { isBusy } from "./connection.ts";
import { readParts, refuseOtherTables } from "./move-tables.ts";
import { checkSchema } from "./schema.ts";

const WAIT_MS = 5_000;

/**
 * Opens the embedded engine's file to be moved: for itself alone, so that nobody writes it meanwhile, or, where somebody has
 * it open, as it is now.
 *
 * @throws MoveError when there is none, or it is not of this gateway's version
 */
export function openSqliteSource(path: string, tables: readonly Table[]): Source {
  if (!existsSync(path)) throw new MoveError("DATA_DIR holds no store: there is nothing to move.");
  const alone = openAlone(path);
  const database = alone ?? new DatabaseSync(path, { readOnly: true, timeout: WAIT_MS });
  try {
    if (checkSchema(database) !== "ready") {
      throw new MoveError(
        "The store's file is not of this gateway's version: start this gateway once, then try again.",
      );
    }
    refuseOtherTables(database, tables);
    // What is read first holds all that follows to its moment.
    if (alone === undefined) database.exec("BEGIN");
    return new SqliteSource(database, alone !== undefined);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** `undefined` where anybody else has the file open: nobody gets it exclusively then. */
function openAlone(path: string): DatabaseSync | undefined {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE");
    return database;
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    const code = error instanceof Error && "errcode" in error ? ` (SQLite's code ${error.errcode})` : "";
    throw new MoveError(`The store's file cannot be opened to be written${code}: a move holds it for itself alone.`);
  }
}

class SqliteSource implements Source {
  readonly name: string;
  readonly isAtRest: boolean;
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync, isAtRest: boolean) {
    this.#database = database;
    this.isAtRest = isAtRest;
    this.name = toSourceName(
      database.prepare("SELECT key, kind, id_space, patient_id, authority FROM record ORDER BY key LIMIT 1").get(),
    );
  }

  async *parts(table: Table): AsyncGenerator<Part> {
    for (const part of readParts(this.#database, table, {})) {
      if (part === undefined) await nextTurn();
      else yield part;
    }
  }

  async close(): Promise<void> {
    this.#database.close();
  }
}
