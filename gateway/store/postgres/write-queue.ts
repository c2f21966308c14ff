import { setImmediate as nextTurn } from "node:timers/promises";
import type { WriteOptions, WriteTransaction } from "../store.ts";
import { StoreUnavailableError } from "../unavailable.ts";
import { ConflictError, ConnectionLostError } from "./errors.ts";
import { type Queued, UnsettledError, WriteGroup, type Writing } from "./write-group.ts";

/** How often a work is run again that the loss of a connection, or another transaction, broke off. */
const ATTEMPTS_MAX = 3;

export interface WriteQueue {
  add<T>(work: (transaction: WriteTransaction) => Promise<T>, options?: WriteOptions): Promise<T>;
  /** Refuses what comes from now on; resolves when all that came before has been committed or refused. */
  close(): Promise<void>;
}

/**
 * One writer: works run one after another, and those that queued while others ran share a transaction and its commit. Over
 * all processes one transaction at a time, since each changes the same row first.
 */
export function createWriteQueue(writing: Writing): WriteQueue {
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
    add(work, options = {}) {
      return new Promise((resolve, reject) => {
        if (closed) {
          reject(new StoreUnavailableError("The store is closed."));
          return;
        }
        queue.push({
          ...options,
          attempts: 0,
          isCareful: false,
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

async function runGroup(writing: Writing, queue: Queued[]): Promise<void> {
  let group: WriteGroup;
  try {
    group = new WriteGroup(writing, await writing.line.open());
  } catch (error) {
    for (const { reject } of queue.splice(0)) reject(error);
    return;
  }
  try {
    await group.run(queue);
  } catch (error) {
    runAgain(queue, group, error);
    return;
  }
  group.tell();
}

/** Nothing of the group holds, and nobody was told of it: its works are run again, where that may help. */
function runAgain(queue: Queued[], group: WriteGroup, error: unknown): void {
  const isWorthwhile = error instanceof ConflictError || (error instanceof ConnectionLostError && error.isOutcomeKnown);
  const again: Queued[] = [];
  for (const queued of group.works) {
    if (error instanceof UnsettledError) {
      queued.isCareful = true;
      again.push(queued);
      continue;
    }
    queued.attempts += 1;
    if (isWorthwhile && queued.attempts < ATTEMPTS_MAX) again.push(queued);
    else queued.reject(toTold(error));
  }
  queue.unshift(...again);
}

function toTold(error: unknown): unknown {
  return error instanceof StoreUnavailableError
    ? new StoreUnavailableError(error.message, { isOutcomeKnown: error.isOutcomeKnown })
    : error;
}
