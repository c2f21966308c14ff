/**
 * The tables of the embedded engine in PostgreSQL's types: what each is for, an example row and what is hashed stand there.
 * `BY (column)` marks a table that belongs to a child's record: rows of one record lie together by that column, and no
 * unique constraint of such a table lacks it, so that it can be partitioned or spread over machines. What is to be unique
 * beside that (a Patient's id, the versions of a resource) the statements look after, under the one writer.
 */
const TABLES = `
CREATE TABLE record (
  key BIGSERIAL PRIMARY KEY,
  kind TEXT NOT NULL,
  id_space TEXT NOT NULL,
  patient_id TEXT,
  authority TEXT,
  has_room BIGINT,
  version BIGINT NOT NULL,
  first_change BIGINT,
  last_change BIGINT
) BY (key);
CREATE INDEX record_of_patient ON record (patient_id, id_space) WHERE patient_id IS NOT NULL;
CREATE INDEX record_shared ON record (kind, authority, id_space, has_room) WHERE authority IS NOT NULL;
CREATE INDEX record_by_change ON record (kind, last_change, key);
CREATE TABLE origin (
  id BIGSERIAL PRIMARY KEY,
  source TEXT NOT NULL,
  data_class TEXT NOT NULL,
  UNIQUE (source, data_class)
);
CREATE TABLE resource (
  record BIGINT NOT NULL,
  slot BIGINT NOT NULL,
  type TEXT NOT NULL,
  id TEXT NOT NULL,
  version BIGINT NOT NULL,
  last_updated BIGINT NOT NULL,
  origin BIGINT NOT NULL,
  content_hash TEXT NOT NULL,
  identifiers BYTEA,
  keys TEXT NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (record, slot)
) BY (record);
CREATE INDEX resource_consent ON resource (slot) WHERE type BETWEEN 'Consent' AND 'Consent';
CREATE TABLE resource_id (
  hash BIGINT NOT NULL,
  record BIGINT NOT NULL,
  slot BIGINT NOT NULL,
  PRIMARY KEY (hash, record, slot)
) BY (record);
CREATE TABLE resource_identifier (
  hash BIGINT NOT NULL,
  record BIGINT NOT NULL,
  slot BIGINT NOT NULL,
  PRIMARY KEY (hash, record, slot)
) BY (record);
CREATE TABLE history (
  sequence BIGSERIAL,
  type TEXT NOT NULL,
  id TEXT NOT NULL,
  id_space TEXT NOT NULL,
  version BIGINT NOT NULL,
  record BIGINT NOT NULL,
  last_updated BIGINT NOT NULL,
  origin BIGINT NOT NULL,
  content_hash TEXT NOT NULL,
  keys TEXT NOT NULL,
  body BYTEA,
  PRIMARY KEY (record, sequence)
) BY (record);
CREATE INDEX history_of_resource ON history (id, type, id_space, version);
CREATE TABLE source_child (
  id BIGSERIAL PRIMARY KEY,
  source TEXT NOT NULL,
  local_id TEXT NOT NULL,
  record BIGINT,
  link BIGINT,
  identity TEXT,
  blocking BYTEA,
  UNIQUE (local_id, source)
);
CREATE INDEX source_child_of_record ON source_child (record);
CREATE TABLE source (id BIGSERIAL PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE block (
  key BIGINT NOT NULL,
  source BIGINT NOT NULL,
  child BIGINT NOT NULL,
  PRIMARY KEY (key, source, child)
);
CREATE TABLE child_print (child BIGINT PRIMARY KEY, print TEXT NOT NULL);
CREATE TABLE contribution (
  id BIGSERIAL,
  record BIGINT NOT NULL,
  child BIGINT NOT NULL,
  authority TEXT NOT NULL,
  data_class TEXT NOT NULL,
  last_updated BIGINT NOT NULL,
  since BIGINT,
  unit TEXT,
  withheld TEXT,
  body TEXT NOT NULL,
  PRIMARY KEY (record, child)
) BY (record);
CREATE TABLE past_contribution (
  sequence BIGSERIAL,
  record BIGINT NOT NULL,
  child BIGINT NOT NULL,
  data_class TEXT NOT NULL,
  last_updated BIGINT NOT NULL,
  since BIGINT,
  until BIGINT NOT NULL,
  is_left BIGINT NOT NULL,
  withheld TEXT,
  body TEXT NOT NULL,
  PRIMARY KEY (record, sequence)
) BY (record);
CREATE TABLE standing (
  authority TEXT NOT NULL,
  record BIGINT NOT NULL,
  PRIMARY KEY (authority, record)
) BY (record);
CREATE TABLE search_key (
  code TEXT NOT NULL,
  value TEXT NOT NULL,
  id_space TEXT NOT NULL,
  record BIGINT NOT NULL,
  contribution BIGINT NOT NULL,
  PRIMARY KEY (code, value, id_space, record, contribution)
) BY (record);
CREATE INDEX search_key_of_record ON search_key (record, code, value);
CREATE TABLE relationship (
  record BIGINT NOT NULL,
  source TEXT NOT NULL,
  unit TEXT NOT NULL,
  n BIGINT NOT NULL,
  kind TEXT NOT NULL,
  system TEXT NOT NULL,
  value TEXT NOT NULL,
  start_date TEXT,
  end_date TEXT,
  told_at BIGINT,
  PRIMARY KEY (record, source, unit, n)
) BY (record);
CREATE INDEX relationship_of_organization ON relationship (value, system, record);
CREATE TABLE identity_key (
  sequence BIGSERIAL PRIMARY KEY,
  key TEXT NOT NULL,
  child BIGINT NOT NULL,
  record BIGINT NOT NULL,
  held BIGINT NOT NULL,
  UNIQUE (key, child, record)
);
CREATE INDEX identity_key_of_child ON identity_key (child);
CREATE TABLE link (
  sequence BIGSERIAL PRIMARY KEY,
  child BIGINT NOT NULL,
  record BIGINT NOT NULL,
  author TEXT NOT NULL,
  evidence TEXT NOT NULL,
  decided_at BIGINT NOT NULL
);
CREATE TABLE decision (
  sequence BIGSERIAL PRIMARY KEY,
  kind TEXT NOT NULL,
  survivor BIGINT NOT NULL,
  other BIGINT NOT NULL,
  author TEXT NOT NULL,
  reason TEXT NOT NULL,
  evidence TEXT NOT NULL,
  decided_at BIGINT NOT NULL,
  moved TEXT NOT NULL,
  others TEXT NOT NULL,
  forbids BIGINT NOT NULL,
  undoes BIGINT,
  undone_by BIGINT
);
CREATE INDEX decision_of_survivor ON decision (survivor);
CREATE INDEX decision_of_other ON decision (other);
CREATE INDEX decision_never_survivor ON decision (survivor) WHERE forbids = 1 AND undone_by IS NULL;
CREATE INDEX decision_never_other ON decision (other) WHERE forbids = 1 AND undone_by IS NULL;
CREATE TABLE merged (record BIGINT PRIMARY KEY, survivor BIGINT NOT NULL, decision BIGINT NOT NULL);
CREATE INDEX merged_into ON merged (survivor);
CREATE TABLE review (
  sequence BIGSERIAL PRIMARY KEY,
  kind TEXT NOT NULL,
  child BIGINT NOT NULL,
  record BIGINT NOT NULL,
  candidates TEXT NOT NULL,
  evidence TEXT NOT NULL,
  bits DOUBLE PRECISION,
  created_at BIGINT NOT NULL,
  closed_at BIGINT,
  dismissed_at BIGINT,
  dismissed_by TEXT,
  dismissed_why TEXT
);
CREATE UNIQUE INDEX review_open ON review (child, kind) WHERE closed_at IS NULL;
CREATE INDEX review_dismissed ON review (child) WHERE dismissed_at IS NOT NULL;
CREATE TABLE disclosure_decision (
  id BIGSERIAL PRIMARY KEY,
  record BIGINT NOT NULL,
  kind TEXT NOT NULL,
  author TEXT NOT NULL,
  reason TEXT NOT NULL,
  decided_at BIGINT NOT NULL,
  until BIGINT,
  consent TEXT,
  terms TEXT NOT NULL,
  awaits_review BIGINT NOT NULL
);
CREATE INDEX disclosure_decision_of_record ON disclosure_decision (record);
CREATE INDEX disclosure_decision_of_consent ON disclosure_decision (consent) WHERE consent IS NOT NULL;
CREATE INDEX disclosure_decision_awaiting ON disclosure_decision (id) WHERE awaits_review = 1;
CREATE TABLE disclosure_step (
  decision BIGINT NOT NULL,
  kind TEXT NOT NULL,
  author TEXT NOT NULL,
  reason TEXT NOT NULL,
  at BIGINT NOT NULL,
  is_upheld BIGINT,
  PRIMARY KEY (decision, kind)
);
CREATE TABLE delivery (
  sequence BIGSERIAL PRIMARY KEY,
  source TEXT NOT NULL,
  id TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  UNIQUE (source, id)
);
CREATE TABLE lineage (
  sequence BIGSERIAL PRIMARY KEY,
  source TEXT NOT NULL,
  unit TEXT NOT NULL,
  child BIGINT,
  hash TEXT NOT NULL,
  record BIGINT NOT NULL,
  delivery BIGINT NOT NULL,
  line BIGINT NOT NULL,
  mapping BIGINT NOT NULL,
  written_at BIGINT,
  made TEXT NOT NULL,
  UNIQUE (source, unit)
);
CREATE INDEX lineage_of_record ON lineage (record);
CREATE INDEX lineage_of_delivery ON lineage (delivery, line);
CREATE TABLE raw (
  lineage BIGINT PRIMARY KEY,
  kept_until BIGINT NOT NULL,
  vocabulary BIGINT NOT NULL,
  content BYTEA NOT NULL
);
CREATE INDEX raw_by_time ON raw (kept_until);
CREATE TABLE vocabulary (id BIGSERIAL PRIMARY KEY, content TEXT NOT NULL);
CREATE TABLE ended_state (
  delivery BIGINT NOT NULL,
  line BIGINT NOT NULL,
  unit TEXT NOT NULL,
  state TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (delivery, line, unit)
);
CREATE INDEX ended_state_of_unit ON ended_state (unit, delivery);
CREATE TABLE staged (
  source TEXT NOT NULL,
  name TEXT NOT NULL,
  key TEXT NOT NULL,
  parent_name TEXT,
  parent_key TEXT,
  delivery BIGINT NOT NULL,
  line BIGINT NOT NULL,
  waits BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (source, name, key)
);
CREATE INDEX staged_below ON staged (source, parent_name, parent_key);
CREATE INDEX staged_of_delivery ON staged (delivery, line);
CREATE INDEX staged_waiting ON staged (source, name) WHERE waits = 1;
CREATE TABLE quarantine (
  sequence BIGSERIAL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  delivery TEXT NOT NULL,
  source TEXT NOT NULL,
  line BIGINT NOT NULL,
  issues TEXT NOT NULL,
  content TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  reached TEXT NOT NULL,
  name TEXT,
  unit TEXT,
  state TEXT NOT NULL,
  closed_at BIGINT
);
CREATE INDEX quarantine_of_source ON quarantine (source, state, delivery);
CREATE TABLE receipt (
  sequence BIGSERIAL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX receipt_of_source ON receipt (source);
CREATE TABLE quality (
  sequence BIGSERIAL PRIMARY KEY,
  delivery TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX quality_of_source ON quality (source);
CREATE TABLE reach (
  source TEXT PRIMARY KEY,
  authority TEXT NOT NULL,
  data_class TEXT NOT NULL,
  until TEXT NOT NULL
);
CREATE TABLE single_use (key TEXT PRIMARY KEY, expires_at BIGINT NOT NULL);
CREATE INDEX single_use_expiry ON single_use (expires_at);
`;

/** Of the engine alone: one row that every transaction changes first, and of each process its last transaction. */
const OWN_TABLES = `
CREATE TABLE store_schema (application TEXT NOT NULL, version BIGINT NOT NULL);
CREATE TABLE store_change (one BIGINT PRIMARY KEY CHECK (one = 1), number BIGINT NOT NULL) WITH (fillfactor = 10);
INSERT INTO store_change (one, number) VALUES (1, 1);
CREATE TABLE store_writer (id TEXT PRIMARY KEY, number BIGINT NOT NULL, at BIGINT NOT NULL) WITH (fillfactor = 10);
`;

/** Tables that belong to a child's record, and the column by which each is partitioned or distributed. */
export const TABLES_BY_RECORD: readonly (readonly [table: string, column: string])[] = [
  ...TABLES.matchAll(/^CREATE TABLE (\w+) \([^;]*?\n\) BY \((\w+)\);$/gm),
].map(([, table = "", column = ""]) => [table, column] as const);

/** Every other table, but those of the engine alone. */
export const SHARED_TABLES: readonly string[] = [...TABLES.matchAll(/^CREATE TABLE (\w+)/gm)]
  .map(([, table = ""]) => table)
  .filter((table) => !TABLES_BY_RECORD.some(([one]) => one === table));

/**
 * What makes the tables, in parts of one statement each. `partitions`: into how many each table of a child's record is
 * parted by the hash of its record; one, where nothing is said.
 */
export function tableStatements(partitions = 1): readonly string[] {
  const parted = TABLES.replace(/\) BY \((\w+)\);/g, partitions > 1 ? ") PARTITION BY HASH ($1);" : ");");
  const statements = `${OWN_TABLES}${parted}`
    .split(";\n")
    .map((one) => one.trim().replace(/ TEXT\b/g, ' TEXT COLLATE "C"'))
    .filter((one) => one !== "");
  if (partitions === 1) return statements;
  const numbers = Array.from({ length: partitions }, (_, n) => n);
  const parts = TABLES_BY_RECORD.flatMap(([table]) =>
    numbers.map(
      (n) =>
        `CREATE TABLE ${table}_part_${n} PARTITION OF ${table} FOR VALUES WITH (MODULUS ${partitions}, REMAINDER ${n})`,
    ),
  );
  return [...statements, ...parts];
}
