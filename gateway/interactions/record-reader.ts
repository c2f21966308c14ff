import { hash } from "node:crypto";
import type { Consent, Patient } from "@medplum/fhirtypes";
import { LRUCache } from "lru-cache";
import type { ServedType } from "#profiles/interactions.ts";
import { SERVED_RESOURCES } from "#profiles/interactions.ts";
import type { Requester } from "../access/requester.ts";
import { toDenials } from "../disclosure/consent-rules.ts";
import { type Contribution, foldPatient } from "../disclosure/patient-fold.ts";
import { decideVisibility, type RecordFacts, type SourceFacts, type Visibility } from "../disclosure/visibility.ts";
import { extractKeys } from "../search/keys.ts";
import { type Pack, type Packable, toPack } from "../search/pack.ts";
import type { RecordKey, Store, StoredRecord } from "../store/store.ts";
import { guardLoad } from "./guard.ts";

/** A record as it is held in memory: packed, unfiltered, with the facts that decide who may see what. */
interface LoadedRecord {
  readonly key: RecordKey;
  readonly kind: StoredRecord["kind"];
  readonly patientId: string;
  readonly version: number;
  readonly pack: Pack;
  readonly facts: RecordFacts;
  readonly contributions: readonly Contribution[];
  /** `system|value` of every identifier, shown or not: what a cached resolution is checked against. */
  readonly identifiers: ReadonlySet<string>;
  /** The Patient as it looks to those who see the same sources under the same agreement. */
  readonly patients: Map<string, Pack>;
  /** The change counter at which the version was last found current. */
  checkedAt: number;
}

/** What one requester may see of one record now. Search and read run on this alone. */
export interface VisibleRecord {
  readonly key: RecordKey;
  readonly patientId: string;
  /** One Patient, as folded for this requester; empty for a record of no child. */
  readonly patient: Pack;
  /** The record's other resources; `isVisible` says which. */
  readonly pack: Pack;
  isVisible(entry: number): boolean;
  readonly rules: readonly string[];
}

/** When a request looks: one state of the store and one day for all that it sees. */
export interface Moment {
  /** The store's change counter. */
  readonly changes: number;
  /** YYYY-MM-DD, in the UK. */
  readonly today: string;
}

export interface RecordReader {
  /** The change counter of the store: read once a request, so that one request sees one state of what is cached. */
  changes(): Promise<number>;
  /** The visible record, or `undefined` when it does not exist or not for this requester. */
  view(key: RecordKey, requester: Requester, at: Moment): Promise<VisibleRecord | undefined>;
  /** Whether the record carries an identifier (`system|value`) at all; not what a requester may know. */
  carries(key: RecordKey, identifier: string, changes: number): Promise<boolean>;
  /** Bytes and records held, for metrics. */
  held(): { readonly bytes: number; readonly records: number };
}

export interface RecordReaderOptions {
  readonly store: Store;
  /** Every registered source, by name. */
  readonly sources: ReadonlyMap<string, SourceFacts>;
  readonly fhirBase: string;
  readonly cache_bytes: number;
}

const SERVED = new Set<string>(SERVED_RESOURCES.map(({ type }) => type));
const NO_PACK = toPack([], "");

function isServed(type: string): type is ServedType {
  return SERVED.has(type);
}

/**
 * Reads records through a cache bounded in bytes. A cached record is used only while its version is the one in the
 * store; that is asked whenever anything at all was committed since it was last asked.
 */
export function createRecordReader(options: RecordReaderOptions): RecordReader {
  const { store } = options;
  const cache = new LRUCache<RecordKey, LoadedRecord>({
    maxSize: Math.max(options.cache_bytes, 1),
    sizeCalculation: ({ pack, contributions }) => pack.weight_bytes + contributions.length * 2_000 + 1_000,
  });

  async function load(key: RecordKey, changes: number): Promise<LoadedRecord | undefined> {
    const cached = cache.get(key);
    if (cached?.checkedAt === changes) return cached;
    if (cached && (await store.recordVersion(key)) === cached.version) {
      cached.checkedAt = changes;
      return cached;
    }
    const stored = await store.record(key);
    if (!stored) return undefined;
    const loaded = toLoadedRecord(stored, changes, options);
    cache.set(key, loaded);
    return loaded;
  }

  return {
    changes: () => store.changeCounter(),
    async view(key, requester, { changes, today }) {
      const record = await load(key, changes);
      if (!record) return undefined;
      return record.kind === "child"
        ? childView(record, requester, today, options.fhirBase)
        : sharedView(record, requester, options.sources);
    },
    carries: async (key, identifier, changes) => (await load(key, changes))?.identifiers.has(identifier) ?? false,
    held: () => ({ bytes: cache.calculatedSize, records: cache.size }),
  };
}

function toLoadedRecord(stored: StoredRecord, changes: number, options: RecordReaderOptions): LoadedRecord {
  const packables = stored.resources.flatMap((resource): Packable[] =>
    isServed(resource.type) ? [{ ...resource, type: resource.type, version: String(resource.version) }] : [],
  );
  const pack = toPack(packables, options.fhirBase);
  guardLoad(pack, stored.patientId);
  const contributions = stored.contributions.map(({ source, lastUpdated, body }) => ({
    source,
    lastUpdated,
    patient: parsePatient(body),
  }));
  const names = new Set([...stored.contributions, ...packables].map(({ source }) => source));
  return {
    key: stored.key,
    kind: stored.kind,
    patientId: stored.patientId,
    version: stored.version,
    pack,
    facts: {
      relationships: stored.relationships,
      sources: [...names].flatMap((name) => options.sources.get(name) ?? []),
      denials: packables.flatMap(({ type, body }) => (type === "Consent" ? toDenials(parseConsent(body)) : [])),
    },
    contributions,
    identifiers: new Set(
      contributions.flatMap(({ patient }) =>
        (patient.identifier ?? []).map(({ system, value }) => `${system}|${value}`),
      ),
    ),
    patients: new Map(),
    checkedAt: changes,
  };
}

function parseConsent(body: Buffer): Consent {
  return JSON.parse(body.toString());
}

function parsePatient(body: string): Patient {
  return JSON.parse(body);
}

function childView(
  record: LoadedRecord,
  requester: Requester,
  today: string,
  fhirBase: string,
): VisibleRecord | undefined {
  const visibility = decideVisibility(record.facts, requester, today);
  if (!visibility) return undefined;
  const { sources, withheldIds } = visibility;
  const { pack } = record;
  return {
    key: record.key,
    patientId: record.patientId,
    patient: visiblePatient(record, visibility, requester, fhirBase),
    pack,
    isVisible: (entry) => sources.has(pack.sources[entry] ?? "") && !withheldIds.has(pack.ids[entry] ?? ""),
    rules: visibility.rules,
  };
}

/** Organisations are no secret of a child; they are seen where the agreement reaches the authority that names them. */
function sharedView(
  record: LoadedRecord,
  { agreement }: Requester,
  sources: ReadonlyMap<string, SourceFacts>,
): VisibleRecord {
  const { pack } = record;
  return {
    key: record.key,
    patientId: "",
    patient: NO_PACK,
    pack,
    isVisible: (entry) => agreement.authorities.includes(sources.get(pack.sources[entry] ?? "")?.authority ?? ""),
    rules: [`agreement/${agreement.id}/${agreement.version}`],
  };
}

function visiblePatient(record: LoadedRecord, visibility: Visibility, requester: Requester, fhirBase: string): Pack {
  const { agreement } = requester;
  const view = `${agreement.id}/${agreement.version} ${[...visibility.sources].join(" ")}`;
  const known = record.patients.get(view);
  if (known) return known;
  const visible = record.contributions.filter(({ source }) => visibility.sources.has(source));
  const pack =
    visible.length === 0
      ? NO_PACK
      : toPack([toPackable(record.patientId, visible, new Set(agreement.identifierSystems))], fhirBase);
  record.patients.set(view, pack);
  return pack;
}

/** Version and time of the Patient are those of the released form: a change that it does not show changes neither. */
function toPackable(id: string, visible: readonly Contribution[], systems: ReadonlySet<string>): Packable {
  const { meta, resourceType, ...rest } = foldPatient(visible, systems);
  const version = hash("sha256", JSON.stringify([meta, rest]), "hex").slice(0, 16);
  const lastUpdated = Math.max(...visible.map((contribution) => contribution.lastUpdated));
  const patient: Patient = {
    resourceType,
    id,
    meta: { versionId: version, lastUpdated: new Date(lastUpdated).toISOString(), ...meta },
    ...rest,
  };
  return {
    type: "Patient",
    id,
    version,
    lastUpdated,
    source: "",
    body: Buffer.from(JSON.stringify(patient)),
    keys: extractKeys(patient),
  };
}
