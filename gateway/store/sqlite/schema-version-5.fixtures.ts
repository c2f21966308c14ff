/** The tables of version 5 as its gateway made them, with the marks it set in the file. */
export const VERSION_5 = `
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
  identifiers BLOB,
  keys TEXT NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE TABLE resource_id (
  hash INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  PRIMARY KEY (hash, slot)
) STRICT, WITHOUT ROWID;
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
CREATE INDEX source_child_of_record ON source_child (record);
CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE block (
  key INTEGER NOT NULL,
  source INTEGER NOT NULL,
  child INTEGER NOT NULL,
  PRIMARY KEY (key, source, child)
) STRICT, WITHOUT ROWID;
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
CREATE INDEX past_contribution_of_record ON past_contribution (record);
CREATE TABLE standing (
  authority TEXT NOT NULL,
  record INTEGER NOT NULL,
  PRIMARY KEY (authority, record)
) STRICT, WITHOUT ROWID;
CREATE TABLE search_key (
  code TEXT NOT NULL,
  value TEXT NOT NULL,
  id_space TEXT NOT NULL,
  record INTEGER NOT NULL,
  contribution INTEGER NOT NULL,
  PRIMARY KEY (code, value, id_space, record, contribution)
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
CREATE TABLE identity_key (
  sequence INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  child INTEGER NOT NULL,
  record INTEGER NOT NULL,
  held INTEGER NOT NULL,
  UNIQUE (key, child, record)
) STRICT;
CREATE INDEX identity_key_of_child ON identity_key (child);
CREATE TABLE link (
  sequence INTEGER PRIMARY KEY,
  child INTEGER NOT NULL,
  record INTEGER NOT NULL,
  author TEXT NOT NULL,
  evidence TEXT NOT NULL,
  decided_at INTEGER NOT NULL
) STRICT;
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
CREATE UNIQUE INDEX review_open ON review (child, kind) WHERE closed_at IS NULL;
CREATE INDEX review_dismissed ON review (child) WHERE dismissed_at IS NOT NULL;
CREATE TABLE delivery (
  sequence INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  id TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  UNIQUE (source, id)
) STRICT;
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
CREATE INDEX quarantine_of_source ON quarantine (source, state, delivery);
CREATE TABLE receipt (
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX receipt_of_source ON receipt (source);
CREATE TABLE quality (
  sequence INTEGER PRIMARY KEY,
  delivery TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX quality_of_source ON quality (source);
CREATE TABLE reach (
  source TEXT PRIMARY KEY,
  authority TEXT NOT NULL,
  data_class TEXT NOT NULL,
  until TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE single_use (key TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX single_use_expiry ON single_use (expires_at);
PRAGMA application_id = 1163478599;
PRAGMA user_version = 5;
`;

/** Two children of one source, of whom the second is merged into the first, each with a Consent that stands. */
export const VERSION_5_ROWS = `
INSERT INTO record (key, kind, id_space, patient_id, authority, has_room, version, first_change, last_change) VALUES
  (1, 'child', '', 'p-1', NULL, NULL, 3, 500, 2000), (2, 'child', '', 'p-2', NULL, NULL, 2, 500, 1000);
INSERT INTO origin (id, source, data_class) VALUES (1, 'leeds-sharing', 'sharing'), (2, 'leeds-eyfsp', 'education');
INSERT INTO resource (slot, type, id, version, last_updated, origin, content_hash, identifiers, keys, body) VALUES
  (1048576, 'Consent', 'c-1', 1, 500, 1, 'h1', NULL, '', CAST('{"resourceType":"Consent"}' AS BLOB)),
  (1048577, 'Observation', 'o-1', 1, 500, 2, 'h2', NULL, '', CAST('{"resourceType":"Observation"}' AS BLOB)),
  (1048578, 'Consent', 'c-2', 2, 900, 1, 'h3', NULL, '', CAST('{"resourceType":"Consent"}' AS BLOB));
INSERT INTO source_child (id, source, local_id, record, link) VALUES
  (1, 'leeds-sharing', 'S1', 1, 1), (2, 'leeds-sharing', 'S2', 1, 3);
INSERT INTO decision (sequence, kind, survivor, other, author, reason, evidence, decided_at, moved, others, forbids) VALUES
  (1, 'merge', 1, 2, 'steward-demo', 'seen together', '[]', 900, '[["leeds-sharing","S2",2,1]]', '["Consent/c-2"]', 0);
INSERT INTO merged (record, survivor, decision) VALUES (2, 1, 1);
INSERT INTO standing (authority, record) VALUES ('leeds', 1), ('leeds', 2);
`;
