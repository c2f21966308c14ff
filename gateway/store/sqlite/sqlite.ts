import { Reader } from "../statements/reader.ts";
import { integer } from "../statements/values.ts";
import type { Store, WriteOptions, WriteTransaction } from "../store.ts";
import { StoreUnavailableError } from "../unavailable.ts";
import { type Checkpointer, createCheckpointer } from "./checkpointer.ts";
import { type Connection, openConnection } from "./connection.ts";
import type { Derive } from "./derive.ts";
import { SqliteDriver } from "./driver.ts";
import { type LogFlush, openLogFlush } from "./log-flush.ts";
import { createWriteQueue, type WriteQueue } from "./write-queue.ts";

/**
 * The embedded engine, one file on Node's own SQLite. Several processes may open the same file, if all say so.
 *
 * @throws SchemaError when the file was written by a newer gateway or by another program, or cannot be brought forward
 */
export function createSqliteStore(options: SqliteStoreOptions): Store {
  const writer = openConnection(options.path, options.derive);
  // Waiting for another writer is the queue's affair; SQLite's own way would stop the whole thread.
  writer.database.exec("PRAGMA busy_timeout = 0");
  const reader = openConnection(options.path);
  return new SqliteStore(reader, writer, options);
}

export interface SqliteStoreOptions {
  /** File of the store; made when absent, in a directory that exists. */
  readonly path: string;
  /** Milliseconds since 1970, for expiry alone. */
  readonly clock?: () => number;
  /**
   * Set when no other process uses this file: its own commits are then all there are, and need not be looked for in the
   * file at every request; and nobody else can read what this process has not brought to the disk yet. Default false.
   */
  readonly isAlone?: boolean;
  /** Rows changed between two looks at how far the log has grown; a test sets it low. */
  readonly checkpointChanges?: number;
  /** How a file of an earlier gateway is brought forward; without it, such a file is refused. */
  readonly derive?: Derive;
}

/** Reads go through a connection of their own, which sees committed data only. */
class SqliteStore extends Reader implements Store {
  readonly #reader: Connection;
  readonly #writer: Connection;
  readonly #queue: WriteQueue;
  readonly #checkpointer: Checkpointer | undefined;
  readonly #isAlone: boolean;
  readonly #log: LogFlush | undefined;
  #commits = 0;
  #closed: Promise<void> | undefined;

  constructor(reader: Connection, writer: Connection, options: SqliteStoreOptions) {
    super(new SqliteDriver(reader));
    this.#reader = reader;
    const { path, clock = Date.now, isAlone = false, checkpointChanges: changesMax } = options;
    this.#writer = writer;
    this.#isAlone = isAlone;
    // A scratch store has no log that another connection could reach.
    this.#checkpointer = path === "" ? undefined : createCheckpointer(writer, { path, changesMax });
    this.#log = isAlone && path !== "" ? openLogFlush(path) : undefined;
    this.#queue = createWriteQueue(writer, {
      clock,
      log: this.#log,
      onCommit: () => {
        this.#commits += 1;
        this.#checkpointer?.committed();
      },
    });
  }

  write<T>(work: (transaction: WriteTransaction) => Promise<T>, options?: WriteOptions): Promise<T> {
    return this.#queue.add(work, options);
  }

  changeCounter(): number {
    if (this.#isAlone) return this.#commits;
    return integer(this.#reader.statement("PRAGMA data_version").get()?.data_version);
  }

  settled(): Promise<void> | undefined {
    return this.#log?.settled();
  }

  scratch(): Store {
    // A path that is empty makes SQLite keep the file to itself, and remove it in the end.
    return createSqliteStore({ path: "", isAlone: true });
  }

  async ping(): Promise<void> {
    this.#reader.statement("SELECT count(*) FROM (SELECT 1 FROM record LIMIT 1)").get();
    if (!this.#writer.database.isOpen) throw new StoreUnavailableError("The store is closed.");
    this.#log?.check();
  }

  /** Once: the number of a file that is closed may be another file's by the next time. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#queue.close();
    await this.#log?.settled()?.catch(() => undefined);
    await this.#checkpointer?.close();
    this.#log?.close();
    this.#reader.database.close();
    this.#writer.database.close();
  }
}
