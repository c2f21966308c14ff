/**
 * From version 1, which had one id space, one shared record of organisations an authority, and nothing past of what
 * sources say. The statements stand here as they were when version 2 was made, whatever `schema.ts` says later.
 */
export const FROM_1_TO_2 = `
ALTER TABLE record RENAME TO record_1;
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
  UNIQUE (patient_id, id_space)
) STRICT;
CREATE INDEX record_shared ON record (kind, authority, id_space, has_room) WHERE authority IS NOT NULL;
INSERT INTO record (key, kind, id_space, patient_id, authority, has_room, version)
  SELECT key, kind, '', patient_id, authority, iif(kind = 'child', NULL, 1), version FROM record_1 ORDER BY key;

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

DROP TABLE record_1;
DROP TABLE history_1;
DROP TABLE search_key_1;
`;
