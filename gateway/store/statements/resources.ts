import type { ResourceName } from "../ahead-verbs.ts";
import type { IdSpace, RecordKey, SharedKind, StoredResource, TextedResource } from "../record.ts";
import { knownCoded, toCoded } from "../words/body-words.ts";
import { followConsent } from "./consents.ts";
import { knownOriginId, originId } from "./context.ts";
import { identifierHashes } from "./identifier-hash.ts";
import { addIdentifiers, dropIdentifiers } from "./identifiers.ts";
import { inParts } from "./lists.ts";
import { idHash, LAST_OF_HISTORY, RESOURCE_BY_ID, readResource } from "./read.ts";
import { RECORD_SLOTS, slotsOf } from "./slots.ts";
import { arrays, row, type Steps, together, toWrite, write } from "./steps.ts";
import { type ArrayRow, bytes, integer, text } from "./values.ts";
import { type InSlot, made, newNumber, noteRecord, RECORDS, touch, touchAgain, type Work } from "./work.ts";

export interface Current {
  readonly record: RecordKey;
  readonly version: number;
  readonly contentHash: string;
}

export function nameOf({ type, id, idSpace }: ResourceName): string {
  return `${idSpace} ${type}/${id}`;
}

/** Looked for once by a work, and again only after it has changed it. */
function* inSlot({ places }: Work, resource: ResourceName): Steps<InSlot | undefined> {
  const name = nameOf(resource);
  const known = places.get(name);
  if (known !== undefined) return known;
  const { type, id, idSpace } = resource;
  const found = yield* row(RESOURCE_BY_ID, idHash(type, id, idSpace), id, type, idSpace);
  if (found === undefined) return undefined;
  const place = {
    slot: integer(found.slot),
    record: integer(found.record),
    version: integer(found.version),
    contentHash: text(found.content_hash),
    identifiers: found.identifiers === null ? null : bytes(found.identifiers),
  };
  places.set(name, place);
  return place;
}

/** As it stands, with its body. */
export function* wholeResource({ context, ahead }: Work, resource: ResourceName): Steps<StoredResource | undefined> {
  const { type, id, idSpace } = resource;
  return ahead.resources.get(nameOf(resource)) ?? (yield* readResource(context, type, id, idSpace));
}

function forget({ places, ahead }: Work, resource: ResourceName): void {
  const name = nameOf(resource);
  places.delete(name);
  ahead.resources.delete(name);
}

function* ended({ type, id, idSpace }: ResourceName): Steps<Current | undefined> {
  const found = yield* row(LAST_OF_HISTORY, id, type, idSpace);
  return found && { record: integer(found.record), version: integer(found.version), contentHash: "" };
}

export function* currentResource(work: Work, resource: ResourceName): Steps<Current | undefined> {
  const found = yield* inSlot(work, resource);
  if (found === undefined) return yield* ended(resource);
  const { record, version, contentHash } = found;
  return { record, version, contentHash };
}

/** Notes where each stands: whoever compares puts some of them next. */
export function* currentOfRecord(work: Work, record: RecordKey): Steps<ReadonlyMap<string, Omit<Current, "record">>> {
  const { current } = work.ahead;
  if (!current.has(record)) yield* readCurrent(work, [record]);
  return current.get(record) ?? new Map();
}

/** Notes what these records hold, and where it stands. */
export function* readCurrent(work: Work, records: readonly RecordKey[]): Steps<void> {
  const wanted = [...new Set(records)];
  const [found, held] = yield* together(
    together(...inParts(wanted).map((part) => arrays(RECORDS(part.length), ...part))),
    together(...wanted.map((record) => arrays(CURRENT_OF_RECORD, ...slotsOf(record)))),
  );
  const rows = new Map(found.flat().map(([key, ...known]) => [integer(key), known]));
  for (const [n, record] of wanted.entries()) {
    const known = rows.get(record);
    if (known === undefined) continue;
    const { idSpace } = noteRecord(work, record, known);
    const current = new Map<string, InSlot>();
    let last = record * RECORD_SLOTS - 1;
    for (const one of held[n] ?? []) {
      const name = `${text(one[0])}/${text(one[1])}`;
      const place = toPlace(record, one);
      current.set(name, place);
      work.places.set(`${idSpace} ${name}`, place);
      last = place.slot;
    }
    work.ahead.current.set(record, current);
    if (!work.nextSlots.has(record)) work.nextSlots.set(record, last + 1);
  }
}

export function toPlace(record: RecordKey, [, , version, contentHash, slot, identifiers]: ArrayRow): InSlot {
  return {
    record,
    slot: integer(slot),
    version: integer(version),
    contentHash: text(contentHash),
    identifiers: identifiers === null ? null : bytes(identifiers),
  };
}

/** What `toPlace` reads, in its order. */
export const PLACE = ["type", "id", "version", "content_hash", "slot", "identifiers"] as const;

const CURRENT_OF_RECORD = `SELECT ${PLACE.join(", ")} FROM resource
  WHERE slot >= ? AND slot < ? AND record = ? ORDER BY slot`;

export function* putResource(work: Work, record: RecordKey, resource: TextedResource): Steps<void> {
  const { type, id, version } = resource;
  const { lastUpdated } = resource;
  const idSpace = touchAgain(work, record, lastUpdated) ?? (yield* touch(work, record, lastUpdated));
  work.ahead.current.delete(record);
  const known = { type, id, idSpace };
  const identifiers = identifierHashes(type, resource.identifiers, idSpace);
  const before = resource.isFirst === true ? undefined : yield* inSlot(work, known);
  const last = before ?? (resource.isFirst === true ? undefined : yield* ended(known));
  if (last !== undefined && version <= last.version) {
    throw new Error(`Version ${version} of a ${type} does not follow ${last.version}.`);
  }
  forget(work, known);
  if (before !== undefined) yield* keepInHistory(idSpace, before);
  if (before !== undefined && type === "Consent") {
    const { body } = resource;
    if (!(body instanceof Uint8Array)) throw new Error("A Consent was put whose body is coded already.");
    yield* followConsent(work, { id, ...before }, { record, body });
  }
  if (before?.record === record) {
    yield* replaceInSlot(work, before, { resource, identifiers });
    return;
  }
  const hash = idHash(type, id, idSpace);
  if (before !== undefined) yield* leaveSlot(work, hash, before);
  yield* insertResource(work, record, { resource, identifiers, hash });
}

export function* removeResource(work: Work, resource: ResourceName, lastUpdated: number): Steps<void> {
  const { type, id, idSpace } = resource;
  const before = yield* inSlot(work, resource);
  if (before === undefined) return;
  work.ahead.current.delete(before.record);
  forget(work, resource);
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
  yield* leaveSlot(work, idHash(type, id, idSpace), { ...before, at: lastUpdated });
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
  readonly resource: TextedResource;
  readonly identifiers: Buffer | null;
}

function* replaceInSlot(work: Work, place: InSlot, { resource, identifiers }: Row): Steps<void> {
  const { record, slot } = place;
  const origin = yield* originId(work.context, resource);
  const body = yield* toCoded(work.context, resource.body);
  const isSame = identifiers !== null && place.identifiers !== null && identifiers.equals(place.identifiers);
  yield [
    ...(isSame ? [] : [...dropIdentifiers(place, place.identifiers), ...addIdentifiers(place, identifiers)]),
    toWrite(
      `UPDATE resource SET version = ?, last_updated = ?, origin = ?, content_hash = ?, identifiers = ?, keys = ?, body = ?
       WHERE record = ? AND slot = ?`,
      resource.version,
      resource.lastUpdated,
      origin,
      resource.contentHash,
      identifiers,
      resource.keys,
      body,
      record,
      slot,
    ),
  ];
}

/** The record that a resource leaves has changed as much as the one that it comes to. */
function* leaveSlot(
  work: Work,
  hash: number,
  { slot, record, identifiers, at }: InSlot & { readonly at?: number },
): Steps<void> {
  yield* touch(work, record, at);
  work.ahead.current.delete(record);
  yield [
    ...dropIdentifiers({ record, slot }, identifiers),
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
  const body = knownCoded(work.context, resource.body) ?? (yield* toCoded(work.context, resource.body));
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
      body,
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
  const key = yield* newNumber(work, "record");
  yield* write(
    "INSERT INTO record (key, kind, id_space, authority, has_room, version) VALUES (?, ?, ?, ?, 1, 1)",
    key,
    kind,
    idSpace,
    authority,
  );
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
