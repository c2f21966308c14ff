import type { ArrayRow, Row } from "./values.ts";

/** What a statement can be given: the types that both engines store. */
export type Value = string | number | null | Uint8Array;

/**
 * One statement to be run. SQL that both engines understand: parameters are `?` in order, or all of them numbered (`?1`);
 * `CROSS JOIN … ON` says in which order SQLite is to join, `INDEXED BY` by which index; to PostgreSQL both together say that
 * the table is looked into for each row before it, and neither says anything alone.
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

/** Lists that depend on nothing of each other, read together; `values` of each are kept as they are given. */
export function* arraysOf(all: readonly Pick<Statement, "sql" | "values">[]): Steps<readonly (readonly ArrayRow[])[]> {
  return (yield all.map(
    ({ sql, values }) => ({ sql, values, wanted: "arrays" }) as const,
  )) as readonly (readonly ArrayRow[])[];
}

type Values<All extends readonly Steps<unknown>[]> = { [N in keyof All]: All[N] extends Steps<infer T> ? T : never };

/**
 * Goes through several steps side by side, so that a server is asked for what each wants next at once. None of them may
 * build on what another one changes.
 */
export function* together<All extends readonly Steps<unknown>[]>(...all: All): Steps<Values<All>> {
  const latest = all.map((steps) => steps.next());
  for (;;) {
    const asked: Statement[] = [];
    for (const { done, value } of latest) {
      if (done) continue;
      if (isSeveral(value)) asked.push(...value);
      else asked.push(value);
    }
    if (latest.every(({ done }) => done)) return latest.map(({ value }) => value) as Values<All>;
    const answers = (yield asked) as readonly Answer[];
    let at = 0;
    all.forEach((steps, n) => {
      const before = latest[n];
      if (before === undefined || before.done) return;
      const from = at;
      const { value } = before;
      at += isSeveral(value) ? value.length : 1;
      latest[n] = steps.next(isSeveral(value) ? answers.slice(from, at) : answers[from]);
    });
  }
}
