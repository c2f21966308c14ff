import { type Connection, integer, text } from "./sqlite-connection.ts";
import { idHash, RECORD_SLOTS, RESOURCE_BY_ID, recordOfSlot } from "./sqlite-read.ts";
import { touch, type Work } from "./sqlite-work.ts";
import type { RecordKey, StoredResource } from "./store.ts";

export interface Current {
  readonly record: RecordKey;
  readonly version: number;
  readonly contentHash: string;
}

interface InSlot extends Current {
  readonly slot: number;
}

function inSlot({ statement }: Connection, type: string, id: string): InSlot | undefined {
  const row = statement(RESOURCE_BY_ID).get(idHash(type, id), id, type);
  if (row === undefined) return undefined;
  const slot = integer(row.slot);
  return {
    slot,
    record: recordOfSlot(slot),
    version: integer(row.version),
    contentHash: text(row.content_hash),
  };
}

function ended({ statement }: Connection, type: string, id: string): Current | undefined {
  const row = statement(
    "SELECT record, version FROM history WHERE id = ? AND type = ? ORDER BY version DESC LIMIT 1",
  ).get(id, type);
  return row && { record: integer(row.record), version: integer(row.version), contentHash: "" };
}

export function currentResource({ connection }: Work, type: string, id: string): Current | undefined {
  const found = inSlot(connection, type, id);
  if (found === undefined) return ended(connection, type, id);
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

export function putResource(work: Work, record: RecordKey, resource: StoredResource): void {
  const { connection } = work;
  const { type, id, version } = resource;
  touch(work, record);
  const before = inSlot(connection, type, id);
  const last = before ?? ended(connection, type, id);
  if (last !== undefined && version <= last.version) {
    throw new Error(`Version ${version} of a ${type} does not follow ${last.version}.`);
  }
  if (before !== undefined) keepInHistory(connection, before.slot);
  if (before?.record === record) {
    replaceInSlot(connection, before.slot, resource);
    return;
  }
  if (before !== undefined) leaveSlot(work, resource, before);
  insertResource(work, record, resource);
}

export function removeResource(work: Work, type: string, id: string, lastUpdated: number): void {
  const { connection } = work;
  const before = inSlot(connection, type, id);
  if (before === undefined) return;
  keepInHistory(connection, before.slot);
  connection
    .statement(
      `INSERT INTO history (type, id, version, record, last_updated, origin, content_hash, keys, body)
       SELECT type, id, version + 1, ?, ?, origin, '', '', NULL FROM resource WHERE slot = ?`,
    )
    .run(before.record, lastUpdated, before.slot);
  leaveSlot(work, { type, id }, before);
}

function keepInHistory({ statement }: Connection, slot: number): void {
  statement(
    `INSERT INTO history (type, id, version, record, last_updated, origin, content_hash, keys, body)
     SELECT type, id, version, ?, last_updated, origin, content_hash, keys, body FROM resource WHERE slot = ?`,
  ).run(recordOfSlot(slot), slot);
}

function replaceInSlot({ statement, origins }: Connection, slot: number, resource: StoredResource): void {
  statement(
    `UPDATE resource SET version = ?, last_updated = ?, origin = ?, content_hash = ?, keys = ?, body = ? WHERE slot = ?`,
  ).run(
    resource.version,
    resource.lastUpdated,
    origins.idOf(resource),
    resource.contentHash,
    resource.keys,
    resource.body,
    slot,
  );
}

/** The record that a resource leaves has changed as much as the one that it comes to. */
function leaveSlot(
  work: Work,
  { type, id }: { readonly type: string; readonly id: string },
  { slot, record }: InSlot,
): void {
  const { statement } = work.connection;
  touch(work, record);
  statement("DELETE FROM resource WHERE slot = ?").run(slot);
  statement("DELETE FROM resource_id WHERE hash = ? AND slot = ?").run(idHash(type, id), slot);
}

function insertResource(work: Work, record: RecordKey, resource: StoredResource): void {
  const { connection } = work;
  const slot = nextSlot(work, record);
  connection
    .statement(
      `INSERT INTO resource (slot, type, id, version, last_updated, origin, content_hash, keys, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      slot,
      resource.type,
      resource.id,
      resource.version,
      resource.lastUpdated,
      connection.origins.idOf(resource),
      resource.contentHash,
      resource.keys,
      resource.body,
    );
  connection
    .statement("INSERT INTO resource_id (hash, slot) VALUES (?, ?)")
    .run(idHash(resource.type, resource.id), slot);
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
  const row = statement("SELECT slot FROM resource WHERE slot >= ? AND slot < ? ORDER BY slot DESC LIMIT 1").get(
    start,
    end,
  );
  return row === undefined ? start : integer(row.slot) + 1;
}
