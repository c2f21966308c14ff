import { DatabaseSync } from "node:sqlite";
import { Reader } from "../statements/reader.ts";
import type { ReadVerbs } from "../store.ts";
import { type Connection, toConnection } from "./connection.ts";
import { SqliteDriver } from "./driver.ts";
import { checkSchema, SchemaError } from "./schema.ts";

const WAIT_ms = 5_000;

export interface ReadOnlyStore extends ReadVerbs {
  close(): void;
}

/**
 * Opens the embedded engine's file for reading alone, whether a gateway runs on it or not. Nothing in it is changed, nor
 * brought forward.
 *
 * @throws SchemaError when the file was written by another version or program
 */
export function openSqliteReadOnly(path: string): ReadOnlyStore {
  const database = new DatabaseSync(path, { readOnly: true, timeout: WAIT_ms });
  try {
    if (checkSchema(database) !== "ready") {
      throw new SchemaError(
        "The store's file is not of this gateway's version: start this gateway once, then try again.",
      );
    }
    return new SqliteReadOnly(toConnection(database));
  } catch (error) {
    database.close();
    throw error;
  }
}

class SqliteReadOnly extends Reader implements ReadOnlyStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    super(new SqliteDriver(connection));
    this.#connection = connection;
  }

  close(): void {
    this.#connection.database.close();
  }
}
