import { hash } from "node:crypto";
import { type SeveralRows, toSeveralRows } from "./several-rows.ts";

/** A statement of both engines in PostgreSQL's words. */
export interface Translated {
  readonly text: string;
  /** Under which it is prepared on each connection. */
  readonly name: string;
  /** Tables that it writes or reads. */
  readonly tables: readonly string[];
  /** Of a write of one row of which nothing is asked back: what makes it one of several. */
  readonly several?: SeveralRows & { readonly name: string };
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
    .replace(/ AS BLOB\)/g, " AS BYTEA)")
    .replace(/'[^']*'|\?(\d*)/g, (match: string, number: string | undefined) => {
      if (match.startsWith("'")) return match;
      count += 1;
      const place = number === undefined || number === "" ? count : Number(number);
      highest = Math.max(highest, place);
      return `$${place}`;
    });
  const tables = [...new Set([...text.matchAll(TABLE)].map(([, table = ""]) => table))];
  const several = toSeveralRows(text, highest);
  if (several === undefined) return { text, name: toName(text), tables };
  return { text, name: toName(text), tables, several: { ...several, name: toName(several.text) } };
}

const TABLE = /\b(?:INTO|FROM|UPDATE|JOIN)\s+(?!SET\b)(\w+)/g;

function toName(text: string): string {
  return hash("sha256", text, "base64url").slice(0, 22);
}
