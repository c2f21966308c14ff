import type { DatabaseSync } from "node:sqlite";
import type { Derive } from "./derive.ts";
import { from1To2 } from "./schema-1-to-2.ts";
import { from2To3 } from "./schema-2-to-3.ts";
import { from3To4 } from "./schema-3-to-4.ts";
import { from4To5 } from "./schema-4-to-5.ts";
import { from5To6 } from "./schema-5-to-6.ts";
import { from6To7 } from "./schema-6-to-7.ts";
import { from7To8 } from "./schema-7-to-8.ts";
import { from8To9 } from "./schema-8-to-9.ts";

/**
 * The stored shape. Times are milliseconds since 1970, dates YYYY-MM-DD, lists JSON text. Only contents (to
 * compare them) and logical ids (to find them) are hashed: identifiers stand in clear, since the store must answer by them, so the file is as private as what it holds.
 */
const TABLES = `
-- A child, or a part of the shared resources of one kind, authority and id space. The version counts transactions that
-- touched the record; first_change and last_change span the times that what is told in it carries, NULL while nothing is.
-- has_room: NULL for a child; 0 where a part was found full and nothing has left it since.
-- (17, 'child', '', 'b7c1…', NULL, NULL, 3, 1767225600000, 1769904000000)
-- (18, 'Organization', '', NULL, '383', 1, 12, 1767225600000, 1769904000000)
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

-- Who told a resource, and in which data class: spelled once instead of in every row.
-- (4, 'leeds-eyfsp', 'education')
CREATE TABLE origin (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  data_class TEXT NOT NULL,
  UNIQUE (source, data_class)
) STRICT;

-- Current resources. slot = record key * 2^20 + n, so that one record's rows lie side by side and are read in one go. record
-- says so once more, as it stands in every row that belongs to a child: an engine on several machines keeps a child's rows
-- together by it.
-- (17825792, 17, 'Observation', '2f0e…', 1, 1767225600000, 4, 'q3Xb…', x'3c5e…', 'code=…', x'01b40a…')
-- content_hash: SHA-256 of the content without meta.versionId and meta.lastUpdated. identifiers: the hashes under which
-- the row stands in resource_identifier, six bytes each, so that they can be taken out of it; NULL for none. body: coded
-- against a vocabulary, or as it came (words/body-code.ts).
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

-- Objections are listed by whoever decides on them. Not by "=": whether such an index serves "type = ?" depends on what is
-- bound, so SQLite would prepare every statement with it anew for each value.
CREATE INDEX resource_consent ON resource (slot) WHERE type BETWEEN 'Consent' AND 'Consent';

-- Where a logical id is, by a hash of type and id: a quarter of the size of the ids themselves. Ids that begin alike, as
-- those that one source record made, lie side by side: a commit writes one page for them instead of one for each. Two ids
-- of one hash are told apart in their rows, and their id spaces in the rows of their records.
-- hash: 20 bits of the first eight characters of the id, and the first 32 of SHA-256('Observation/2f0e…'), in an id space
-- of SHA-256('conformance Observation/2f0e…').
-- (2814749767106561, 17, 17825792)
CREATE TABLE resource_id (
  hash INTEGER NOT NULL,
  record INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  PRIMARY KEY (hash, record, slot)
) STRICT, WITHOUT ROWID;

-- Which resources carry a business identifier, by a hash: what it finds is looked into by whoever asks.
-- hash: the first 48 bits of SHA-256(' Observation https://example.org/scans|77'), the id space before the first space;
-- the first 16 of them are those of the same up to its last slash.
-- (66385920411212, 17, 17825792)
CREATE TABLE resource_identifier (
  hash INTEGER NOT NULL,
  record INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  PRIMARY KEY (hash, record, slot)
) STRICT, WITHOUT ROWID;

-- Versions that are current no more; a deletion mark has no body.
-- (1, 'Observation', '2f0e…', '', 1, 17, 1767225600000, 4, 'q3Xb…', 'code=…', x'01b40a…')
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

-- What each source calls a child, and what it says of who the child is: spelled once, since links, words, lineage and
-- blocking keys refer to it. record: of the latest link, and link its sequence. identity: as it came, NULL when it was
-- taken back. blocking: the keys under which it stands in block, eight bytes each, so that they can be taken out of it.
-- (5, 'leeds-eyfsp', 'A123', 17, 1, '{"localId":"A123","birthDate":"2020-05-04"}', x'000012…')
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

-- Sources by number, where a row is too short for their names.
-- (2, 'leeds-eyfsp')
CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

-- Sources' children by what is alike in those who may be the same: whole numbers that the matcher makes. Those of one
-- source lie side by side, so that its own are passed over when it asks.
-- (1441151880758558, 2, 5)
CREATE TABLE block (
  key INTEGER NOT NULL,
  source INTEGER NOT NULL,
  child INTEGER NOT NULL,
  PRIMARY KEY (key, source, child)
) STRICT, WITHOUT ROWID;

-- What the matcher compares of a source's child, in a text that it alone reads. Found beside the keys, without the child's
-- own row; a child without one is read. Rows are short, so that those of all children stay in memory.
-- (5, '3,20200504,2,,,LS14CI 3 2,martha,entwistle,1')
CREATE TABLE child_print (child INTEGER PRIMARY KEY, print TEXT NOT NULL) STRICT;

-- What one source says of a child, and the unit that told it. since: when it came into the record, where that was later.
-- withheld: identifiers of the body that are neither served nor indexed here; NULL for none.
-- (9, 17, 5, '383', 'education', 1767225600000, NULL, 'A123/2025', NULL, '{"resourceType":"Patient",…}')
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

-- What a source said of a child until it said something else, or nothing more. is_left: 1 where it turned out not to have
-- been of this child, and is told here no more.
-- (1, 17, 5, 'education', 1767225600000, NULL, 1769904000000, 0, NULL, '{"resourceType":"Patient",…}')
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

-- The authorities in which a child stands: those of its contributions, and of those that were.
-- ('383', 17)
CREATE TABLE standing (
  authority TEXT NOT NULL,
  record INTEGER NOT NULL,
  PRIMARY KEY (authority, record)
) STRICT, WITHOUT ROWID;

-- Words under which a child is found from anywhere, each as long as the contribution that brought it. The id space
-- stands in the key, so that a search in one never goes through what another holds.
-- ('identifier', 'https://fhir.nhs.uk/Id/nhs-number|9990000018', '', 17, 9)
CREATE TABLE search_key (
  code TEXT NOT NULL,
  value TEXT NOT NULL,
  id_space TEXT NOT NULL,
  record INTEGER NOT NULL,
  contribution INTEGER NOT NULL,
  PRIMARY KEY (code, value, id_space, record, contribution)
) STRICT, WITHOUT ROWID;
CREATE INDEX search_key_of_record ON search_key (record, code, value);

-- Dated ties of a child to an organisation, as one unit of a source told them.
-- (17, 'leeds-csds', 'CYP002GP/8', 0, 'gp-registration', 'https://fhir.nhs.uk/Id/ods-organization-code', 'Y99999', '2024-01-01', NULL, 1783512000000)
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
  told_at INTEGER,
  PRIMARY KEY (record, source, unit, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX relationship_of_organization ON relationship (value, system, record);

-- Identity keys, and which source's child told each of them, in which record. held: 0 where another record has it first.
-- (1, 'nhs-number|9990000018', 5, 17, 1)
CREATE TABLE identity_key (
  sequence INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  child INTEGER NOT NULL,
  record INTEGER NOT NULL,
  held INTEGER NOT NULL,
  UNIQUE (key, child, record)
) STRICT;
CREATE INDEX identity_key_of_child ON identity_key (child);

-- Decisions that a source's child is the child of a record: appended, the latest holds.
-- (1, 5, 17, 'nhs-number-and-birth-date/1', '["nhs-number equal"]', 1767225600000)
CREATE TABLE link (
  sequence INTEGER PRIMARY KEY,
  child INTEGER NOT NULL,
  record INTEGER NOT NULL,
  author TEXT NOT NULL,
  evidence TEXT NOT NULL,
  decided_at INTEGER NOT NULL
) STRICT;

-- Decisions on who is one child, appended. moved: [source, local id, from, to] each. others: resources that moved and that
-- no source record made. forbids: 1 where both are never to be linked while it holds.
-- (3, 'merge', 17, 18, 'steward-demo', 'seen together', '[]', 1769904000000, '[["leeds-csds","P1",18,17]]', '[]', 0, NULL, NULL)
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

-- Children that are merged into another one, by which decision.
-- (18, 17, 3)
CREATE TABLE merged (record INTEGER PRIMARY KEY, survivor INTEGER NOT NULL, decision INTEGER NOT NULL) STRICT;
CREATE INDEX merged_into ON merged (survivor);

-- Links that a steward should look at; closed_at is NULL while open. bits: evidence for the best candidate. dismissed_at: a
-- person has looked, and leaves it as it is.
-- (1, 'ambiguous', 5, 17, '[18,19]', '["birth date equal"]', 12.5, 1767225600000, NULL, NULL, NULL, NULL)
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

-- What persons decided on the disclosure of a child's record, appended; only the record of an objection is another once
-- its Consent has moved. consent: logical id, of an objection. terms: what its kind alone says. awaits_review: 1 until
-- somebody has reviewed it, where that is due.
-- (4, 17, 'objection', 'officer-demo', 'agreed with the family', 1767225600000, NULL, '2f0e…', '{"state":"upheld",…}', 0)
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

-- The end of a decision, and its review: appended, one of each at most.
-- (4, 'ended', 'officer-demo', 'the family took it back', 1769904000000, NULL)
CREATE TABLE disclosure_step (
  decision INTEGER NOT NULL,
  kind TEXT NOT NULL,
  author TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  is_upheld INTEGER,
  PRIMARY KEY (decision, kind)
) STRICT, WITHOUT ROWID;

-- A delivery that brought something which is still spoken of, spelled once instead of in every row.
-- (7, 'leeds-eyfsp', 'r-1', 1767225600000)
CREATE TABLE delivery (
  sequence INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  id TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  UNIQUE (source, id)
) STRICT;

-- What one unit of a source made. hash: SHA-256 of the source record's content. made: [slot, type, id] each. line: 0 for
-- what is no source record of its own. mapping: the version of the mapper. child: whom it tells of; NULL for none.
-- (1, 'leeds-eyfsp', 'A123', 5, 'Zk0w…', 17, 7, 12, 1, NULL, '[["E01","Observation","2f0e…"]]')
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

-- Source records as they were taken in, by the sequence of their lineage, compressed against a vocabulary.
-- (1, 1775001600000, 3, x'ab56…')
CREATE TABLE raw (
  lineage INTEGER PRIMARY KEY,
  kept_until INTEGER NOT NULL,
  vocabulary INTEGER NOT NULL,
  content BLOB NOT NULL
) STRICT;
CREATE INDEX raw_by_time ON raw (kept_until);

-- What the records of a source have in common, or bodies: names of fields, words; nothing of any child.
-- (3, '{"FSP_ACADYR":"","FSP_UPN":""')
CREATE TABLE vocabulary (id INTEGER PRIMARY KEY, content TEXT NOT NULL UNIQUE) STRICT;

-- What became of source records that count no more; what counts stands in lineage and staged.
-- (7, 12, 'A123', 'replaced', 1769904000000)
CREATE TABLE ended_state (
  delivery INTEGER NOT NULL,
  line INTEGER NOT NULL,
  unit TEXT NOT NULL,
  state TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (delivery, line, unit)
) STRICT, WITHOUT ROWID;
CREATE INDEX ended_state_of_unit ON ended_state (unit, delivery);

-- Rows of sources that come as several tables. waits: 1 while a row above is not there.
-- ('leeds-csds', 'CYP101Referral', 'R1', 'CYP001MPI', 'P1', 7, 12, 0, '{"ServiceRequestId":"R1"}')
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
-- Not a partial index: the planner would rather go through the whole source than use one here.
CREATE INDEX staged_below ON staged (source, parent_name, parent_key);
CREATE INDEX staged_of_delivery ON staged (delivery, line);
CREATE INDEX staged_waiting ON staged (source, name) WHERE waits = 1;

-- Source records that were held back. content is the record as it came, empty once it is held no more. name: the table of
-- a staged row. reached: how far the record came. closed_at is NULL while it is held.
-- (1, 'q-1', 'r-1', 'leeds-eyfsp', 12, '[{…}]', 'A123,…', 1767225600000, 'received', NULL, 'A123', 'quarantined', NULL)
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

-- (5, 'r-1', 'leeds-eyfsp', '{"received":30,…}')
CREATE TABLE receipt (
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX receipt_of_source ON receipt (source);

-- Counts of a delivery's quality.
-- (5, 'r-1', 'leeds-eyfsp', '{"records":30,…}')
CREATE TABLE quality (
  sequence INTEGER PRIMARY KEY,
  delivery TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX quality_of_source ON quality (source);

-- The date to which a source's data reach.
-- ('leeds-eyfsp', '383', 'education', '2026-06-30')
CREATE TABLE reach (
  source TEXT PRIMARY KEY,
  authority TEXT NOT NULL,
  data_class TEXT NOT NULL,
  until TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Things that may be used once, until they expire by themselves.
-- ('vendor-demo|0d5c…', 1767225900000)
CREATE TABLE single_use (key TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX single_use_expiry ON single_use (expires_at);
`;

/** Grows by one with every change to the tables above; kept in `PRAGMA user_version`. */
export const SCHEMA_VERSION = 9;

/** "EYFG", kept in `PRAGMA application_id`, so that another program's file is not taken for ours. */
const APPLICATION_ID = 0x45594647;

/** Thrown at open, when the file was written by a newer gateway or by something else. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
}

/**
 * Whether the file is new, has the tables of an earlier version, or those of this one.
 * @throws SchemaError when it was written by a later version or by another program; the file is not touched.
 */
export function checkSchema(database: DatabaseSync): "new" | "earlier" | "ready" {
  const version = pragma(database, "user_version");
  const application = pragma(database, "application_id");
  if (version === 0 && application === 0 && isEmpty(database)) return "new";
  if (application !== APPLICATION_ID) {
    throw new SchemaError("The store's file belongs to another program: point the gateway at a directory of its own.");
  }
  if (version < 1 || version > SCHEMA_VERSION) {
    throw new SchemaError(
      `The store's file has schema version ${version}; this gateway reads ${SCHEMA_VERSION}. ` +
        "Start the gateway that wrote it, or give this one another directory.",
    );
  }
  return version === SCHEMA_VERSION ? "ready" : "earlier";
}

/**
 * Makes the tables of a new file, and brings those of an earlier version forward, in one transaction. Looks again within
 * it: another process may have come first.
 */
export function makeSchema(database: DatabaseSync, derive: Derive | undefined): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    const found = checkSchema(database);
    if (found === "new") database.exec(TABLES);
    if (found === "earlier") bringForward(database, pragma(database, "user_version"), derive);
    if (found !== "ready") {
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
    }
    database.exec("COMMIT");
  } catch (error) {
    // A full disk ends the transaction by itself.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** What leads from each version to the next, the first of them from version 1. */
const STEPS = [from1To2, from2To3, from3To4, from4To5, from5To6, from6To7, from7To8, from8To9];

function bringForward(database: DatabaseSync, version: number, derive: Derive | undefined): void {
  if (derive === undefined) {
    throw new SchemaError(
      "The store's file was written by an earlier gateway: start this gateway once, then try again.",
    );
  }
  for (const step of STEPS.slice(version - 1)) step(database, derive);
}

function pragma(database: DatabaseSync, name: "user_version" | "application_id"): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function isEmpty(database: DatabaseSync): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
}
