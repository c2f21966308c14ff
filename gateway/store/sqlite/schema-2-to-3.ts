import type { DatabaseSync } from "node:sqlite";

/**
 * From version 2, which kept neither states nor source records, and did not know which delivery brought what. What it
 * held is told as brought by a delivery without a name, by a mapper before the first. The statements stand here as they
 * were when version 3 was made, whatever `schema.ts` says later.
 */
export function from2To3(database: DatabaseSync): void {
  database.exec(TABLES);
}

const TABLES = `
ALTER TABLE lineage RENAME TO lineage_2;
ALTER TABLE staged RENAME TO staged_2;
ALTER TABLE quarantine RENAME TO quarantine_2;
ALTER TABLE receipt RENAME TO receipt_2;
ALTER TABLE contribution RENAME TO contribution_2;
DROP INDEX staged_below;
DROP INDEX quarantine_of_source;

CREATE TABLE delivery (
  sequence INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  id TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  UNIQUE (source, id)
) STRICT;
INSERT INTO delivery (source, id, received_at) SELECT source, '', 0 FROM lineage_2 UNION SELECT source, '', 0 FROM staged_2;

CREATE TABLE contribution (
  id INTEGER PRIMARY KEY,
  record INTEGER NOT NULL,
  source TEXT NOT NULL,
  local_id TEXT NOT NULL,
  authority TEXT NOT NULL,
  data_class TEXT NOT NULL,
  last_updated INTEGER NOT NULL,
  unit TEXT,
  body TEXT NOT NULL,
  UNIQUE (record, source, local_id)
) STRICT;
INSERT INTO contribution (id, record, source, local_id, authority, data_class, last_updated, body)
  SELECT id, record, source, local_id, authority, data_class, last_updated, body FROM contribution_2 ORDER BY id;

CREATE TABLE lineage (
  sequence INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  unit TEXT NOT NULL,
  hash TEXT NOT NULL,
  record INTEGER NOT NULL,
  delivery INTEGER NOT NULL,
  line INTEGER NOT NULL,
  mapping INTEGER NOT NULL,
  written_at INTEGER,
  made TEXT NOT NULL,
  UNIQUE (source, unit)
) STRICT;
INSERT INTO lineage (sequence, source, unit, hash, record, delivery, line, mapping, made)
  SELECT l.sequence, l.source, unit, hash, record, d.sequence, 0, 0, made
  FROM lineage_2 l JOIN delivery d ON d.source = l.source ORDER BY l.sequence;
CREATE INDEX lineage_of_record ON lineage (record);
CREATE INDEX lineage_of_delivery ON lineage (delivery, line);

CREATE TABLE raw (
  lineage INTEGER PRIMARY KEY,
  kept_until INTEGER NOT NULL,
  vocabulary INTEGER NOT NULL,
  content BLOB NOT NULL
) STRICT;
CREATE INDEX raw_by_time ON raw (kept_until);

CREATE TABLE vocabulary (id INTEGER PRIMARY KEY, content TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE ended_state (
  delivery INTEGER NOT NULL,
  line INTEGER NOT NULL,
  unit TEXT NOT NULL,
  state TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (delivery, line, unit)
) STRICT, WITHOUT ROWID;
CREATE INDEX ended_state_of_unit ON ended_state (unit, delivery);

CREATE TABLE staged (
  source TEXT NOT NULL,
  name TEXT NOT NULL,
  key TEXT NOT NULL,
  parent_name TEXT,
  parent_key TEXT,
  delivery INTEGER NOT NULL,
  line INTEGER NOT NULL,
  waits INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (source, name, key)
) STRICT, WITHOUT ROWID;
INSERT INTO staged (source, name, key, parent_name, parent_key, delivery, line, waits, body)
  SELECT s.source, name, key, parent_name, parent_key, d.sequence, 0, 1, body
  FROM staged_2 s JOIN delivery d ON d.source = s.source ORDER BY s.source, name, key;
CREATE INDEX staged_below ON staged (source, parent_name, parent_key);
CREATE INDEX staged_of_delivery ON staged (delivery, line);
CREATE INDEX staged_waiting ON staged (source, name) WHERE waits = 1;

CREATE TABLE quarantine (
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  delivery TEXT NOT NULL,
  source TEXT NOT NULL,
  line INTEGER NOT NULL,
  issues TEXT NOT NULL,
  content TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  reached TEXT NOT NULL,
  name TEXT,
  unit TEXT,
  state TEXT NOT NULL,
  closed_at INTEGER
) STRICT;
INSERT INTO quarantine (sequence, id, delivery, source, line, issues, content, created_at, reached, state)
  SELECT sequence, id, delivery, source, line, issues, content, created_at, 'received', 'quarantined'
  FROM quarantine_2 ORDER BY sequence;
CREATE INDEX quarantine_of_source ON quarantine (source, state, delivery);

CREATE TABLE receipt (
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
INSERT INTO receipt (id, source, body)
  SELECT id, source, body FROM receipt_2
  ORDER BY iif(json_valid(body), body ->> '$.finishedAt', ''), id;
CREATE INDEX receipt_of_source ON receipt (source);

CREATE TABLE quality (
  sequence INTEGER PRIMARY KEY,
  delivery TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX quality_of_source ON quality (source);

WITH RECURSIVE tree (source, name, key) AS (
  SELECT source, name, key FROM staged WHERE parent_name IS NULL
  UNION
  SELECT below.source, below.name, below.key FROM tree CROSS JOIN staged AS below INDEXED BY staged_below
    ON below.source = tree.source AND below.parent_name = tree.name AND below.parent_key = tree.key
)
UPDATE staged SET waits = 0 WHERE (source, name, key) IN (SELECT source, name, key FROM tree);

DROP TABLE lineage_2;
DROP TABLE staged_2;
DROP TABLE quarantine_2;
DROP TABLE receipt_2;
DROP TABLE contribution_2;
`;
