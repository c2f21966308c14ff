import type { DatabaseSync } from "node:sqlite";

/** From version 5, in which nobody could decide on a disclosure. */
export function from5To6(database: DatabaseSync): void {
  database.exec(`
CREATE TABLE disclosure_decision (
  id INTEGER PRIMARY KEY,
  record INTEGER NOT NULL,
  kind TEXT NOT NULL,
  author TEXT NOT NULL,
  reason TEXT NOT NULL,
  decided_at INTEGER NOT NULL,
  until INTEGER,
  consent TEXT,
  terms TEXT NOT NULL,
  awaits_review INTEGER NOT NULL
) STRICT;
CREATE INDEX disclosure_decision_of_record ON disclosure_decision (record);
CREATE INDEX disclosure_decision_of_consent ON disclosure_decision (consent) WHERE consent IS NOT NULL;
CREATE INDEX disclosure_decision_awaiting ON disclosure_decision (id) WHERE awaits_review = 1;

CREATE TABLE disclosure_step (
  decision INTEGER NOT NULL,
  kind TEXT NOT NULL,
  author TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  is_upheld INTEGER,
  PRIMARY KEY (decision, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX resource_consent ON resource (slot) WHERE type GLOB 'Consent';
  `);
}
