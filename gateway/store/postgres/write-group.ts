import { setTimeout as pause } from "node:timers/promises";
import { readNamed } from "../statements/ahead.ts";
import { type Context, forgetNoted } from "../statements/context.ts";
import { Transaction } from "../statements/transaction.ts";
import { createWork, hasTouched, nextWork, type Work, writeTouched } from "../statements/work.ts";
import type { WriteOptions, WriteTransaction } from "../store.ts";
import { StoreUnavailableError } from "../unavailable.ts";
import { ConflictError, ConnectionLostError } from "./errors.ts";
import type { Line } from "./server.ts";
import { translate } from "./translate.ts";
import type { Wire } from "./wire.ts";
import { WriteDriver } from "./write-driver.ts";

/** Of works that are careful each has a savepoint: PostgreSQL keeps the numbers of 64 at hand, and looks up further ones on disk. */
const GROUP_WORKS_MAX = 60;
/** Beyond this a group commits what it has, however many still wait. */
const GROUP_MS_MAX = 50;
/** How long it is asked what became of a commit that was under way when the connection was lost. */
const DOUBT_MS_MAX = 30_000;
const DOUBT_PAUSE_MS = 100;

export interface Queued extends WriteOptions {
  /** How often it was broken off. */
  attempts: number;
  /**
   * Set once a work beside which it ran failed after that had changed something: it then runs within a savepoint, and what it
   * wrote is waited for before the next begins.
   */
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
  /** Whether the server takes writes of many rows that look into a table for each. */
  readonly mayLook: boolean;
  /** Names this process among those that write. */
  readonly writer: string;
  /** Number of the last group that was begun. */
  groups: number;
  /** Over which the last group went. */
  wire?: Wire;
}

/** A work failed after it had changed something: all of the group are to be run again, each within a savepoint. */
export class UnsettledError extends Error {}

const CHANGE = translate("UPDATE store_change SET number = number + 1 WHERE one = 1");
const MARK = translate(
  `INSERT INTO store_writer (id, number, at) VALUES (?, ?, ?)
   ON CONFLICT (id) DO UPDATE SET number = excluded.number, at = excluded.at`,
);

/** What works have in common that run one after another, none of them within a savepoint. */
interface Shared {
  readonly driver: WriteDriver;
  readonly work: Work;
}

/**
 * Works that share a transaction. Before the first of them runs it is waited for that no other machine writes: the time that
 * a work reads is then none before what it changes was told. From then on nothing is waited for but what a work itself asks:
 * neither what each work wrote, nor the last of all before the commit. What one has looked for or written is known to the next, and
 * what they write goes out together. Where one of these fails the transaction is broken, so
 * that the commit that follows on its heels commits nothing. Savepoints would be two statements a work, for the few that
 * fail once they have changed something: the works of such a group are run again, each with what it alone knows.
 */
export class WriteGroup {
  readonly #writing: Writing;
  readonly #wire: Wire;
  readonly #number: number;
  readonly #works: Queued[] = [];
  readonly #told: (() => void)[] = [];
  /** Works of which it was read what they are about to look for. */
  #ahead = new Set<Queued>();
  #flush: WriteOptions["flush"];
  #begun: Promise<unknown> = Promise.resolve();
  /** When no other machine wrote any more. */
  #began = Number.POSITIVE_INFINITY;
  #shared: Shared;

  constructor(writing: Writing, wire: Wire) {
    this.#writing = writing;
    this.#wire = wire;
    // A server that was lost may have lost its last commits, or another may have taken over: with them what was noted.
    if (writing.wire !== wire) forgetNoted(writing.context);
    writing.wire = wire;
    writing.groups += 1;
    this.#number = writing.groups;
    this.#shared = this.#share();
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
    const { flush, isCareful } = queue[0] ?? {};
    this.#flush = flush;
    try {
      this.#begin();
      for (let n = 0; n < GROUP_WORKS_MAX; n += 1) {
        // Works that may be flushed later share a commit of their own, unless the one before them is flushed anyway.
        if (flush === "later" && queue[0]?.flush !== "later") break;
        if (queue[0]?.isCareful !== isCareful) break;
        const queued = queue.shift();
        if (queued === undefined) break;
        const others = queue.slice(0, GROUP_WORKS_MAX - n - 1);
        await (queued.isCareful ? this.#runCareful(queued) : this.#runOne(queued, others));
        if (performance.now() - this.#began > GROUP_MS_MAX) break;
      }
      await this.#commit();
    } catch (error) {
      forgetNoted(this.#writing.context);
      this.#wire.send("ROLLBACK").catch(() => {});
      throw error;
    }
  }

  #share(): Shared {
    const { context, clock, mayLook } = this.#writing;
    return { driver: new WriteDriver(this.#wire, context, mayLook), work: createWork(context, clock) };
  }

  /** Waits on the server for every other writer: the first change of each transaction is to the same row. */
  #begin(): void {
    const { writer, clock } = this.#writing;
    this.#begun = allOf([
      this.#wire.send(this.#flush === "later" ? "BEGIN; SET LOCAL synchronous_commit = off" : "BEGIN"),
      this.#wire.put(CHANGE, []),
      this.#wire.put(MARK, [writer, this.#number, clock()]),
    ]).then(() => {
      this.#began = performance.now();
    });
    this.#begun.catch(() => {});
  }

  /** Looks for what a work says that it will look for, together with what the others that wait by now say. */
  async #lookAhead(queued: Queued, others: readonly Queued[]): Promise<void> {
    if (queued.resources === undefined || this.#ahead.has(queued)) return;
    const waiting = [queued, ...others.filter(({ isCareful }) => !isCareful)];
    for (const one of waiting) this.#ahead.add(one);
    const { driver, work } = this.#shared;
    const named = waiting.flatMap((one) => one.resources ?? []);
    await driver.drive(() => readNamed(work, named));
  }

  /** Its own failure is told to its caller and to nobody else. @throws when the failure has ended the transaction */
  async #runOne(queued: Queued, others: readonly Queued[]): Promise<void> {
    const { driver, work } = this.#shared;
    const transaction = new Transaction(driver, work);
    this.#works.push(queued);
    driver.hasChanged = false;
    try {
      await this.#lookAhead(queued, others);
      await this.#begun;
      const resolve = await queued.run(transaction);
      transaction.end();
      await driver.idle();
      nextWork(work);
      this.#told.push(resolve);
    } catch (error) {
      transaction.end();
      const failure = await this.#settle();
      const ending = [failure, error].find(isOfGroup);
      if (ending !== undefined) throw ending;
      if (failure !== undefined || driver.hasChanged || hasTouched(work)) await this.#undo();
      this.#works.pop();
      queued.reject(failure ?? error);
    }
  }

  /** The same within a savepoint, and with all that it writes waited for. */
  async #runCareful(queued: Queued): Promise<void> {
    const { driver, work } = this.#share();
    const transaction = new Transaction(driver, work);
    this.#works.push(queued);
    this.#wire.send("SAVEPOINT work").catch(() => {});
    try {
      await this.#begun;
      const resolve = await queued.run(transaction);
      await transaction.finish();
      transaction.end();
      await (await driver.end("RELEASE work")).done;
      this.#told.push(resolve);
    } catch (error) {
      transaction.end();
      await this.#begun;
      const failure = await driver.settle().catch((first: unknown) => first);
      const ending = [failure, error].find(isOfGroup);
      if (ending !== undefined) throw ending;
      forgetNoted(this.#writing.context);
      await this.#wire.send("ROLLBACK TO work; RELEASE work");
      this.#works.pop();
      queued.reject(failure ?? error);
    }
  }

  /** Of a work that failed after it had changed something nothing is left. @throws when that takes all of the group with it */
  async #undo(): Promise<void> {
    if (this.#works.length > 1) throw new UnsettledError("A work failed after it had changed something.");
    // Alone it takes nothing but itself.
    forgetNoted(this.#writing.context);
    await this.#wire.send("ROLLBACK");
    this.#shared = this.#share();
    this.#ahead = new Set();
    this.#begin();
  }

  /** Waits for all that was not waited for, and answers with what failed. @throws when it has failed before anything was asked */
  async #settle(): Promise<unknown> {
    await this.#begun;
    return this.#shared.driver.settle().catch((failure: unknown) => failure);
  }

  async #commit(): Promise<void> {
    if (this.#works.length === 0) {
      await this.#wire.send("ROLLBACK");
      return;
    }
    try {
      await this.#end();
    } catch (error) {
      const [{ isCareful = false } = {}] = this.#works;
      const first: unknown = await this.#begun.then(
        () => error,
        (failure: unknown) => failure,
      );
      if (first instanceof ConnectionLostError) {
        if (!(await this.#isCommitted())) throw first;
        forgetNoted(this.#writing.context);
        return;
      }
      // Of one work alone it is plain whose failure it is; of careful ones it is the commit's, as it would be again.
      if (isOfGroup(first) || first !== error || this.#works.length === 1 || isCareful) throw first;
      throw new UnsettledError("A work failed after it seemed done.");
    }
  }

  async #end(): Promise<void> {
    const { driver, work } = this.#shared;
    await driver.drive(() => writeTouched(work));
    await (await driver.end("COMMIT")).done;
    // A broken transaction takes a commit for its end without a word.
    await driver.settle();
    await this.#begun;
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
