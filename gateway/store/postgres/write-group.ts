import { setTimeout as pause } from "node:timers/promises";
import { type Context, forgetNoted } from "../statements/context.ts";
import { Transaction } from "../statements/transaction.ts";
import type { WriteOptions, WriteTransaction } from "../store.ts";
import { StoreUnavailableError } from "../unavailable.ts";
import { ConflictError, ConnectionLostError } from "./errors.ts";
import type { Line } from "./server.ts";
import { translate } from "./translate.ts";
import type { Wire } from "./wire.ts";
import { WriteDriver } from "./write-driver.ts";

/** PostgreSQL keeps the numbers of 64 savepoints at hand; whoever reads meanwhile looks them up on disk beyond that. */
const GROUP_WORKS_MAX = 60;
/** Beyond this a group commits what it has, however many still wait. */
const GROUP_MS_MAX = 50;
/** How long it is asked what became of a commit that was under way when the connection was lost. */
const DOUBT_MS_MAX = 30_000;
const DOUBT_PAUSE_MS = 100;

export interface Queued {
  readonly flush: WriteOptions["flush"];
  /** How often it was broken off. */
  attempts: number;
  /** Set once a work beside which it ran failed after it seemed done: what it wrote is then waited for before the next begins. */
  isCareful: boolean;
  /** Runs the work and answers with what tells its caller so, to be called once the commit is durable. */
  run(transaction: WriteTransaction): Promise<() => void>;
  reject(error: unknown): void;
}

export interface Writing {
  readonly line: Line;
  readonly context: Context;
  /** Milliseconds since 1970, for expiry alone. */
  readonly clock: () => number;
  /** Names this process among those that write. */
  readonly writer: string;
  /** Number of the last group that was begun. */
  groups: number;
}

/** A work failed of which others were not told in time: all of the group are to be run again, one waiting for the other. */
export class UnsettledError extends Error {}

const CHANGE = translate("UPDATE store_change SET number = number + 1 WHERE one = 1");
const MARK = translate(
  `INSERT INTO store_writer (id, number, at) VALUES (?, ?, ?)
   ON CONFLICT (id) DO UPDATE SET number = excluded.number, at = excluded.at`,
);

/**
 * Works that share a transaction. Nothing is waited for but what a work itself asks: neither the beginning, nor what ends
 * each work, nor the last of them before the commit. Where one of these fails the transaction is broken, so that the commit
 * that follows on its heels commits nothing.
 */
export class WriteGroup {
  readonly #writing: Writing;
  readonly #wire: Wire;
  readonly #number: number;
  readonly #works: Queued[] = [];
  readonly #told: (() => void)[] = [];
  #begun: Promise<unknown> = Promise.resolve();
  /** Ends of works that were not waited for. */
  #ends: Promise<void>[] = [];

  constructor(writing: Writing, wire: Wire) {
    this.#writing = writing;
    this.#wire = wire;
    writing.groups += 1;
    this.#number = writing.groups;
  }

  /** Those whose callers have not been told yet. */
  get works(): readonly Queued[] {
    return this.#works;
  }

  /** Tells all that their works are committed. */
  tell(): void {
    for (const resolve of this.#told) resolve();
  }

  /** Takes works from the queue and commits them. @throws when nothing of them holds, so that `works` are all to be told. */
  async run(queue: Queued[]): Promise<void> {
    const flush = queue[0]?.flush;
    try {
      this.#begin(flush);
      const started = performance.now();
      for (let n = 0; n < GROUP_WORKS_MAX; n += 1) {
        // Works that may be flushed later share a commit of their own, unless the one before them is flushed anyway.
        if (flush === "later" && queue[0]?.flush !== "later") break;
        const queued = queue.shift();
        if (queued === undefined) break;
        await this.#runOne(queued);
        if (performance.now() - started > GROUP_MS_MAX) break;
      }
      await this.#commit();
    } catch (error) {
      forgetNoted(this.#writing.context);
      this.#wire.send("ROLLBACK").catch(() => {});
      throw error;
    }
  }

  /** Waits on the server for every other writer: the first change of each transaction is to the same row. */
  #begin(flush: WriteOptions["flush"]): void {
    const { writer, clock } = this.#writing;
    this.#begun = allOf([
      this.#wire.send(flush === "later" ? "BEGIN; SET LOCAL synchronous_commit = off" : "BEGIN"),
      this.#wire.put(CHANGE, []),
      this.#wire.put(MARK, [writer, this.#number, clock()]),
    ]);
    this.#begun.catch(() => {});
  }

  /** Its own failure is told to its caller and to nobody else. @throws when the failure has ended the transaction */
  async #runOne(queued: Queued): Promise<void> {
    const { context, clock } = this.#writing;
    const driver = new WriteDriver(this.#wire, context);
    const transaction = new Transaction(driver, context, clock);
    this.#works.push(queued);
    this.#wire.send("SAVEPOINT work").catch(() => {});
    try {
      const resolve = await queued.run(transaction);
      await transaction.finish();
      transaction.end();
      const end = await driver.end("RELEASE work");
      if (queued.isCareful) await end.done;
      else this.#ends.push(end.done);
      this.#told.push(resolve);
    } catch (error) {
      transaction.end();
      await this.#settle();
      const failure = await driver.settle().catch((first: unknown) => first);
      const ending = [failure, error].find(isOfGroup);
      if (ending !== undefined) throw ending;
      forgetNoted(context);
      await this.#wire.send("ROLLBACK TO work; RELEASE work");
      this.#works.pop();
      queued.reject(failure ?? error);
    }
  }

  /** Waits for what was not waited for. @throws when it has failed */
  async #settle(): Promise<void> {
    await this.#begun;
    const ends = this.#ends.splice(0);
    try {
      for (const end of ends) await end;
    } catch (error) {
      // Of one work alone it is plain whose failure it is.
      if (isOfGroup(error) || this.#works.length === 1) throw error;
      throw new UnsettledError("A work failed after it seemed done.");
    }
  }

  async #commit(): Promise<void> {
    if (this.#works.length === 0) {
      await this.#wire.send("ROLLBACK");
      return;
    }
    const committed = this.#wire.send("COMMIT");
    committed.catch(() => {});
    try {
      await this.#settle();
      await committed;
    } catch (error) {
      if (!(error instanceof ConnectionLostError)) throw error;
      if (!(await this.#isCommitted())) throw error;
      forgetNoted(this.#writing.context);
    }
  }

  /**
   * Whether the transaction holds whose commit was under way when the connection was lost. Waits for the row that it
   * changed first, so that it is over, and looks for the mark that it left.
   */
  async #isCommitted(): Promise<boolean> {
    const { line, writer } = this.#writing;
    const givenUp = performance.now() + DOUBT_MS_MAX;
    for (;;) {
      try {
        const wire = await line.open();
        const steps = [
          wire.send("BEGIN"),
          wire.send("SELECT number FROM store_change WHERE one = 1 FOR UPDATE"),
          wire.ask({ sql: "SELECT number FROM store_writer WHERE id = ?", values: [writer], wanted: "row" }),
          wire.send("COMMIT"),
        ] as const;
        await allOf(steps);
        const found = await steps[2];
        return typeof found === "object" && "number" in found && found.number === this.#number;
      } catch (error) {
        if (performance.now() > givenUp) {
          const why = error instanceof Error ? error.message : "";
          throw new StoreUnavailableError(`What became of a commit could not be found out. ${why}`, {
            isOutcomeKnown: false,
          });
        }
      }
      await pause(DOUBT_PAUSE_MS);
    }
  }
}

function isOfGroup(error: unknown): boolean {
  return error instanceof ConnectionLostError || error instanceof ConflictError;
}

/** Waits for all, and throws what failed first. */
async function allOf(answers: readonly Promise<unknown>[]): Promise<void> {
  for (const answer of answers) answer.catch(() => {});
  for (const answer of answers) await answer;
}
