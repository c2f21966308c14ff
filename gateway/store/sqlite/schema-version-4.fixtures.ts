/** The tables of version 4 as its gateway made them, with the marks it set in the file. */
export const VERSION_4 = `
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
PRAGMA user_version = 4;
`;

/**
 * Two children: one told by two sources, of which one has moved to it from the other, with a number, a review item and a
 * unit of every kind of name; and an organisation that a source named.
 */
export const VERSION_4_ROWS = `
INSERT INTO record (key, kind, id_space, patient_id, authority, has_room, version, first_change, last_change) VALUES
  (1, 'child', '', 'p-1', NULL, NULL, 3, 500, 2000), (2, 'child', '', 'p-2', NULL, NULL, 2, 500, 1000),
  (3, 'Organization', '', NULL, 'leeds', 1, 1, 500, 500);
INSERT INTO source_identity (source, local_id, body) VALUES
  ('leeds-csds', 'P1', '{"localId":"P1","nhsNumber":"9990000018","birthDate":"2020-05-04"}'),
  ('leeds-eyfsp', 'A1', '{"localId":"A1","upn":"Z395000190001","birthDate":"2020-05-04"}');
INSERT INTO link (sequence, source, local_id, record, author, evidence, decided_at) VALUES
  (1, 'leeds-eyfsp', 'A1', 2, 'rules-3/own', '[]', 500),
  (2, 'leeds-csds', 'P1', 1, 'rules-3/own', '[]', 600),
  (3, 'leeds-eyfsp', 'A1', 1, 'rules-3/upn', '["UPN agrees"]', 1000);
INSERT INTO identity_key (key, record) VALUES
  ('nhs-number|9990000018', 1), ('upn|Z395000190001', 1), ('awaited-nhs-number|9990000026', 2);
INSERT INTO contribution (id, record, source, local_id, authority, data_class, last_updated, unit, body) VALUES
  (4, 1, 'leeds-csds', 'P1', 'leeds', 'health-visiting', 600, 'child/P1', '{"resourceType":"Patient","birthDate":"2020-05-04"}'),
  (5, 1, 'leeds-eyfsp', 'A1', 'leeds', 'education', 2000, 'A1/2025', '{"resourceType":"Patient"}'),
  (6, 2, 'leeds-vendor', 'p-2', 'leeds', 'health-visiting', 700, NULL, '{"resourceType":"Patient"}');
INSERT INTO past_contribution (record, source, local_id, data_class, last_updated, until, body) VALUES
  (2, 'leeds-eyfsp', 'A1', 'education', 500, 1000, '{"resourceType":"Patient"}');
INSERT INTO search_key (code, value, id_space, record, contribution) VALUES
  ('birthdate', '2020-05-04', '', 1, 4), ('block', 'ada|oak|2020-05-04|LS62CK', '', 1, 4);
INSERT INTO review (sequence, kind, source, local_id, record, candidates, evidence, created_at, closed_at) VALUES
  (1, 'ambiguous', 'leeds-eyfsp', 'A1', 1, '[2]', '["family name agrees"]', 1000, NULL),
  (2, 'unlinked', 'leeds-eyfsp', 'A1', 2, '[]', '[]', 500, 1000);
INSERT INTO delivery (sequence, source, id, received_at) VALUES (1, 'leeds-eyfsp', 'r-1', 500), (2, 'leeds-csds', 'r-2', 600);
INSERT INTO lineage (sequence, source, unit, hash, record, delivery, line, mapping, written_at, made) VALUES
  (1, 'leeds-eyfsp', 'A1/2025', 'h1', 1, 1, 1, 1, NULL, '[]'), (2, 'leeds-csds', 'child/P1', 'h2', 1, 2, 0, 1, NULL, '[]'),
  (3, 'leeds-csds', 'form-77', 'h3', 1, 2, 3, 1, 700, '[]'),
  (4, 'leeds-csds', 'organization/9', 'h4', 3, 2, 0, 1, NULL, '[["organization","Organization","g"]]');
INSERT INTO standing (authority, record) VALUES ('leeds', 1), ('leeds', 2);
`;
