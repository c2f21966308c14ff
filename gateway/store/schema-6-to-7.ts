import type { DatabaseSync } from "node:sqlite";

/**
 * From version 6, which did not know since when a tie was told: of those that it holds nobody ever will. Prints come with
 * the next word of each source.
 */
export function from6To7(database: DatabaseSync): void {
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
}
