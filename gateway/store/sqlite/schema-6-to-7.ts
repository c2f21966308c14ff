import type { DatabaseSync } from "node:sqlite";
import { integer, text } from "../statements/values.ts";
import type { Derive } from "./derive.ts";

/**
 * From version 6, which did not know since when a tie was told: of those that it holds nobody ever will. Nor
 * did it keep prints.
 */
export function from6To7(database: DatabaseSync, derive: Derive): void {
  database.exec(`
CREATE TABLE child_print (child INTEGER PRIMARY KEY, print TEXT NOT NULL) STRICT;
DROP INDEX relationship_of_organization;
ALTER TABLE relationship RENAME TO relationship_6;
CREATE TABLE relationship (
  record INTEGER NOT NULL,
  source TEXT NOT NULL,
  unit TEXT NOT NULL,
  n INTEGER NOT NULL,
  kind TEXT NOT NULL,
  system TEXT NOT NULL,
  value TEXT NOT NULL,
  start_date TEXT,
  end_date TEXT,
  told_at INTEGER,
  PRIMARY KEY (record, source, unit, n)
) STRICT, WITHOUT ROWID;
INSERT INTO relationship (record, source, unit, n, kind, system, value, start_date, end_date)
  SELECT record, source, unit, n, kind, system, value, start_date, end_date FROM relationship_6;
DROP TABLE relationship_6;
CREATE INDEX relationship_of_organization ON relationship (value, system, record);
  `);
  fillPrints(database, derive);
}

function fillPrints(database: DatabaseSync, { printOf }: Derive): void {
  if (printOf === undefined) return;
  const children = database.prepare(
    "SELECT id, identity FROM source_child WHERE identity IS NOT NULL AND id > ? ORDER BY id LIMIT 1000",
  );
  const insert = database.prepare("INSERT INTO child_print (child, print) VALUES (?, ?)");
  for (let page = children.all(0); page.length > 0; page = children.all(integer(page.at(-1)?.id))) {
    for (const { id, identity } of page) {
      const print = printOf(text(identity));
      if (print !== undefined) insert.run(integer(id), print);
    }
  }
}
