import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { Transaction } from "../statements/transaction.ts";
import type { WriteOptions, WriteTransaction } from "../store.ts";
import { StoreUnavailableError } from "../unavailable.ts";
import { type Connection, isBusy } from "./connection.ts";
import { SqliteDriver } from "./driver.ts";
import { toStoreError } from "./errors.ts";

/** Works that share one commit: enough that the flush to disk no longer counts, few enough that nobody waits long. */
const GROUP_WORKS_MAX = 128;
/** Beyond this a group commits what it has, however many still wait. */
const GROUP_MS_MAX = 25;
/** Works answer without leaving the thread, so a group must let queries run in between by itself. */
const TURN_MS_MAX = 4;
/** Another process writes: ask again soon, never by blocking the thread, and give up in the end. */
const BUSY_PAUSE_MS = 2;
const BUSY_MS_MAX = 30_000;

interface Queued {
  readonly flush: WriteOptions["flush"];
  /** Runs the work and answers with what tells its caller so, to be called once the commit is durable. */
  run(transaction: WriteTransaction): Promise<() => void>;
  reject(error: unknown): void;
}

export interface WriteQueue {
  add<T>(work: (transaction: WriteTransaction) => Promise<T>, options?: WriteOptions): Promise<T>;
  /** Refuses what comes from now on; resolves when all that came before has been committed or refused. */
  close(): Promise<void>;
}

export interface WriteQueueOptions {
  /** Milliseconds since 1970, for expiry alone. */
  readonly clock: () => number;
  /** Called as soon as a group is committed, before anybody is told. */
  readonly onCommit: () => void;
}

/**
 * One writer: works run one after another, and those that queued while others ran share a transaction and its flush,
 * each within a savepoint of its own.
 */
export function createWriteQueue(connection: Connection, { clock, onCommit }: WriteQueueOptions): WriteQueue {
  const writing = { connection, driver: new SqliteDriver(connection), clock };
  const queue: Queued[] = [];
  let draining: Promise<void> | undefined;
  let closed = false;

  async function drain(): Promise<void> {
    // Requests that arrive in the same turn of the event loop get into the same group.
    await nextTurn();
    while (queue.length > 0) await runGroup(writing, onCommit, queue);
    draining = undefined;
  }

  return {
    add(work, { flush } = {}) {
      return new Promise((resolve, reject) => {
        if (closed) {
          reject(new StoreUnavailableError("The store is closed."));
          return;
        }
        queue.push({
          flush,
          async run(transaction) {
            const value = await work(transaction);
            return () => resolve(value);
          },
          reject,
        });
        draining ??= drain();
      });
    },
    async close() {
      closed = true;
      await draining;
    },
  };
}

interface Writing {
  readonly connection: Connection;
  readonly driver: SqliteDriver;
  readonly clock: () => number;
}

async function runGroup(writing: Writing, onCommit: () => void, queue: Queued[]): Promise<void> {
  const { connection } = writing;
  // Works that may be flushed later share a commit of their own, unless the one before them is flushed anyway.
  const flush = queue[0]?.flush;
  const done: { readonly reject: Queued["reject"]; readonly resolve: () => void }[] = [];
  try {
    // Cannot be changed within a transaction, nor by a statement that is kept: it takes effect while it is prepared.
    // NORMAL flushes the log before it is copied, and not at a commit.
    connection.database.exec(`PRAGMA synchronous = ${flush === "later" ? "NORMAL" : "FULL"}`);
    await begin(connection);
  } catch (error) {
    for (const { reject } of queue.splice(0)) reject(toStoreError(error));
    return;
  }
  try {
    const started = performance.now();
    let turn = started;
    for (let n = 0; n < GROUP_WORKS_MAX; n += 1) {
      if (flush === "later" && queue[0]?.flush !== "later") break;
      const queued = queue.shift();
      if (queued === undefined) break;
      const resolve = await runOne(writing, queued);
      if (resolve !== undefined) done.push({ reject: queued.reject, resolve });
      const now = performance.now();
      if (now - started > GROUP_MS_MAX) break;
      if (now - turn <= TURN_MS_MAX) continue;
      await nextTurn();
      turn = performance.now();
    }
    connection.statement("COMMIT").run();
    onCommit();
  } catch (error) {
    undo(writing, "ROLLBACK");
    for (const { reject } of done) reject(toStoreError(error));
    return;
  }
  for (const { resolve } of done) resolve();
}

async function begin({ statement }: Connection): Promise<void> {
  const givenUp = performance.now() + BUSY_MS_MAX;
  for (;;) {
    try {
      statement("BEGIN IMMEDIATE").run();
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > givenUp) throw error;
    }
    await pause(BUSY_PAUSE_MS);
  }
}

/**
 * Runs one work within the group. Its own failure is told to its caller and to nobody else.
 * @throws when the failure has ended the transaction (a full disk), so that nothing of the group holds.
 */
async function runOne(writing: Writing, queued: Queued): Promise<(() => void) | undefined> {
  const { connection, driver, clock } = writing;
  const transaction = new Transaction(driver, driver.context, clock);
  connection.statement("SAVEPOINT work").run();
  try {
    const resolve = await queued.run(transaction);
    await transaction.finish();
    connection.statement("RELEASE work").run();
    return resolve;
  } catch (error) {
    queued.reject(toStoreError(error));
    if (!connection.database.isTransaction) throw error;
    undo(writing, "ROLLBACK TO work");
    connection.statement("RELEASE work").run();
    return undefined;
  } finally {
    transaction.end();
  }
}

function undo({ connection, driver }: Writing, sql: "ROLLBACK" | "ROLLBACK TO work"): void {
  const { database, statement } = connection;
  driver.forget();
  if (database.isTransaction) statement(sql).run();
}
