import type { DatabaseSync } from "node:sqlite";
import { eachHash, identifierHashes } from "../statements/identifier-hash.ts";
import { bytes, integer, text } from "../statements/values.ts";
import type { Derive } from "./derive.ts";

/**
 * From version 1, which had one id space, one shared record of organisations an authority, nothing past of what sources
 * say, no index of identifiers and other names to search by. The statements stand here as they were when version 2 was
 * made, whatever `schema.ts` says later.
 */
export function from1To2(database: DatabaseSync, derive: Derive): void {
  database.function("identifier_hashes", { deterministic: true }, (type, body) =>
    identifierHashes(text(type), derive.identifiersOf(Buffer.from(bytes(body)).toString()), ""),
  );
  database.exec(TABLES);
  indexIdentifiers(database);
  nameAnew(database, derive);
}

function indexIdentifiers(database: DatabaseSync): void {
  const insert = database.prepare("INSERT OR IGNORE INTO resource_identifier (hash, slot) VALUES (?, ?)");
  const rows = database.prepare("SELECT slot, identifiers FROM resource WHERE identifiers IS NOT NULL").iterate();
  for (const { slot, identifiers } of rows) {
    for (const hash of eachHash(bytes(identifiers))) insert.run(hash, integer(slot));
  }
}

/** A name is found by more than its beginning now; every other key is as it was. */
function nameAnew(database: DatabaseSync, { recordKeysOf }: Derive): void {
  database.exec("DELETE FROM search_key WHERE code IN ('family', 'given')");
  const insert = database.prepare(
    "INSERT OR IGNORE INTO search_key (code, value, id_space, record, contribution) VALUES (?, ?, '', ?, ?)",
  );
  for (const { id, record, body } of database.prepare("SELECT id, record, body FROM contribution").iterate()) {
    for (const { code, value } of recordKeysOf(text(body))) {
      if (code === "family" || code === "given") insert.run(code, value, integer(record), integer(id));
    }
  }
}

const TABLES = `
ALTER TABLE record RENAME TO record_1;
ALTER TABLE resource RENAME TO resource_1;
ALTER TABLE history RENAME TO history_1;
ALTER TABLE search_key RENAME TO search_key_1;
DROP INDEX search_key_of_record;
DROP INDEX contribution_of_authority;

CREATE TABLE record (
  key INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  id_space TEXT NOT NULL,
  patient_id TEXT,
  authority TEXT,
  has_room INTEGER,
  version INTEGER NOT NULL,
  first_change INTEGER,
  last_change INTEGER,
  UNIQUE (patient_id, id_space)
) STRICT;
CREATE INDEX record_shared ON record (kind, authority, id_space, has_room) WHERE authority IS NOT NULL;
CREATE INDEX record_by_change ON record (kind, last_change);
INSERT INTO record (key, kind, id_space, patient_id, authority, has_room, version)
  SELECT key, kind, '', patient_id, authority, iif(kind = 'child', NULL, 1), version FROM record_1 ORDER BY key;

CREATE TABLE resource (
  slot INTEGER PRIMARY KEY,
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
INSERT INTO resource (slot, type, id, version, last_updated, origin, content_hash, identifiers, keys, body)
  SELECT slot, type, id, version, last_updated, origin, content_hash, identifier_hashes(type, body), keys, body
  FROM resource_1 ORDER BY slot;

CREATE TABLE resource_identifier (
  hash INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  PRIMARY KEY (hash, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE history (
  sequence INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  id TEXT NOT NULL,
  id_space TEXT NOT NULL,
  version INTEGER NOT NULL,
  record INTEGER NOT NULL,
  last_updated INTEGER NOT NULL,
  origin INTEGER NOT NULL,
  content_hash TEXT NOT NULL,
  keys TEXT NOT NULL,
  body BLOB,
  UNIQUE (id, type, id_space, version)
) STRICT;
CREATE INDEX history_of_record ON history (record);
INSERT INTO history (sequence, type, id, id_space, version, record, last_updated, origin, content_hash, keys, body)
  SELECT sequence, type, id, '', version, record, last_updated, origin, content_hash, keys, body
  FROM history_1 ORDER BY sequence;

CREATE TABLE search_key (
  code TEXT NOT NULL,
  value TEXT NOT NULL,
  id_space TEXT NOT NULL,
  record INTEGER NOT NULL,
  contribution INTEGER NOT NULL,
  PRIMARY KEY (code, value, id_space, record, contribution)
) STRICT, WITHOUT ROWID;
CREATE INDEX search_key_of_record ON search_key (record, code, value);
INSERT INTO search_key (code, value, id_space, record, contribution)
  SELECT code, value, '', record, contribution FROM search_key_1 ORDER BY code, value, record, contribution;

CREATE TABLE past_contribution (
  sequence INTEGER PRIMARY KEY,
  record INTEGER NOT NULL,
  source TEXT NOT NULL,
  local_id TEXT NOT NULL,
  data_class TEXT NOT NULL,
  last_updated INTEGER NOT NULL,
  until INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX past_contribution_of_record ON past_contribution (record);

CREATE TABLE standing (
  authority TEXT NOT NULL,
  record INTEGER NOT NULL,
  PRIMARY KEY (authority, record)
) STRICT, WITHOUT ROWID;
INSERT INTO standing (authority, record)
  SELECT DISTINCT authority, record FROM contribution ORDER BY authority, record;

CREATE TEMP TABLE told (record INTEGER PRIMARY KEY, first_change INTEGER, last_change INTEGER);
INSERT INTO told
  SELECT record, min(at), max(at) FROM (
    SELECT slot / 1048576 AS record, last_updated AS at FROM resource
    UNION ALL SELECT record, last_updated FROM history
    UNION ALL SELECT record, last_updated FROM contribution
  ) GROUP BY record;
UPDATE record SET first_change = told.first_change, last_change = told.last_change
  FROM told WHERE told.record = record.key;
DROP TABLE told;

DROP TABLE record_1;
DROP TABLE resource_1;
DROP TABLE history_1;
DROP TABLE search_key_1;
`;
