import type { IdSpace, RecordKey, SharedKind, ToldResource } from "../record.ts";
import type { Connection } from "../sqlite/connection.ts";
import { followConsent } from "./consents.ts";
import { identifierHashes } from "./identifier-hash.ts";
import { addIdentifiers, dropIdentifiers } from "./identifiers.ts";
import { idHash, LAST_OF_HISTORY, RECORD_SLOTS, RESOURCE_BY_ID, recordOfSlot } from "./read.ts";
import { bytes, integer, text } from "./values.ts";
import { made, touch, type Work } from "./work.ts";

export interface Current {
  readonly record: RecordKey;
  readonly version: number;
  readonly contentHash: string;
}

interface InSlot extends Current {
  readonly slot: number;
}

interface ResourceId {
  readonly type: string;
  readonly id: string;
  readonly idSpace: IdSpace;
}

function inSlot({ statement }: Connection, { type, id, idSpace }: ResourceId): InSlot | undefined {
  const row = statement(RESOURCE_BY_ID).get(idHash(type, id, idSpace), id, type, idSpace);
  if (row === undefined) return undefined;
  const slot = integer(row.slot);
  return {
    slot,
    record: recordOfSlot(slot),
    version: integer(row.version),
    contentHash: text(row.content_hash),
  };
}

function ended({ statement }: Connection, { type, id, idSpace }: ResourceId): Current | undefined {
  const row = statement(LAST_OF_HISTORY).get(id, type, idSpace);
  return row && { record: integer(row.record), version: integer(row.version), contentHash: "" };
}

export function currentResource({ connection }: Work, resource: ResourceId): Current | undefined {
  const found = inSlot(connection, resource);
  if (found === undefined) return ended(connection, resource);
  const { record, version, contentHash } = found;
  return { record, version, contentHash };
}

export function currentOfRecord({ connection }: Work, record: RecordKey): Map<string, Omit<Current, "record">> {
  const rows = connection
    .arrays("SELECT type, id, version, content_hash FROM resource WHERE slot >= ? AND slot < ?")
    .all(record * RECORD_SLOTS, (record + 1) * RECORD_SLOTS);
  return new Map(
    rows.map((row) => [`${text(row[0])}/${text(row[1])}`, { version: integer(row[2]), contentHash: text(row[3]) }]),
  );
}

export function putResource(work: Work, record: RecordKey, resource: ToldResource): void {
  const { connection } = work;
  const { type, id, version } = resource;
  const known = { type, id, idSpace: touch(work, record, resource.lastUpdated) };
  const identifiers = identifierHashes(type, resource.identifiers, known.idSpace);
  const before = resource.isFirst === true ? undefined : inSlot(connection, known);
  const last = before ?? (resource.isFirst === true ? undefined : ended(connection, known));
  if (last !== undefined && version <= last.version) {
    throw new Error(`Version ${version} of a ${type} does not follow ${last.version}.`);
  }
  if (before !== undefined) keepInHistory(connection, known.idSpace, before.slot);
  if (before !== undefined && type === "Consent") {
    followConsent(work, { id, ...before }, { record, body: resource.body });
  }
  if (before?.record === record) {
    replaceInSlot(connection, before.slot, { resource, identifiers });
    return;
  }
  if (before !== undefined) leaveSlot(work, known, before);
  insertResource(work, record, { resource, identifiers, hash: idHash(type, id, known.idSpace) });
}

export function removeResource(work: Work, resource: ResourceId, lastUpdated: number): void {
  const { connection } = work;
  const before = inSlot(connection, resource);
  if (before === undefined) return;
  keepInHistory(connection, resource.idSpace, before.slot);
  if (resource.type === "Consent") followConsent(work, { id: resource.id, ...before }, undefined);
  connection
    .statement(
      `INSERT INTO history (type, id, id_space, version, record, last_updated, origin, content_hash, keys, body)
       SELECT type, id, ?, version + 1, ?, ?, origin, '', '', NULL FROM resource WHERE slot = ?`,
    )
    .run(resource.idSpace, before.record, lastUpdated, before.slot);
  leaveSlot(work, resource, { ...before, at: lastUpdated });
}

function keepInHistory({ statement }: Connection, idSpace: IdSpace, slot: number): void {
  statement(
    `INSERT INTO history (type, id, id_space, version, record, last_updated, origin, content_hash, keys, body)
     SELECT type, id, ?, version, ?, last_updated, origin, content_hash, keys, body FROM resource WHERE slot = ?`,
  ).run(idSpace, recordOfSlot(slot), slot);
}

interface Row {
  readonly resource: ToldResource;
  readonly identifiers: Buffer | null;
}

function replaceInSlot(connection: Connection, slot: number, { resource, identifiers }: Row): void {
  const { statement, origins } = connection;
  const before = statement("SELECT identifiers FROM resource WHERE slot = ?").get(slot);
  if (identifiers === null || before?.identifiers === null || !identifiers.equals(bytes(before?.identifiers))) {
    dropIdentifiers(connection, slot, before?.identifiers);
    addIdentifiers(connection, slot, identifiers);
  }
  statement(
    `UPDATE resource SET version = ?, last_updated = ?, origin = ?, content_hash = ?, identifiers = ?, keys = ?, body = ?
     WHERE slot = ?`,
  ).run(
    resource.version,
    resource.lastUpdated,
    origins.idOf(resource),
    resource.contentHash,
    identifiers,
    resource.keys,
    resource.body,
    slot,
  );
}

/** The record that a resource leaves has changed as much as the one that it comes to. */
function leaveSlot(
  work: Work,
  { type, id, idSpace }: ResourceId,
  { slot, record, at }: InSlot & { readonly at?: number },
): void {
  const { statement } = work.connection;
  touch(work, record, at);
  const row = statement("SELECT identifiers FROM resource WHERE slot = ?").get(slot);
  dropIdentifiers(work.connection, slot, row?.identifiers);
  statement("DELETE FROM resource WHERE slot = ?").run(slot);
  statement("DELETE FROM resource_id WHERE hash = ? AND slot = ?").run(idHash(type, id, idSpace), slot);
  statement("UPDATE record SET has_room = 1 WHERE key = ? AND has_room = 0").run(record);
}

function insertResource(
  work: Work,
  record: RecordKey,
  { resource, identifiers, hash }: Row & { readonly hash: number },
): void {
  const { connection } = work;
  const slot = nextSlot(work, record);
  connection
    .statement(
      `INSERT INTO resource (slot, type, id, version, last_updated, origin, content_hash, identifiers, keys, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      slot,
      resource.type,
      resource.id,
      resource.version,
      resource.lastUpdated,
      connection.origins.idOf(resource),
      resource.contentHash,
      identifiers,
      resource.keys,
      resource.body,
    );
  connection.statement("INSERT INTO resource_id (hash, slot) VALUES (?, ?)").run(hash, slot);
  addIdentifiers(connection, slot, identifiers);
}

function nextSlot({ connection, nextSlots }: Work, record: RecordKey): number {
  const end = (record + 1) * RECORD_SLOTS;
  const slot = nextSlots.get(record) ?? firstFreeSlot(connection, record, end);
  if (slot >= end) throw new Error(`A record holds no more than ${RECORD_SLOTS} resources.`);
  nextSlots.set(record, slot + 1);
  return slot;
}

function firstFreeSlot({ statement }: Connection, record: RecordKey, end: number): number {
  const start = record * RECORD_SLOTS;
  const row = statement(LAST_SLOT).get(start, end);
  return row === undefined ? start : integer(row.slot) + 1;
}

const LAST_SLOT = "SELECT slot FROM resource WHERE slot >= ? AND slot < ? ORDER BY slot DESC LIMIT 1";

/** Resources in one part of the shared ones: few enough to be read in one go for the sake of a single one. */
const PART_RESOURCES = 64;

export function sharedRecord(work: Work, kind: SharedKind, authority: string, idSpace: IdSpace): RecordKey {
  const { connection } = work;
  const { statement } = connection;
  for (;;) {
    const part = statement(
      "SELECT key FROM record WHERE kind = ? AND authority = ? AND id_space = ? AND has_room = 1 ORDER BY key LIMIT 1",
    ).get(kind, authority, idSpace);
    if (part === undefined) break;
    const key = integer(part.key);
    if (hasRoom(connection, key)) return key;
    statement("UPDATE record SET has_room = 0 WHERE key = ?").run(key);
  }
  const row = statement(
    "INSERT INTO record (kind, id_space, authority, has_room, version) VALUES (?, ?, ?, 1, 1) RETURNING key",
  ).get(kind, idSpace, authority);
  const key = integer(row?.key);
  made(work, key, idSpace);
  return key;
}

/** Slots are taken from the end, so most parts are judged by their last one; what left others is counted only then. */
function hasRoom(connection: Connection, record: RecordKey): boolean {
  const start = record * RECORD_SLOTS;
  const end = start + RECORD_SLOTS;
  const next = firstFreeSlot(connection, record, end);
  if (next < start + PART_RESOURCES) return true;
  if (next > end - PART_RESOURCES) return false;
  const row = connection
    .statement("SELECT count(*) AS held FROM resource WHERE slot >= ? AND slot < ?")
    .get(start, end);
  return integer(row?.held) < PART_RESOURCES;
}
