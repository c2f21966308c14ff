import type { DatabaseSync } from "node:sqlite";
import { toKeyBytes } from "../statements/blocking-bytes.ts";
import { integer, text } from "../statements/values.ts";
import type { Derive } from "./derive.ts";

/**
 * From version 4, in which every row spelled the source and what it calls the child, a number was held by one record and
 * no decision of a person could be kept. Identifiers that were withheld stay lost until they are told again. A claim to a
 * number is that of a child in the record that tells it, or else of any; a unit is told of the child whose name it bears,
 * or else of its source's only child in the record.
 */
export function from4To5(database: DatabaseSync, derive: Derive): void {
  database.exec(TABLES);
  fillBlocks(database, derive);
}

function fillBlocks(database: DatabaseSync, { blockingKeysOf }: Derive): void {
  if (blockingKeysOf === undefined) return;
  const children = database.prepare(
    `SELECT c.id, s.id AS source, c.identity FROM source_child c CROSS JOIN source s ON s.name = c.source
     WHERE c.identity IS NOT NULL AND c.id > ? ORDER BY c.id LIMIT 1000`,
  );
  const keep = database.prepare("UPDATE source_child SET blocking = ? WHERE id = ?");
  const insert = database.prepare("INSERT OR IGNORE INTO block (key, source, child) VALUES (?, ?, ?)");
  for (let page = children.all(0); page.length > 0; page = children.all(integer(page.at(-1)?.id))) {
    for (const { id, source, identity } of page) {
      const keys = blockingKeysOf(text(identity));
      keep.run(toKeyBytes(keys), integer(id));
      for (const key of keys) insert.run(key, integer(source), integer(id));
    }
  }
}

const TABLES = `
ALTER TABLE contribution RENAME TO contribution_4;
ALTER TABLE past_contribution RENAME TO past_contribution_4;
ALTER TABLE identity_key RENAME TO identity_key_4;
ALTER TABLE link RENAME TO link_4;
ALTER TABLE review RENAME TO review_4;
ALTER TABLE lineage RENAME TO lineage_4;
DROP INDEX past_contribution_of_record;
DROP INDEX link_of_source;
DROP INDEX link_of_record;
DROP INDEX review_open;
DROP INDEX lineage_of_record;
DROP INDEX lineage_of_delivery;

CREATE TABLE source_child (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  local_id TEXT NOT NULL,
  record INTEGER,
  link INTEGER,
  identity TEXT,
  blocking BLOB,
  UNIQUE (local_id, source)
) STRICT;
INSERT INTO source_child (source, local_id)
  SELECT source, local_id FROM (
    SELECT source, local_id, min(sequence) AS first, 0 AS part FROM link_4 GROUP BY source, local_id
    UNION ALL SELECT source, local_id, id, 1 FROM contribution_4
    UNION ALL SELECT source, local_id, sequence, 2 FROM past_contribution_4
    UNION ALL SELECT source, local_id, 0, 3 FROM source_identity
    UNION ALL SELECT source, local_id, sequence, 4 FROM review_4
  ) GROUP BY source, local_id ORDER BY min(part * 1000000000000 + first);
UPDATE source_child SET identity = (SELECT body FROM source_identity i
  WHERE i.source = source_child.source AND i.local_id = source_child.local_id);

CREATE TABLE link (
  sequence INTEGER PRIMARY KEY,
  child INTEGER NOT NULL,
  record INTEGER NOT NULL,
  author TEXT NOT NULL,
  evidence TEXT NOT NULL,
  decided_at INTEGER NOT NULL
) STRICT;
INSERT INTO link (sequence, child, record, author, evidence, decided_at)
  SELECT sequence, s.id, l.record, author, evidence, decided_at
  FROM link_4 l JOIN source_child s ON s.source = l.source AND s.local_id = l.local_id ORDER BY sequence;
CREATE INDEX link_of_child_5 ON link (child);
UPDATE source_child SET link = (SELECT max(sequence) FROM link WHERE child = source_child.id);
UPDATE source_child SET record = (SELECT record FROM link WHERE sequence = source_child.link) WHERE link IS NOT NULL;
DROP INDEX link_of_child_5;
CREATE INDEX source_child_of_record ON source_child (record);

CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO source (name) SELECT DISTINCT source FROM source_child ORDER BY source;
CREATE TABLE block (
  key INTEGER NOT NULL,
  source INTEGER NOT NULL,
  child INTEGER NOT NULL,
  PRIMARY KEY (key, source, child)
) STRICT, WITHOUT ROWID;
DELETE FROM search_key WHERE code = 'block';

CREATE TABLE contribution (
  id INTEGER PRIMARY KEY,
  record INTEGER NOT NULL,
  child INTEGER NOT NULL,
  authority TEXT NOT NULL,
  data_class TEXT NOT NULL,
  last_updated INTEGER NOT NULL,
  since INTEGER,
  unit TEXT,
  withheld TEXT,
  body TEXT NOT NULL,
  UNIQUE (record, child)
) STRICT;
INSERT INTO contribution (id, record, child, authority, data_class, last_updated, unit, body)
  SELECT c.id, c.record, s.id, authority, data_class, last_updated, unit, body
  FROM contribution_4 c JOIN source_child s ON s.source = c.source AND s.local_id = c.local_id ORDER BY c.id;

CREATE TABLE past_contribution (
  sequence INTEGER PRIMARY KEY,
  record INTEGER NOT NULL,
  child INTEGER NOT NULL,
  data_class TEXT NOT NULL,
  last_updated INTEGER NOT NULL,
  since INTEGER,
  until INTEGER NOT NULL,
  is_left INTEGER NOT NULL,
  withheld TEXT,
  body TEXT NOT NULL
) STRICT;
INSERT INTO past_contribution (sequence, record, child, data_class, last_updated, until, is_left, body)
  SELECT sequence, p.record, s.id, data_class, last_updated, until, 0, body
  FROM past_contribution_4 p JOIN source_child s ON s.source = p.source AND s.local_id = p.local_id ORDER BY sequence;
CREATE INDEX past_contribution_of_record ON past_contribution (record);

CREATE TABLE identity_key (
  sequence INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  child INTEGER NOT NULL,
  record INTEGER NOT NULL,
  held INTEGER NOT NULL,
  UNIQUE (key, child, record)
) STRICT;
CREATE INDEX link_of_record_5 ON link (record);
INSERT INTO identity_key (key, child, record, held)
  SELECT key, child, record, 1 FROM (
    SELECT k.key, k.record, (
      SELECT c.id FROM link l CROSS JOIN source_child c ON c.id = l.child WHERE l.record = k.record
      ORDER BY instr(ifnull(c.identity, ''), substr(k.key, instr(k.key, '|') + 1)) > 0 DESC, c.record = k.record DESC,
        l.sequence
      LIMIT 1) AS child
    FROM identity_key_4 k)
  WHERE child IS NOT NULL ORDER BY record, key;
DROP INDEX link_of_record_5;
CREATE INDEX identity_key_of_child ON identity_key (child);

CREATE TABLE decision (
  sequence INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  survivor INTEGER NOT NULL,
  other INTEGER NOT NULL,
  author TEXT NOT NULL,
  reason TEXT NOT NULL,
  evidence TEXT NOT NULL,
  decided_at INTEGER NOT NULL,
  moved TEXT NOT NULL,
  others TEXT NOT NULL,
  forbids INTEGER NOT NULL,
  undoes INTEGER,
  undone_by INTEGER
) STRICT;
CREATE INDEX decision_of_survivor ON decision (survivor);
CREATE INDEX decision_of_other ON decision (other);
CREATE TABLE merged (record INTEGER PRIMARY KEY, survivor INTEGER NOT NULL, decision INTEGER NOT NULL) STRICT;
CREATE INDEX merged_into ON merged (survivor);

CREATE TABLE review (
  sequence INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  child INTEGER NOT NULL,
  record INTEGER NOT NULL,
  candidates TEXT NOT NULL,
  evidence TEXT NOT NULL,
  bits REAL,
  created_at INTEGER NOT NULL,
  closed_at INTEGER,
  dismissed_at INTEGER,
  dismissed_by TEXT,
  dismissed_why TEXT
) STRICT;
INSERT INTO review (sequence, kind, child, record, candidates, evidence, created_at, closed_at)
  SELECT sequence, kind, s.id, r.record, candidates, evidence, created_at, closed_at
  FROM review_4 r JOIN source_child s ON s.source = r.source AND s.local_id = r.local_id ORDER BY sequence;
CREATE UNIQUE INDEX review_open ON review (child, kind) WHERE closed_at IS NULL;
CREATE INDEX review_dismissed ON review (child) WHERE dismissed_at IS NOT NULL;

CREATE TABLE lineage (
  sequence INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  unit TEXT NOT NULL,
  child INTEGER,
  hash TEXT NOT NULL,
  record INTEGER NOT NULL,
  delivery INTEGER NOT NULL,
  line INTEGER NOT NULL,
  mapping INTEGER NOT NULL,
  written_at INTEGER,
  made TEXT NOT NULL,
  UNIQUE (source, unit)
) STRICT;
INSERT INTO lineage (sequence, source, unit, child, hash, record, delivery, line, mapping, written_at, made)
  SELECT sequence, l.source, unit, coalesce(
      (SELECT s.id FROM source_child s WHERE s.source = l.source AND s.local_id = l.unit),
      (SELECT s.id FROM source_child s
        WHERE l.unit LIKE 'child/%' AND s.source = l.source AND s.local_id = substr(l.unit, 7)),
      (SELECT s.id FROM source_child s WHERE s.source = l.source AND s.local_id = substr(l.unit, 1, instr(l.unit, '/') - 1)),
      (SELECT iif(count(*) = 1, min(s.id), NULL) FROM source_child s WHERE s.record = l.record AND s.source = l.source)),
    hash, l.record, delivery, line, mapping, written_at, made
  FROM lineage_4 l ORDER BY sequence;
CREATE INDEX lineage_of_record ON lineage (record);
CREATE INDEX lineage_of_delivery ON lineage (delivery, line);

DROP TABLE contribution_4;
DROP TABLE past_contribution_4;
DROP TABLE identity_key_4;
DROP TABLE link_4;
DROP TABLE review_4;
DROP TABLE lineage_4;
DROP TABLE source_identity;
`;
