import { hash } from "node:crypto";
import type { Relationship } from "#mappers/mapper.ts";
import type { SourceReach } from "../delivery-verbs.ts";
import type {
  IdSpace,
  RecordKey,
  RecordKind,
  StoredContribution,
  StoredPart,
  StoredRecord,
  StoredRelationship,
  StoredResource,
  StoredVersion,
} from "../record.ts";
import { lengthOf } from "../words/body-code.ts";
import { bodyOf, loadWords } from "../words/body-words.ts";
import { type Context, loadOrigins, originOf } from "./context.ts";
import { readMerged, readMergedBefore, readReplaces, rootOf } from "./decisions.ts";
import { readDisclosureDecisionsOf, readDisclosureDecisionsOfAll } from "./disclosure.ts";
import { readJoined, selectJoined } from "./joined-resources.ts";
import { slotsOf } from "./slots.ts";
import { row, rows, type Steps, together } from "./steps.ts";
import { bytes, dataClass, integer, type Row, text, word } from "./values.ts";

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

/** Parameters: `slotsOf(record)`. */
const OF_RECORD = "FROM resource r WHERE r.slot >= ? AND r.slot < ? AND r.record = ?";
const RESOURCES_OF_RECORD = `${selectJoined()} ${OF_RECORD}`;
const CONSENTS_OF_RECORD = `${selectJoined("r.type = 'Consent'")} ${OF_RECORD}`;
const FINDINGS_OF_RECORD = `${selectJoined("r.type <> 'Provenance'")} ${OF_RECORD}`;

export function* readRecordVersion(key: RecordKey): Steps<number | undefined> {
  const found = yield* row("SELECT version FROM record WHERE key = ?", key);
  return found && integer(found.version);
}

export function* readRecord(context: Context, key: RecordKey): Steps<StoredRecord | undefined> {
  return (yield* readWith(context, key, RESOURCES_OF_RECORD))?.record;
}

export function readPerson(context: Context, key: RecordKey): Steps<StoredPart | undefined> {
  return readPart(context, key, CONSENTS_OF_RECORD);
}

export function readFindings(context: Context, key: RecordKey): Steps<StoredPart | undefined> {
  return readPart(context, key, FINDINGS_OF_RECORD);
}

function* readPart(context: Context, key: RecordKey, wanted: string): Steps<StoredPart | undefined> {
  const read = yield* readWith(context, key, wanted);
  if (read === undefined) return undefined;
  const { record, otherSources } = read;
  return { ...record, resourceSources: [...new Set([...record.resources.map(sourceOf), ...otherSources])] };
}

function sourceOf({ source }: StoredResource): string {
  return source;
}

interface Read {
  readonly record: StoredRecord;
  readonly otherSources: readonly string[];
}

function* readWith(context: Context, key: RecordKey, wanted: string): Steps<Read | undefined> {
  const [
    found,
    { resources, otherSources },
    contributions,
    past,
    relationships,
    merged,
    replaces,
    mergedBefore,
    decisions,
  ] = yield* together(
    row("SELECT kind, id_space, patient_id, version FROM record WHERE key = ?", key),
    readJoined(context, wanted, ...slotsOf(key)),
    rows(CONTRIBUTIONS, key),
    rows(PAST_CONTRIBUTIONS, key),
    rows(RELATIONSHIPS, key),
    readMerged(key),
    readReplaces(key),
    readMergedBefore(key),
    readDisclosureDecisionsOf(key),
  );
  if (found === undefined) return undefined;
  const record: StoredRecord = {
    key,
    kind: word(RECORD_KINDS, found.kind),
    idSpace: text(found.id_space),
    patientId: found.patient_id === null ? "" : text(found.patient_id),
    version: integer(found.version),
    contributions: contributions.map(toContribution),
    pastContributions: past.flatMap((one) =>
      one.is_left === 1 ? [] : [{ ...toContribution(one), until: integer(one.until) }],
    ),
    relationships: relationships.map(toRelationship),
    resources,
    ...merged,
    replaces,
    mergedBefore,
    leavings: past.flatMap((one) => (one.is_left === 1 ? [{ source: text(one.source), at: integer(one.until) }] : [])),
    disclosureDecisions:
      replaces.length === 0
        ? decisions
        : yield* readDisclosureDecisionsOfAll([key, ...replaces.map(({ record }) => record)]),
  };
  return { record, otherSources };
}

const CONTRIBUTIONS = `SELECT c.*, s.source, s.local_id FROM contribution c CROSS JOIN source_child s ON s.id = c.child
  WHERE c.record = ? ORDER BY s.source, s.local_id`;
const PAST_CONTRIBUTIONS = `SELECT p.*, s.source, s.local_id FROM past_contribution p
  CROSS JOIN source_child s ON s.id = p.child WHERE p.record = ? ORDER BY p.until, p.sequence`;
const RELATIONSHIPS = "SELECT * FROM relationship WHERE record = ? ORDER BY source, unit, n";

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

export function* locate(type: string, id: string, idSpace: IdSpace): Steps<RecordKey | undefined> {
  if (type === "Patient") {
    const child = yield* row("SELECT key FROM record WHERE patient_id = ? AND id_space = ?", id, idSpace);
    return child && integer(child.key);
  }
  const found = yield* row(RESOURCE_BY_ID, idHash(type, id, idSpace), id, type, idSpace);
  if (found !== undefined) return integer(found.record);
  const ended = yield* row(LAST_OF_HISTORY, id, type, idSpace);
  return ended && integer(ended.record);
}

export const BY_ID = `resource_id i CROSS JOIN resource r ON r.slot = i.slot AND r.record = i.record
  CROSS JOIN record c ON c.key = r.record`;

/** Parameters: `idHash(type, id, idSpace)`, id, type, idSpace. */
export const RESOURCE_BY_ID = `SELECT r.record, r.slot, r.version, r.content_hash, r.identifiers
  FROM ${BY_ID} WHERE i.hash = ? AND r.id = ? AND r.type = ? AND c.id_space = ?`;

const WHOLE_RESOURCE_BY_ID = `${selectJoined()} FROM ${BY_ID} WHERE i.hash = ? AND r.id = ? AND r.type = ? AND c.id_space = ?`;

export function* readResource(
  context: Context,
  type: string,
  id: string,
  idSpace: IdSpace,
): Steps<StoredResource | undefined> {
  const hash = idHash(type, id, idSpace);
  const { resources } = yield* readJoined(context, WHOLE_RESOURCE_BY_ID, hash, id, type, idSpace);
  return resources[0];
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
  // The bytes as characters cost a third of what they cost in a Buffer.
  const digest = hash("sha256", name, "binary");
  let other = 0;
  for (let at = 0; at < OTHER_BITS / 8; at++) other = other * 256 + digest.charCodeAt(at);
  return familyOf(id) * 2 ** OTHER_BITS + other;
}

function familyOf(id: string): number {
  let family = 0x41c6ce57;
  const length = Math.min(id.length, FAMILY_CHARACTERS);
  for (let at = 0; at < length; at++) family = Math.imul(family ^ id.charCodeAt(at), 2_654_435_761);
  return (family ^ (family >>> 15)) >>> (32 - FAMILY_BITS);
}

const VERSION_COLUMNS = "version, record, last_updated, origin, content_hash, keys, body";

export function* readHistory(
  context: Context,
  type: string,
  id: string,
  idSpace: IdSpace,
): Steps<readonly StoredVersion[]> {
  const found = yield* rows(
    `SELECT ${VERSION_COLUMNS} FROM history WHERE id = ?1 AND type = ?2 AND id_space = ?3
     UNION ALL
     SELECT r.version, r.record, r.last_updated, r.origin, r.content_hash, r.keys, r.body
     FROM ${BY_ID} WHERE i.hash = ?4 AND r.id = ?1 AND r.type = ?2 AND c.id_space = ?3
     ORDER BY version DESC`,
    id,
    type,
    idSpace,
    idHash(type, id, idSpace),
  );
  yield* loadTextsOfVersions(context, found);
  return found.map((one) => toVersion(one, { type, id }, context));
}

/** With those of children that are merged into this one; without those of resources that another child has by now. */
export function* readRecordHistory(context: Context, key: RecordKey): Steps<readonly StoredVersion[]> {
  const found = yield* rows(
    `SELECT type, id, id_space, ${VERSION_COLUMNS} FROM history WHERE record IN (
       WITH RECURSIVE tree (record) AS (
         SELECT CAST(? AS BIGINT) UNION ALL SELECT m.record FROM tree CROSS JOIN merged m ON m.survivor = tree.record)
       SELECT record FROM tree)
     ORDER BY last_updated DESC, version DESC, sequence DESC`,
    key,
  );
  const resources = new Map(found.map((one) => [nameOf(one), one]));
  const places = yield* together(...[...resources.values()].map((one) => isOf(one, key)));
  const here = new Set([...resources.keys()].filter((_name, n) => places[n] === true));
  const versions = found.filter((one) => here.has(nameOf(one)));
  yield* loadTextsOfVersions(context, versions);
  return versions.map((one) => toVersion(one, { type: text(one.type), id: text(one.id) }, context));
}

function* loadTextsOfVersions(context: Context, versions: readonly Row[]): Steps<void> {
  yield* loadOrigins(
    context,
    versions.map(({ origin }) => integer(origin)),
  );
  yield* loadWords(
    context,
    versions.flatMap(({ body }) => (body === null ? [] : [body])),
  );
}

function nameOf(version: Row): string {
  return `${text(version.type)}/${text(version.id)}`;
}

/** Whether the resource of a past version is, or was in the end, in the record or in one that is merged into it. */
function* isOf(version: Row, key: RecordKey): Steps<boolean> {
  const record = yield* locate(text(version.type), text(version.id), text(version.id_space));
  return record !== undefined && (record === key || (yield* rootOf(record)) === key);
}

function toVersion(
  row: Row,
  resource: { readonly type: string; readonly id: string },
  context: Context,
): StoredVersion {
  const { source, dataClass } = originOf(context, integer(row.origin));
  const body = row.body === null ? undefined : bodyOf(context, row.body);
  return {
    ...resource,
    source,
    dataClass,
    version: integer(row.version),
    record: integer(row.record),
    lastUpdated: integer(row.last_updated),
    contentHash: text(row.content_hash),
    keys: text(row.keys),
    get body() {
      return body?.();
    },
    ...(row.body === null ? {} : { body_bytes: lengthOf(bytes(row.body)) }),
  };
}

export function* readSourceReaches(): Steps<readonly SourceReach[]> {
  return (yield* rows("SELECT * FROM reach ORDER BY source")).map((one) => ({
    source: text(one.source),
    authority: text(one.authority),
    dataClass: dataClass(one.data_class),
    until: text(one.until),
  }));
}
