import { hash } from "node:crypto";

/** A statement of both engines in PostgreSQL's words. */
export interface Translated {
  readonly text: string;
  /** Under which it is prepared on each connection. */
  readonly name: string;
  /** How many parameters it has. */
  readonly parameters: number;
  /** Of an insert of one row of values of which nothing is asked back: what makes it one of several rows. */
  readonly insert?: SeveralRows;
}

export interface SeveralRows {
  readonly table: string;
  /** The same for a number of rows, their values one after another. */
  of(rows: number): Translated;
}

const known = new Map<string, Translated>();

/**
 * `?` and `?n` become `$n`; in which order tables are joined stands in their order, and the index is the planner's to find.
 * A table joined by an index that is named is looked into for each row before it (OFFSET 0 keeps that from being planned
 * away): PostgreSQL takes the one of two tables first that it believes to be smaller, and of one that fills it believes that
 * it is empty. The condition stands in one line.
 */
export function translate(sql: string): Translated {
  const found = known.get(sql);
  if (found !== undefined) return found;
  const made = toTranslated(sql);
  known.set(sql, made);
  return made;
}

const BY_INDEX = /\bCROSS JOIN (\w+) AS (\w+)\s+INDEXED BY \w+\s+ON ([^\n]+)/g;

function toTranslated(sql: string): Translated {
  let count = 0;
  let highest = 0;
  const text = sql
    .replace(BY_INDEX, "JOIN LATERAL (SELECT * FROM $1 AS $2 WHERE $3 OFFSET 0) AS $2 ON true")
    .replace(/\bCROSS JOIN\b/g, "JOIN")
    .replace(/\s+INDEXED BY \w+/g, "")
    .replace(/ AS TEXT\)/g, ' AS TEXT) COLLATE "C"')
    .replace(/'[^']*'|\?(\d*)/g, (match: string, number: string | undefined) => {
      if (match.startsWith("'")) return match;
      count += 1;
      const place = number === undefined || number === "" ? count : Number(number);
      highest = Math.max(highest, place);
      return `$${place}`;
    });
  const insert = toSeveralRows(text, highest);
  return { text, name: toName(text), parameters: highest, ...(insert === undefined ? {} : { insert }) };
}

function toName(text: string): string {
  return hash("sha256", text, "base64url").slice(0, 22);
}

const ONE_ROW =
  /^\s*INSERT INTO (\w+) (\([\w\s,]+\))\s*VALUES\s*\(([$\d\s,]+)\)\s*(ON CONFLICT(?: \([\w\s,]+\))? DO NOTHING)?\s*$/;

function toSeveralRows(text: string, parameters: number): SeveralRows | undefined {
  const [, table, columns, values = "", conflict = ""] = ONE_ROW.exec(text) ?? [];
  if (table === undefined || columns === undefined) return undefined;
  // Each value its own parameter, in order: otherwise rows cannot be laid one behind the other.
  if (values.replace(/\s/g, "") !== Array.from({ length: parameters }, (_, n) => `$${n + 1}`).join(","))
    return undefined;
  const made = new Map<number, Translated>();
  return {
    table,
    of(rows) {
      const found = made.get(rows);
      if (found !== undefined) return found;
      const lines = Array.from(
        { length: rows },
        (_, row) => `(${Array.from({ length: parameters }, (_, n) => `$${row * parameters + n + 1}`).join(",")})`,
      );
      const several = `INSERT INTO ${table} ${columns} VALUES ${lines.join(",")} ${conflict}`;
      const translated = { text: several, name: toName(several), parameters: rows * parameters };
      made.set(rows, translated);
      return translated;
    },
  };
}
