import { type Context, createContext, forgetNoted } from "../statements/context.ts";
import type { Driver, Manner } from "../statements/driver.ts";
import { type Answer, isSeveral, type Statement, type Steps, type Together } from "../statements/steps.ts";
import type { Connection } from "./connection.ts";
import { toStoreError } from "./errors.ts";

/** Runs steps on one connection, each answered before the next is asked for. */
export class SqliteDriver implements Driver {
  readonly #connection: Connection;
  readonly #context: Context = createContext();
  /** Set by whatever may have changed something; whoever wants to know since when sets it back. */
  hasChanged = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get context(): Context {
    return this.#context;
  }

  /** What was noted in a transaction that was rolled back is no longer so. */
  forget(): void {
    forgetNoted(this.#context);
  }

  /** @throws StoreUnavailableError where the file is of no use for the time being */
  drive<T>(make: (context: Context) => Steps<T>, manner?: Manner): T {
    const steps = make(this.#context);
    try {
      if (manner === undefined) return this.#run(steps);
      return manner === "at-one-moment" ? this.#atOneMoment(steps) : this.#overwriting(steps);
    } catch (error) {
      throw toStoreError(error);
    }
  }

  #run<T>(steps: Steps<T>): T {
    let next = steps.next();
    while (!next.done) {
      const asked = next.value;
      next = steps.next(isSeveral(asked) ? this.#answers(asked) : this.#answer(asked));
    }
    return next.value;
  }

  #answers(asked: Together): readonly Answer[] {
    const answers: Answer[] = [];
    for (const one of asked) answers.push(this.#answer(one));
    return answers;
  }

  #answer({ sql, values, wanted }: Statement): Answer {
    const { statement, arrays } = this.#connection;
    this.hasChanged ||= !sql.startsWith("SELECT");
    switch (wanted) {
      case "row":
        return statement(sql).get(...values);
      case "rows":
        return statement(sql).all(...values);
      case "arrays":
        return arrays(sql).all(...values);
      case "changes":
        return Number(statement(sql).run(...values).changes);
      case "write":
        // Nothing comes of it; `run` would make an object that says how many rows it changed.
        statement(sql).get(...values);
        return undefined;
    }
  }

  /** Several statements, so a transaction holds them to one moment, where there is none yet. */
  #atOneMoment<T>(steps: Steps<T>): T {
    const { database, statement } = this.#connection;
    if (database.isTransaction) return this.#run(steps);
    statement("BEGIN").run();
    try {
      return this.#run(steps);
    } finally {
      statement("COMMIT").run();
    }
  }

  /** What goes is overwritten wherever it lay in the file. Otherwise that is done only where it costs no further page. */
  #overwriting<T>(steps: Steps<T>): T {
    const { database } = this.#connection;
    database.exec("PRAGMA secure_delete = ON");
    try {
      return this.#run(steps);
    } finally {
      database.exec("PRAGMA secure_delete = FAST");
    }
  }
}
