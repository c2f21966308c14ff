import { hash } from "node:crypto";
import type { Consent, Patient, Resource } from "@medplum/fhirtypes";
import { LRUCache } from "lru-cache";
import type { ServedType } from "#profiles/interactions.ts";
import { SERVED_RESOURCES } from "#profiles/interactions.ts";
import type { Requester } from "../access/requester.ts";
import { toDenials } from "../disclosure/consent-rules.ts";
import { type Contribution, type FoldOptions, foldPatient, isMarkedRestricted } from "../disclosure/patient-fold.ts";
import {
  decideVisibility,
  isReleasable,
  type RecordFacts,
  type SourceFacts,
  type Visibility,
} from "../disclosure/visibility.ts";
import { extractKeys } from "../search/keys.ts";
import { type Pack, type Packable, toPack } from "../search/pack.ts";
import type { RecordKey, Store, StoredRecord, StoredResource } from "../store/store.ts";
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
  /** Whether any source marks the child as restricted, whoever may see that source. */
  readonly isRestricted: boolean;
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
  };
}

function toLoadedRecord(stored: StoredRecord, changes: number, options: RecordReaderOptions): LoadedRecord {
  const contributions = stored.contributions.map(({ source, lastUpdated, body }) => ({
    source,
    lastUpdated,
    patient: parsePatient(body),
  }));
  const isRestricted = contributions.some(({ patient }) => isMarkedRestricted(patient));
  const stripped = toStripped(stored.kind, isRestricted);
  const packables = stored.resources.flatMap((resource): Packable[] =>
    isServed(resource.type)
      ? [{ ...resource, ...stripped(resource), type: resource.type, version: String(resource.version) }]
      : [],
  );
  const pack = toPack(packables, options.fhirBase);
  if (stored.kind === "child") guardLoad(pack, stored.patientId);
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
    isRestricted,
    identifiers: new Set(
      contributions.flatMap(({ patient }) =>
        (patient.identifier ?? []).map(({ system, value }) => `${system}|${value}`),
      ),
    ),
    patients: new Map(),
    checkedAt: changes,
  };
}

/**
 * What of a body is never released: of a restricted child who saw it, since a school or a clinic is a place; of an
 * Organization which source told of it, since that names a kind of record.
 */
function toStripped(
  kind: StoredRecord["kind"],
  isRestricted: boolean,
): (resource: StoredResource) => { readonly body?: Buffer; readonly keys?: string } {
  if (kind !== "child") return ({ body }) => withoutElements(body, (resource) => delete resource.meta?.source);
  if (!isRestricted) return () => ({});
  return ({ body }) =>
    withoutElements(body, (resource) => {
      if (resource.resourceType === "Observation") delete resource.performer;
    });
}

function withoutElements(body: Buffer, strip: (resource: Resource) => void) {
  const resource: Resource = JSON.parse(body.toString());
  strip(resource);
  return { body: Buffer.from(JSON.stringify(resource)), keys: extractKeys(resource) };
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
  const seesDecisions = requester.agreement.dataClasses.includes("sharing");
  return {
    key: record.key,
    patientId: record.patientId,
    patient: visiblePatient(record, visibility, requester, fhirBase),
    pack,
    isVisible: (entry) =>
      sources.has(pack.sources[entry] ?? "") &&
      !withheldIds.has(pack.ids[entry] ?? "") &&
      // A family's decision is read by its officers alone, whichever source told of it; others meet its effect.
      (pack.types[entry] !== "Consent" || seesDecisions),
    rules: visibility.rules,
  };
}

/** An Organization is seen by whom its source may reach: a school that only education data tell of is education data. */
function sharedView(
  record: LoadedRecord,
  requester: Requester,
  sources: ReadonlyMap<string, SourceFacts>,
): VisibleRecord {
  const { pack } = record;
  const { agreement } = requester;
  return {
    key: record.key,
    patientId: "",
    patient: NO_PACK,
    pack,
    isVisible(entry) {
      const source = sources.get(pack.sources[entry] ?? "");
      return source !== undefined && isReleasable(source, requester);
    },
    rules: [`agreement/${agreement.id}/${agreement.version}`],
  };
}

function visiblePatient(record: LoadedRecord, visibility: Visibility, requester: Requester, fhirBase: string): Pack {
  const { agreement } = requester;
  const { sources, identitySources } = visibility;
  const view = `${agreement.id}/${agreement.version} ${[...sources].join(" ")} | ${[...identitySources].join(" ")}`;
  const known = record.patients.get(view);
  if (known) return known;
  const visible = record.contributions.filter(({ source }) => sources.has(source));
  const identityOnly = record.contributions.filter(({ source }) => identitySources.has(source));
  const pack =
    visible.length + identityOnly.length === 0
      ? NO_PACK
      : toPack(
          [
            toPackable(record.patientId, visible, {
              identityOnly,
              identifierSystems: new Set(agreement.identifierSystems),
              isRestricted: record.isRestricted,
            }),
          ],
          fhirBase,
        );
  record.patients.set(view, pack);
  return pack;
}

/** Version and time of the Patient are those of the released form: a change that it does not show changes neither. */
function toPackable(id: string, visible: readonly Contribution[], options: FoldOptions): Packable {
  const { meta, resourceType, ...rest } = foldPatient(visible, options);
  const version = hash("sha256", JSON.stringify([meta, rest]), "hex").slice(0, 16);
  const told = visible.length > 0 ? visible : options.identityOnly;
  const lastUpdated = Math.max(...told.map((contribution) => contribution.lastUpdated));
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
