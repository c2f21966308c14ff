import type { IdSpace, RecordKey, SharedKind, ToldResource } from "../record.ts";
import { followConsent } from "./consents.ts";
import { knownOriginId, originId } from "./context.ts";
import { identifierHashes } from "./identifier-hash.ts";
import { addIdentifiers, dropIdentifiers } from "./identifiers.ts";
import { idHash, LAST_OF_HISTORY, RESOURCE_BY_ID } from "./read.ts";
import { RECORD_SLOTS, slotsOf } from "./slots.ts";
import { arrays, row, type Steps, toWrite, write } from "./steps.ts";
import { bytes, integer, text } from "./values.ts";
import { made, touch, touchAgain, type Work } from "./work.ts";

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

interface HashedId extends ResourceId {
  /** `idHash` of it. */
  readonly hash: number;
}

function hashed(resource: ResourceId): HashedId {
  return { ...resource, hash: idHash(resource.type, resource.id, resource.idSpace) };
}

function* inSlot({ type, id, idSpace, hash }: HashedId): Steps<InSlot | undefined> {
  const found = yield* row(RESOURCE_BY_ID, hash, id, type, idSpace);
  if (found === undefined) return undefined;
  return {
    slot: integer(found.slot),
    record: integer(found.record),
    version: integer(found.version),
    contentHash: text(found.content_hash),
  };
}

function* ended({ type, id, idSpace }: ResourceId): Steps<Current | undefined> {
  const found = yield* row(LAST_OF_HISTORY, id, type, idSpace);
  return found && { record: integer(found.record), version: integer(found.version), contentHash: "" };
}

export function* currentResource(resource: ResourceId): Steps<Current | undefined> {
  const found = yield* inSlot(hashed(resource));
  if (found === undefined) return yield* ended(resource);
  const { record, version, contentHash } = found;
  return { record, version, contentHash };
}

export function* currentOfRecord(record: RecordKey): Steps<Map<string, Omit<Current, "record">>> {
  const found = yield* arrays(CURRENT_OF_RECORD, ...slotsOf(record));
  return new Map(
    found.map((one) => [`${text(one[0])}/${text(one[1])}`, { version: integer(one[2]), contentHash: text(one[3]) }]),
  );
}

const CURRENT_OF_RECORD = `SELECT type, id, version, content_hash FROM resource
  WHERE slot >= ? AND slot < ? AND record = ? ORDER BY slot`;

export function* putResource(work: Work, record: RecordKey, resource: ToldResource): Steps<void> {
  const { type, id, version } = resource;
  const { lastUpdated } = resource;
  const idSpace = touchAgain(work, record, lastUpdated) ?? (yield* touch(work, record, lastUpdated));
  const known = { type, id, idSpace, hash: idHash(type, id, idSpace) };
  const identifiers = identifierHashes(type, resource.identifiers, idSpace);
  const before = resource.isFirst === true ? undefined : yield* inSlot(known);
  const last = before ?? (resource.isFirst === true ? undefined : yield* ended(known));
  if (last !== undefined && version <= last.version) {
    throw new Error(`Version ${version} of a ${type} does not follow ${last.version}.`);
  }
  if (before !== undefined) yield* keepInHistory(idSpace, before);
  if (before !== undefined && type === "Consent") {
    yield* followConsent(work, { id, ...before }, { record, body: resource.body });
  }
  if (before?.record === record) {
    yield* replaceInSlot(work, before, { resource, identifiers });
    return;
  }
  if (before !== undefined) yield* leaveSlot(work, known.hash, before);
  yield* insertResource(work, record, { resource, identifiers, hash: known.hash });
}

export function* removeResource(work: Work, resource: ResourceId, lastUpdated: number): Steps<void> {
  const known = hashed(resource);
  const before = yield* inSlot(known);
  if (before === undefined) return;
  yield* keepInHistory(resource.idSpace, before);
  if (resource.type === "Consent") yield* followConsent(work, { id: resource.id, ...before }, undefined);
  yield* write(
    `INSERT INTO history (type, id, id_space, version, record, last_updated, origin, content_hash, keys, body)
     SELECT type, id, ?, version + 1, record, ?, origin, '', '', NULL FROM resource WHERE record = ? AND slot = ?`,
    resource.idSpace,
    lastUpdated,
    before.record,
    before.slot,
  );
  yield* leaveSlot(work, known.hash, { ...before, at: lastUpdated });
}

function* keepInHistory(idSpace: IdSpace, { record, slot }: Place): Steps<void> {
  yield* write(
    `INSERT INTO history (type, id, id_space, version, record, last_updated, origin, content_hash, keys, body)
     SELECT type, id, ?, version, record, last_updated, origin, content_hash, keys, body
     FROM resource WHERE record = ? AND slot = ?`,
    idSpace,
    record,
    slot,
  );
}

type Place = Pick<InSlot, "record" | "slot">;

interface Row {
  readonly resource: ToldResource;
  readonly identifiers: Buffer | null;
}

const IDENTIFIERS = "SELECT identifiers FROM resource WHERE record = ? AND slot = ?";

function* replaceInSlot(work: Work, place: Place, { resource, identifiers }: Row): Steps<void> {
  const { record, slot } = place;
  const before = yield* row(IDENTIFIERS, record, slot);
  const origin = yield* originId(work.context, resource);
  const isSame = identifiers !== null && before?.identifiers !== null && identifiers.equals(bytes(before?.identifiers));
  yield [
    ...(isSame ? [] : [...dropIdentifiers(place, before?.identifiers), ...addIdentifiers(place, identifiers)]),
    toWrite(
      `UPDATE resource SET version = ?, last_updated = ?, origin = ?, content_hash = ?, identifiers = ?, keys = ?, body = ?
       WHERE record = ? AND slot = ?`,
      resource.version,
      resource.lastUpdated,
      origin,
      resource.contentHash,
      identifiers,
      resource.keys,
      resource.body,
      record,
      slot,
    ),
  ];
}

/** The record that a resource leaves has changed as much as the one that it comes to. */
function* leaveSlot(work: Work, hash: number, { slot, record, at }: InSlot & { readonly at?: number }): Steps<void> {
  yield* touch(work, record, at);
  const left = yield* row(IDENTIFIERS, record, slot);
  yield [
    ...dropIdentifiers({ record, slot }, left?.identifiers),
    toWrite("DELETE FROM resource WHERE record = ? AND slot = ?", record, slot),
    toWrite("DELETE FROM resource_id WHERE hash = ? AND record = ? AND slot = ?", hash, record, slot),
    toWrite("UPDATE record SET has_room = 1 WHERE key = ? AND has_room = 0", record),
  ];
}

function* insertResource(
  work: Work,
  record: RecordKey,
  { resource, identifiers, hash }: Row & { readonly hash: number },
): Steps<void> {
  const slot = work.nextSlots.get(record) ?? (yield* firstFreeSlot(record));
  if (slot >= (record + 1) * RECORD_SLOTS) throw new Error(`A record holds no more than ${RECORD_SLOTS} resources.`);
  work.nextSlots.set(record, slot + 1);
  const origin = knownOriginId(work.context, resource) ?? (yield* originId(work.context, resource));
  const writes = [
    toWrite(
      `INSERT INTO resource (slot, record, type, id, version, last_updated, origin, content_hash, identifiers, keys, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      slot,
      record,
      resource.type,
      resource.id,
      resource.version,
      resource.lastUpdated,
      origin,
      resource.contentHash,
      identifiers,
      resource.keys,
      resource.body,
    ),
    toWrite("INSERT INTO resource_id (hash, record, slot) VALUES (?, ?, ?)", hash, record, slot),
  ];
  if (identifiers !== null) writes.push(...addIdentifiers({ record, slot }, identifiers));
  yield writes;
}

function* firstFreeSlot(record: RecordKey): Steps<number> {
  const last = yield* row(LAST_SLOT, ...slotsOf(record));
  return last === undefined ? record * RECORD_SLOTS : integer(last.slot) + 1;
}

const LAST_SLOT = "SELECT slot FROM resource WHERE slot >= ? AND slot < ? AND record = ? ORDER BY slot DESC LIMIT 1";

/** Resources in one part of the shared ones: few enough to be read in one go for the sake of a single one. */
const PART_RESOURCES = 64;

export function* sharedRecord(work: Work, kind: SharedKind, authority: string, idSpace: IdSpace): Steps<RecordKey> {
  for (;;) {
    const part = yield* row(
      "SELECT key FROM record WHERE kind = ? AND authority = ? AND id_space = ? AND has_room = 1 ORDER BY key LIMIT 1",
      kind,
      authority,
      idSpace,
    );
    if (part === undefined) break;
    const key = integer(part.key);
    if (yield* hasRoom(key)) return key;
    yield* write("UPDATE record SET has_room = 0 WHERE key = ?", key);
  }
  const begun = yield* row(
    "INSERT INTO record (kind, id_space, authority, has_room, version) VALUES (?, ?, ?, 1, 1) RETURNING key",
    kind,
    idSpace,
    authority,
  );
  const key = integer(begun?.key);
  made(work, key, idSpace);
  return key;
}

/** Slots are taken from the end, so most parts are judged by their last one; what left others is counted only then. */
function* hasRoom(record: RecordKey): Steps<boolean> {
  const start = record * RECORD_SLOTS;
  const next = yield* firstFreeSlot(record);
  if (next < start + PART_RESOURCES) return true;
  if (next > start + RECORD_SLOTS - PART_RESOURCES) return false;
  const counted = yield* row(
    "SELECT count(*) AS held FROM resource WHERE slot >= ? AND slot < ? AND record = ?",
    ...slotsOf(record),
  );
  return integer(counted?.held) < PART_RESOURCES;
}
