import { DatabaseSync } from "node:sqlite";
import type { RecordKey, StoredPerson, StoredRecord } from "../record.ts";
import { readPerson, readRecord } from "../statements/read.ts";
import { SqliteReader } from "../statements/reader.ts";
import type { ReadVerbs } from "../store.ts";
import { type Connection, toConnection } from "./connection.ts";
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

class SqliteReadOnly extends SqliteReader implements ReadOnlyStore {
  override async record(key: RecordKey): Promise<StoredRecord | undefined> {
    return this.#atOneMoment((connection) => readRecord(connection, key));
  }

  override async person(key: RecordKey): Promise<StoredPerson | undefined> {
    return this.#atOneMoment((connection) => readPerson(connection, key));
  }

  #atOneMoment<T>(read: (connection: Connection) => T): T {
    const { statement } = this.connection;
    statement("BEGIN").run();
    try {
      return read(this.connection);
    } finally {
      statement("COMMIT").run();
    }
  }

  close(): void {
    this.connection.database.close();
  }
}
