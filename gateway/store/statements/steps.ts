import type { ArrayRow, Row } from "./values.ts";

/** What a statement can be given: the types that both engines store. */
export type Value = string | number | null | Uint8Array;

/**
 * One statement to be run. SQL that both engines understand: parameters are `?` in order, or all of them numbered (`?1`);
 * `CROSS JOIN … ON` says in which order SQLite is to join, `INDEXED BY` by which index, and neither says anything to PostgreSQL.
 */
export interface Statement {
  readonly sql: string;
  readonly values: readonly Value[];
  /**
   * `row`: the first, or none. `rows`: all, by column name. `arrays`: all, by column number, where a row's cost counts.
   * `changes`: how many rows it changed. `write`: nothing is asked for, so an engine need not wait for it.
   */
  readonly wanted: "row" | "rows" | "arrays" | "changes" | "write";
}

/** Statements that depend on nothing of each other, to be run in this order and answered together. */
export type Together = readonly Statement[];

export function isSeveral(asked: Statement | Together): asked is Together {
  return Array.isArray(asked);
}

/** What an engine answers to a statement with, as `wanted` says. */
export type Answer = Row | readonly Row[] | readonly ArrayRow[] | number | undefined;

/**
 * A verb written as the statements that it asks for, one after another, and the value that it comes to. It does not know
 * whether its statements are answered at once, as by SQLite, or later, as by a server: each engine drives the same steps.
 */
export type Steps<T> = Generator<Statement | Together, T, Answer | readonly Answer[]>;

export function* row(sql: string, ...values: Value[]): Steps<Row | undefined> {
  return (yield { sql, values, wanted: "row" }) as Row | undefined;
}

export function* rows(sql: string, ...values: Value[]): Steps<readonly Row[]> {
  return (yield { sql, values, wanted: "rows" }) as readonly Row[];
}

export function* arrays(sql: string, ...values: Value[]): Steps<readonly ArrayRow[]> {
  return (yield { sql, values, wanted: "arrays" }) as readonly ArrayRow[];
}

/** How many rows the statement inserted, changed or deleted. */
export function* changes(sql: string, ...values: Value[]): Steps<number> {
  return (yield { sql, values, wanted: "changes" }) as number;
}

/** A change of which nothing is asked; that it fails is known before the work that it belongs to is told to be done. */
export function* write(sql: string, ...values: Value[]): Steps<void> {
  yield { sql, values, wanted: "write" };
}

/** A change of which nothing is asked, to be run together with others. */
export function toWrite(sql: string, ...values: Value[]): Statement {
  return { sql, values, wanted: "write" };
}

type Values<All extends readonly Steps<unknown>[]> = { [N in keyof All]: All[N] extends Steps<infer T> ? T : never };

/**
 * Goes through several steps side by side, so that a server is asked for what each wants next at once. None of them may
 * build on what another one changes.
 */
export function* together<All extends readonly Steps<unknown>[]>(...all: All): Steps<Values<All>> {
  const values: unknown[] = all.map(() => undefined);
  let waiting = all.map((steps, n) => ({ steps, n, next: steps.next() }));
  for (;;) {
    waiting = waiting.filter(({ n, next }) => {
      if (next.done) values[n] = next.value;
      return !next.done;
    });
    if (waiting.length === 0) return values as Values<All>;
    const asked = waiting.map(({ next }) => next.value as Statement | Together);
    const answers = (yield asked.flat()) as readonly Answer[];
    let at = 0;
    waiting = waiting.map(({ steps, n }, place) => {
      const from = at;
      const one = asked[place];
      const count = one !== undefined && isSeveral(one) ? one.length : undefined;
      at += count ?? 1;
      return { steps, n, next: steps.next(count === undefined ? answers[from] : answers.slice(from, at)) };
    });
  }
}
