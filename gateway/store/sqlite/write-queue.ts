import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { Transaction } from "../statements/transaction.ts";
import { createWork } from "../statements/work.ts";
import type { WriteOptions, WriteTransaction } from "../store.ts";
import { StoreUnavailableError } from "../unavailable.ts";
import { type Connection, isBusy } from "./connection.ts";
import { SqliteDriver } from "./driver.ts";
import { toStoreError } from "./errors.ts";
import type { LogFlush } from "./log-flush.ts";

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
  /** How commits are flushed beside the thread; where it is absent each is flushed on the thread, by SQLite itself. */
  readonly log?: LogFlush | undefined;
}

/**
 * One writer: works run one after another, and those that queued while others ran share a transaction and its flush; each
 * within a savepoint of its own where one of them has failed.
 */
export function createWriteQueue(connection: Connection, options: WriteQueueOptions): WriteQueue {
  const writing = { ...options, connection, driver: new SqliteDriver(connection), isCareful: false };
  const queue: Queued[] = [];
  let draining: Promise<void> | undefined;
  let closed = false;

  async function drain(): Promise<void> {
    // Requests that arrive in the same turn of the event loop get into the same group.
    await nextTurn();
    while (queue.length > 0) await runGroup(writing, queue);
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

interface Writing extends WriteQueueOptions {
  readonly connection: Connection;
  readonly driver: SqliteDriver;
  /** Set once a work failed that had changed something: until a group passes without one, each has a savepoint of its own. */
  isCareful: boolean;
}

/** A work that holds, once its group is committed. */
interface Done {
  readonly queued: Queued;
  readonly resolve: () => void;
}

/** What a work had changed could be taken back with its whole group alone. */
class GroupUndone extends Error {}

async function runGroup(writing: Writing, queue: Queued[]): Promise<void> {
  const { connection, onCommit, log } = writing;
  // Works that may be flushed later share a commit of their own, unless the one before them is flushed anyway.
  const flush = queue[0]?.flush;
  try {
    log?.check();
    // Cannot be changed within a transaction, nor by a statement that is kept: it takes effect while it is prepared.
    // NORMAL flushes the log before it is copied, and not at a commit.
    const isNormal = flush === "later" || log !== undefined;
    connection.database.exec(`PRAGMA synchronous = ${isNormal ? "NORMAL" : "FULL"}`);
    await begin(connection);
  } catch (error) {
    for (const { reject } of queue.splice(0)) reject(toStoreError(error));
    return;
  }
  const done: Done[] = [];
  try {
    await runWorks(writing, queue, done);
    connection.statement("COMMIT").run();
    log?.committed();
    onCommit();
  } catch (error) {
    undo(writing, "ROLLBACK");
    if (error instanceof GroupUndone) queue.unshift(...done.map(({ queued }) => queued));
    else for (const { queued } of done) queued.reject(toStoreError(error));
    return;
  }
  try {
    if (flush !== "later") await log?.settled();
  } catch (error) {
    for (const { queued } of done) queued.reject(error);
    return;
  }
  for (const { resolve } of done) resolve();
}

/**
 * Runs what is queued, until that is enough for one commit, and notes in `done` what holds once it is made.
 * @throws when nothing of it holds
 */
async function runWorks(writing: Writing, queue: Queued[], done: Done[]): Promise<void> {
  const flush = queue[0]?.flush;
  const { isCareful } = writing;
  writing.isCareful = false;
  const started = performance.now();
  let turn = started;
  for (let n = 0; n < GROUP_WORKS_MAX; n += 1) {
    if (flush === "later" && queue[0]?.flush !== "later") break;
    const queued = queue.shift();
    if (queued === undefined) break;
    const resolve = await runOne(writing, queued, isCareful);
    if (resolve !== undefined) done.push({ queued, resolve });
    const now = performance.now();
    if (now - started > GROUP_MS_MAX) break;
    if (now - turn <= TURN_MS_MAX) continue;
    await nextTurn();
    turn = performance.now();
  }
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
 * @throws when nothing of the group holds: the failure has ended the transaction (a full disk), or GroupUndone
 */
async function runOne(writing: Writing, queued: Queued, isCareful: boolean): Promise<(() => void) | undefined> {
  const { connection, driver, clock } = writing;
  const transaction = new Transaction(driver, createWork(driver.context, clock));
  // Within a savepoint SQLite copies what each statement changes: a tenth of what the statements cost.
  if (isCareful) connection.statement("SAVEPOINT work").run();
  driver.hasChanged = false;
  try {
    const resolve = await queued.run(transaction);
    await transaction.finish();
    if (isCareful) connection.statement("RELEASE work").run();
    return resolve;
  } catch (error) {
    queued.reject(toStoreError(error));
    if (!connection.database.isTransaction) throw error;
    writing.isCareful ||= driver.hasChanged;
    if (!isCareful && driver.hasChanged) throw new GroupUndone();
    if (isCareful) undo(writing, "ROLLBACK TO work");
    if (isCareful) connection.statement("RELEASE work").run();
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
