import type { DatabaseSync } from "node:sqlite";
import { toKept } from "../statements/search-key.ts";

/** A record's slots are numbered from its key times this. */
const RECORD_SLOTS = 1_048_576;

/** From version 7, in which the record of a resource was known by its slot alone. */
export function from7To8(database: DatabaseSync): void {
  database.exec(`
DROP INDEX resource_consent;
ALTER TABLE resource RENAME TO resource_7;
ALTER TABLE resource_id RENAME TO resource_id_7;
ALTER TABLE resource_identifier RENAME TO resource_identifier_7;

CREATE TABLE resource (
  slot INTEGER PRIMARY KEY,
  record INTEGER NOT NULL,
  type TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  last_updated INTEGER NOT NULL,
  origin INTEGER NOT NULL,
  content_hash TEXT NOT NULL,
  identifiers BLOB,
  keys TEXT NOT NULL,
  body BLOB NOT NULL
) STRICT;
INSERT INTO resource
    (slot, record, type, id, version, last_updated, origin, content_hash, identifiers, keys, body)
  SELECT slot, slot / ${RECORD_SLOTS}, type, id, version, last_updated, origin, content_hash, identifiers, keys, body
  FROM resource_7 ORDER BY slot;
DROP TABLE resource_7;
CREATE INDEX resource_consent ON resource (slot) WHERE type BETWEEN 'Consent' AND 'Consent';

CREATE TABLE resource_id (
  hash INTEGER NOT NULL,
  record INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  PRIMARY KEY (hash, record, slot)
) STRICT, WITHOUT ROWID;
INSERT INTO resource_id (hash, record, slot)
  SELECT hash, slot / ${RECORD_SLOTS}, slot FROM resource_id_7 ORDER BY hash, slot;
DROP TABLE resource_id_7;

CREATE TABLE resource_identifier (
  hash INTEGER NOT NULL,
  record INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  PRIMARY KEY (hash, record, slot)
) STRICT, WITHOUT ROWID;
INSERT INTO resource_identifier (hash, record, slot)
  SELECT hash, slot / ${RECORD_SLOTS}, slot FROM resource_identifier_7 ORDER BY hash, slot;
DROP TABLE resource_identifier_7;
  `);
  shortenSearchKeys(database);
}

/** UTF-16 units are at most two a character, so no value that is too long has fewer characters. */
const CHARACTERS_LONG = 250;

/** Values too long for an index of PostgreSQL are kept by their beginning and a digest, and found so. */
function shortenSearchKeys(database: DatabaseSync): void {
  const long = database
    .prepare(`SELECT DISTINCT code, value FROM search_key WHERE length(value) > ${CHARACTERS_LONG}`)
    .all();
  const change = database.prepare("UPDATE search_key SET value = ? WHERE code = ? AND value = ?");
  for (const { code, value } of long) {
    if (typeof code === "string" && typeof value === "string") change.run(toKept(value), code, value);
  }
}
