import { hash } from "node:crypto";
import type { Relationship } from "#mappers/mapper.ts";
import type { SourceReach } from "../delivery-verbs.ts";
import type {
  IdSpace,
  RecordKey,
  RecordKind,
  StoredContribution,
  StoredPerson,
  StoredRecord,
  StoredRelationship,
  StoredResource,
  StoredVersion,
} from "../record.ts";
import type { Connection } from "../sqlite/connection.ts";
import { readMerged, readMergedBefore, readReplaces, rootOf } from "./decisions.ts";
import { readDisclosureDecisionsOf } from "./disclosure.ts";
import { bytes, dataClass, integer, type Row, text, word } from "./values.ts";

/** Resources a record can hold; a record's slots are numbered from its key times this. */
export const RECORD_SLOTS = 1_048_576;

const RECORD_KINDS: Readonly<Record<RecordKind, true>> = {
  child: true,
  Patient: true,
  Observation: true,
  Consent: true,
  Organization: true,
  Practitioner: true,
  PractitionerRole: true,
  Provenance: true,
};
const RELATIONSHIP_KINDS: Readonly<Record<Relationship["kind"], true>> = {
  "gp-registration": true,
  caseload: true,
  roll: true,
  "hub-registration": true,
};

const RESOURCE_COLUMNS = "type, id, version, last_updated, origin, content_hash, keys, body";
const RESOURCES_OF_RECORD = `SELECT ${RESOURCE_COLUMNS} FROM resource WHERE slot >= ? AND slot < ?`;
const CONSENTS_OF_RECORD = `${RESOURCES_OF_RECORD} AND type = 'Consent'`;
const ORIGINS_OF_RECORD = "SELECT DISTINCT origin FROM resource WHERE slot >= ? AND slot < ?";

export function readRecordVersion({ statement }: Connection, key: RecordKey): number | undefined {
  const row = statement("SELECT version FROM record WHERE key = ?").get(key);
  return row && integer(row.version);
}

export function readRecord(connection: Connection, key: RecordKey): StoredRecord | undefined {
  return readWith(connection, key, RESOURCES_OF_RECORD);
}

export function readPerson(connection: Connection, key: RecordKey): StoredPerson | undefined {
  const record = readWith(connection, key, CONSENTS_OF_RECORD);
  if (record === undefined) return undefined;
  const rows = connection.arrays(ORIGINS_OF_RECORD).all(key * RECORD_SLOTS, (key + 1) * RECORD_SLOTS);
  const sources = rows.map((row) => connection.origins.byId(integer(row[0])).source);
  return { ...record, resourceSources: [...new Set(sources)] };
}

function readWith(connection: Connection, key: RecordKey, wanted: string): StoredRecord | undefined {
  const { statement, arrays, origins } = connection;
  const row = statement("SELECT kind, id_space, patient_id, version FROM record WHERE key = ?").get(key);
  if (row === undefined) return undefined;
  const resources = arrays(wanted).all(key * RECORD_SLOTS, (key + 1) * RECORD_SLOTS);
  const past = statement(PAST_CONTRIBUTIONS).all(key);
  const replaces = readReplaces(connection, key);
  return {
    key,
    kind: word(RECORD_KINDS, row.kind),
    idSpace: text(row.id_space),
    patientId: row.patient_id === null ? "" : text(row.patient_id),
    version: integer(row.version),
    contributions: statement(CONTRIBUTIONS).all(key).map(toContribution),
    pastContributions: past.flatMap((row) =>
      row.is_left === 1 ? [] : [{ ...toContribution(row), until: integer(row.until) }],
    ),
    relationships: statement("SELECT * FROM relationship WHERE record = ?").all(key).map(toRelationship),
    resources: resources.map((resource) => toResource(resource, origins)),
    ...readMerged(connection, key),
    replaces,
    mergedBefore: readMergedBefore(connection, key),
    leavings: past.flatMap((row) => (row.is_left === 1 ? [{ source: text(row.source), at: integer(row.until) }] : [])),
    disclosureDecisions: readDisclosureDecisionsOf(connection, key, replaces),
  };
}

const CONTRIBUTIONS = `SELECT c.*, s.source, s.local_id FROM contribution c CROSS JOIN source_child s ON s.id = c.child
  WHERE c.record = ? ORDER BY s.source, s.local_id`;
const PAST_CONTRIBUTIONS = `SELECT p.*, s.source, s.local_id FROM past_contribution p
  CROSS JOIN source_child s ON s.id = p.child WHERE p.record = ? ORDER BY p.until, p.sequence`;

function toResource(row: Row, origins: Connection["origins"]): StoredResource {
  const { source, dataClass } = origins.byId(integer(row[4]));
  return {
    type: text(row[0]),
    id: text(row[1]),
    version: integer(row[2]),
    lastUpdated: integer(row[3]),
    source,
    dataClass,
    body: bytes(row[7]),
    keys: text(row[6]),
    contentHash: text(row[5]),
  };
}

export function toContribution(row: Row): StoredContribution {
  return {
    source: text(row.source),
    localId: text(row.local_id),
    dataClass: dataClass(row.data_class),
    lastUpdated: integer(row.last_updated),
    body: text(row.body),
    ...(typeof row.unit === "string" ? { unit: row.unit } : {}),
    ...(typeof row.since === "number" ? { since: row.since } : {}),
    ...(typeof row.withheld === "string" ? { withheld: JSON.parse(row.withheld) } : {}),
  };
}

function toRelationship(row: Row): StoredRelationship {
  return {
    source: text(row.source),
    kind: word(RELATIONSHIP_KINDS, row.kind),
    organization: { system: text(row.system), value: text(row.value) },
    ...(row.start_date === null ? {} : { start: text(row.start_date) }),
    ...(row.end_date === null ? {} : { end: text(row.end_date) }),
    ...(row.told_at === null ? {} : { toldAt: integer(row.told_at) }),
  };
}

export function locate({ statement }: Connection, type: string, id: string, idSpace: IdSpace): RecordKey | undefined {
  if (type === "Patient") {
    const child = statement("SELECT key FROM record WHERE patient_id = ? AND id_space = ?").get(id, idSpace);
    return child && integer(child.key);
  }
  const row = statement(RESOURCE_BY_ID).get(idHash(type, id, idSpace), id, type, idSpace);
  if (row !== undefined) return recordOfSlot(integer(row.slot));
  const ended = statement(LAST_OF_HISTORY).get(id, type, idSpace);
  return ended && integer(ended.record);
}

const BY_ID = `resource_id i CROSS JOIN resource r ON r.slot = i.slot
  CROSS JOIN record c ON c.key = r.slot / ${RECORD_SLOTS}`;

/** Parameters: `idHash(type, id, idSpace)`, id, type, idSpace. */
export const RESOURCE_BY_ID = `SELECT r.slot, r.version, r.content_hash
  FROM ${BY_ID} WHERE i.hash = ? AND r.id = ? AND r.type = ? AND c.id_space = ?`;

const WHOLE_RESOURCE_BY_ID = `SELECT ${RESOURCE_COLUMNS.split(", ")
  .map((column) => `r.${column}`)
  .join(", ")} FROM ${BY_ID} WHERE i.hash = ? AND r.id = ? AND r.type = ? AND c.id_space = ?`;

export function readResource(
  { arrays, origins }: Connection,
  type: string,
  id: string,
  idSpace: IdSpace,
): StoredResource | undefined {
  const row = arrays(WHOLE_RESOURCE_BY_ID).get(idHash(type, id, idSpace), id, type, idSpace);
  return row && toResource(row, origins);
}

/** Parameters: id, type, idSpace. */
export const LAST_OF_HISTORY = `SELECT record, version FROM history
  WHERE id = ? AND type = ? AND id_space = ? ORDER BY version DESC LIMIT 1`;

/** Of the hash of an id, the bits that follow from its beginning alone. */
const FAMILY_BITS = 20;
const FAMILY_CHARACTERS = 8;
const OTHER_BITS = 32;

/**
 * 52 bits, the most that a number holds with room to spare. Ids that begin alike, as those that one source record made,
 * lie side by side in their index: a commit then writes one page for all of them instead of one for each.
 */
export function idHash(type: string, id: string, idSpace: IdSpace): number {
  const name = idSpace === "" ? `${type}/${id}` : `${idSpace} ${type}/${id}`;
  const other = Number.parseInt(hash("sha256", name, "hex").slice(0, OTHER_BITS / 4), 16);
  return familyOf(id) * 2 ** OTHER_BITS + other;
}

function familyOf(id: string): number {
  let family = 0x41c6ce57;
  const length = Math.min(id.length, FAMILY_CHARACTERS);
  for (let at = 0; at < length; at++) family = Math.imul(family ^ id.charCodeAt(at), 2_654_435_761);
  return (family ^ (family >>> 15)) >>> (32 - FAMILY_BITS);
}

export function recordOfSlot(slot: number): RecordKey {
  return Math.floor(slot / RECORD_SLOTS);
}

const VERSION_COLUMNS = "version, record, last_updated, origin, content_hash, keys, body";

export function readHistory(
  { statement, origins }: Connection,
  type: string,
  id: string,
  idSpace: IdSpace,
): readonly StoredVersion[] {
  const rows = statement(
    `SELECT ${VERSION_COLUMNS} FROM history WHERE id = :id AND type = :type AND id_space = :idSpace
     UNION ALL
     SELECT r.version, c.key, r.last_updated, r.origin, r.content_hash, r.keys, r.body
     FROM ${BY_ID} WHERE i.hash = :hash AND r.id = :id AND r.type = :type AND c.id_space = :idSpace
     ORDER BY version DESC`,
  ).all({ id, type, idSpace, hash: idHash(type, id, idSpace) });
  return rows.map((row) => toVersion(row, { type, id }, origins));
}

/** With those of children that are merged into this one; without those of resources that another child has by now. */
export function readRecordHistory(connection: Connection, key: RecordKey): readonly StoredVersion[] {
  const { statement, origins } = connection;
  const rows = statement(
    `SELECT type, id, id_space, ${VERSION_COLUMNS} FROM history WHERE record IN (
       WITH RECURSIVE tree (record) AS (
         SELECT ? UNION ALL SELECT m.record FROM tree CROSS JOIN merged m ON m.survivor = tree.record)
       SELECT record FROM tree)
     ORDER BY last_updated DESC, version DESC, sequence DESC`,
  ).all(key);
  const places = new Map<string, boolean>();
  const isHere = (row: Row): boolean => {
    const name = `${text(row.type)}/${text(row.id)}`;
    const known = places.get(name) ?? isOf(connection, row, key);
    places.set(name, known);
    return known;
  };
  return rows.filter(isHere).map((row) => toVersion(row, { type: text(row.type), id: text(row.id) }, origins));
}

/** Whether the resource of a past version is, or was in the end, in the record or in one that is merged into it. */
function isOf(connection: Connection, row: Row, key: RecordKey): boolean {
  const record = locate(connection, text(row.type), text(row.id), text(row.id_space));
  return record !== undefined && (record === key || rootOf(connection, record) === key);
}

function toVersion(
  row: Row,
  resource: { readonly type: string; readonly id: string },
  origins: Connection["origins"],
): StoredVersion {
  const { source, dataClass } = origins.byId(integer(row.origin));
  return {
    ...resource,
    source,
    dataClass,
    version: integer(row.version),
    record: integer(row.record),
    lastUpdated: integer(row.last_updated),
    contentHash: text(row.content_hash),
    keys: text(row.keys),
    body: row.body === null ? undefined : bytes(row.body),
  };
}

export function readSourceReaches({ statement }: Connection): readonly SourceReach[] {
  return statement("SELECT * FROM reach ORDER BY source")
    .all()
    .map((row) => ({
      source: text(row.source),
      authority: text(row.authority),
      dataClass: dataClass(row.data_class),
      until: text(row.until),
    }));
}
