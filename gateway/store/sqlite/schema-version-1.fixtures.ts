import { hash } from "node:crypto";

/** The tables of version 1 as its gateway made them, with the marks it set in the file. */
export const VERSION_1 = `
CREATE TABLE record (
  key INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  patient_id TEXT UNIQUE,
  authority TEXT,
  version INTEGER NOT NULL,
  UNIQUE (kind, authority)
) STRICT;
CREATE TABLE origin (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  data_class TEXT NOT NULL,
  UNIQUE (source, data_class)
) STRICT;
CREATE TABLE resource (
  slot INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  last_updated INTEGER NOT NULL,
  origin INTEGER NOT NULL,
  content_hash TEXT NOT NULL,
  keys TEXT NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE TABLE resource_id (
  hash INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  PRIMARY KEY (hash, slot)
) STRICT, WITHOUT ROWID;
CREATE TABLE history (
  sequence INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  record INTEGER NOT NULL,
  last_updated INTEGER NOT NULL,
  origin INTEGER NOT NULL,
  content_hash TEXT NOT NULL,
  keys TEXT NOT NULL,
  body BLOB,
  UNIQUE (id, type, version)
) STRICT;
CREATE TABLE contribution (
  id INTEGER PRIMARY KEY,
  record INTEGER NOT NULL,
  source TEXT NOT NULL,
  local_id TEXT NOT NULL,
  authority TEXT NOT NULL,
  data_class TEXT NOT NULL,
  last_updated INTEGER NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (record, source, local_id)
) STRICT;
CREATE INDEX contribution_of_authority ON contribution (authority, record);
CREATE TABLE search_key (
  code TEXT NOT NULL,
  value TEXT NOT NULL,
  record INTEGER NOT NULL,
  contribution INTEGER NOT NULL,
  PRIMARY KEY (code, value, record, contribution)
) STRICT, WITHOUT ROWID;
CREATE INDEX search_key_of_record ON search_key (record, code, value);
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
  PRIMARY KEY (record, source, unit, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX relationship_of_organization ON relationship (value, system, record);
CREATE TABLE identity_key (key TEXT PRIMARY KEY, record INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE link (
  sequence INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  local_id TEXT NOT NULL,
  record INTEGER NOT NULL,
  author TEXT NOT NULL,
  evidence TEXT NOT NULL,
  decided_at INTEGER NOT NULL
) STRICT;
CREATE INDEX link_of_source ON link (source, local_id);
CREATE INDEX link_of_record ON link (record);
CREATE TABLE source_identity (
  source TEXT NOT NULL,
  local_id TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (source, local_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE review (
  sequence INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  source TEXT NOT NULL,
  local_id TEXT NOT NULL,
  record INTEGER NOT NULL,
  candidates TEXT NOT NULL,
  evidence TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  closed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX review_open ON review (source, local_id, kind) WHERE closed_at IS NULL;
CREATE TABLE lineage (
  sequence INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  unit TEXT NOT NULL,
  hash TEXT NOT NULL,
  record INTEGER NOT NULL,
  made TEXT NOT NULL,
  UNIQUE (source, unit)
) STRICT;
CREATE TABLE staged (
  source TEXT NOT NULL,
  name TEXT NOT NULL,
  key TEXT NOT NULL,
  parent_name TEXT,
  parent_key TEXT,
  body TEXT NOT NULL,
  PRIMARY KEY (source, name, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX staged_below ON staged (source, parent_name, parent_key);
CREATE TABLE quarantine (
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  delivery TEXT NOT NULL,
  source TEXT NOT NULL,
  line INTEGER NOT NULL,
  issues TEXT NOT NULL,
  content TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX quarantine_of_source ON quarantine (source, delivery);
CREATE TABLE receipt (id TEXT PRIMARY KEY, source TEXT NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE reach (
  source TEXT PRIMARY KEY,
  authority TEXT NOT NULL,
  data_class TEXT NOT NULL,
  until TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE single_use (key TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX single_use_expiry ON single_use (expires_at);
PRAGMA application_id = 0x45594647;
PRAGMA user_version = 1;
`;

/** A child with a resource in its second version, and a shared record of organisations. */
export const VERSION_1_ROWS = `
INSERT INTO record (key, kind, patient_id, authority, version)
  VALUES (1, 'child', 'p-1', NULL, 3), (2, 'Organization', NULL, '383', 2);
INSERT INTO origin (id, source, data_class) VALUES (1, 'leeds-eyfsp', 'education');
INSERT INTO resource (slot, type, id, version, last_updated, origin, content_hash, keys, body) VALUES
  (1048576, 'Observation', 'o-1', 2, 2000, 1, 'hash-2', '', CAST('{"identifiers":["urn:scan|77"]}' AS BLOB)),
  (2097152, 'Organization', 'org-1', 1, 1000, 1, 'hash-3', '', x'7b7d');
INSERT INTO resource_id (hash, slot) VALUES (${idHash("Observation/o-1")}, 1048576);
INSERT INTO resource_id (hash, slot) VALUES (${idHash("Organization/org-1")}, 2097152);
INSERT INTO history (type, id, version, record, last_updated, origin, content_hash, keys, body)
  VALUES ('Observation', 'o-1', 1, 1, 1000, 1, 'hash-1', '', x'7b7d');
INSERT INTO contribution (record, source, local_id, authority, data_class, last_updated, body)
  VALUES (1, 'leeds-eyfsp', 'A1', '383', 'education', 500,
    '{"resourceType":"Patient","keys":[{"code":"family","value":"oak"},{"code":"birthdate","value":"not-again"}]}');
INSERT INTO search_key (code, value, record, contribution) VALUES
  ('family', 'ashdown', 1, 1), ('birthdate', '2020-05-04', 1, 1);
INSERT INTO lineage (source, unit, hash, record, made) VALUES
  ('leeds-eyfsp', 'A1', 'hash-4', 1, '[["E01","Observation","o-1"]]');
INSERT INTO staged (source, name, key, parent_name, parent_key, body) VALUES
  ('leeds-csds', 'MPI', 'P1', NULL, NULL, '{}'), ('leeds-csds', 'Referral', 'R1', 'MPI', 'P1', '{}'),
  ('leeds-csds', 'Referral', 'R2', 'MPI', 'P2', '{}');
INSERT INTO quarantine (id, delivery, source, line, issues, content, created_at) VALUES
  ('q-1', 'd-1', 'leeds-eyfsp', 7, '[]', 'a,b', 900);
INSERT INTO receipt (id, source, body) VALUES
  ('d-1', 'leeds-eyfsp', '{"finishedAt":"2026-02-01T00:00:00Z"}'), ('d-2', 'leeds-eyfsp', 'no JSON'),
  ('d-0', 'leeds-eyfsp', '{"finishedAt":"2026-03-01T00:00:00Z"}');
`;

/** As it was until version 3: 52 bits, in which ids that begin alike lay anywhere. */
function idHash(name: string): number {
  return Number.parseInt(hash("sha256", name, "hex").slice(0, 13), 16);
}
