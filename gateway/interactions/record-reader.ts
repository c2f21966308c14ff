import { LRUCache } from "lru-cache";
import type { RecordType } from "#profiles/interactions.ts";
import type { Requester } from "../access/requester.ts";
import { nextInstant } from "../disclosure/decide-visibility.ts";
import type { Explanation } from "../disclosure/explanation.ts";
import type { Labels } from "../disclosure/labels/label.ts";
import type { LabelLists } from "../disclosure/labels/label-list.ts";
import { LIMITS } from "../limits.ts";
import type { Pack } from "../search/pack.ts";
import type { ReadVerbs, RecordKey, Store } from "../store/store.ts";
import { createHiddenServices } from "./hidden-services.ts";
import { findVisible } from "./read-visible.ts";
import { isMinimised, minimisedVersions, minimisedView, typesToMinimise } from "./record-reader-elements.ts";
import { explainResource } from "./record-reader-explain.ts";
import { type LoadedRecord, type LoadOptions, type Shown, toLoadedRecord } from "./record-reader-load.ts";
import { isHidden, toMergedView, toSight, toView } from "./record-reader-view.ts";
import type { ReleasedEntry } from "./search-request.ts";
import { joinVersions, toMergedVersions, toVersions, type VisibleVersion, type Wanted } from "./versions.ts";

/** What one requester may see of one record now. Search and read run on this alone. */
export interface VisibleRecord {
  readonly key: RecordKey;
  readonly patientId: string;
  /** One Patient, as released to this requester; empty for a record of no child, and for a child of whom nobody speaks. */
  readonly patient: Pack;
  /** The record's other resources; `isVisible` says which. */
  readonly pack: Pack;
  isVisible(entry: number): boolean;
  readonly rules: readonly string[];
  /** First instant at which something else may be seen though nothing is written. Milliseconds since 1970. */
  readonly until_ms?: number;
  /** Of a child: the sources whose word is shown to this requester in full; none where somebody marks it as restricted. */
  readonly tellers?: ReadonlySet<string>;
  /** Set of a child whom somebody marks as restricted. */
  readonly isRestricted?: true;
  /** The lists in force, for the guard's own look. */
  readonly lists?: LabelLists;
  /** What the lists say of an entry of `pack`. */
  labelsOf?(entry: number): Labels;
  /** The decision that shows in spite of an objection. */
  readonly override?: {
    readonly kind: "duty" | "break-glass";
    readonly decision: number;
    readonly family?: "told" | "deferred" | "unsafe";
  };
  /** Set where the child is merged into another, and nothing but that is left to see of it. */
  readonly isMerged?: true;
}

/** What a requester may see of the person alone. */
export type VisiblePerson = Pick<
  VisibleRecord,
  "key" | "patientId" | "patient" | "rules" | "tellers" | "isRestricted" | "override" | "isMerged"
>;

/** When a request looks: one state of the store and one instant for all that it sees. */
export interface Moment {
  /** The store's change counter. */
  readonly changes: number;
  /** Milliseconds since 1970. */
  readonly now_ms: number;
  /** YYYY-MM-DD, in the UK. */
  readonly today: string;
}

export interface RecordReader {
  /** The change counter of the store: read once a request, so that one request sees one state of what is cached. */
  changes(): Promise<number>;
  /** The visible record, or `undefined` when it does not exist or not for this requester. */
  view(key: RecordKey, requester: Requester, at: Moment): Promise<VisibleRecord | undefined>;
  /** The same as far as the Patient goes, without reading what else the record holds. */
  person(key: RecordKey, requester: Requester, at: Moment): Promise<VisiblePerson | undefined>;
  /** A resource, as far as the requester may see it. */
  find(type: RecordType, id: string, requester: Requester, at: Moment): Promise<ReleasedEntry | undefined>;
  /** Whether the record carries an identifier (`system|value`) at all; not what a requester may know. */
  carries(key: RecordKey, identifier: string, changes: number): Promise<boolean>;
  /** Every version of everything that is wanted of the record, newest first, as far as today's visibility reaches. */
  versions(key: RecordKey, requester: Requester, at: Moment, wanted?: Wanted): Promise<readonly VisibleVersion[]>;
  /** Why a requester would or would not see a resource of a child: for its data officer. `undefined`: there is none. */
  explain(type: RecordType, id: string, requester: Requester, at: Moment): Promise<Explanation | undefined>;
  /**
   * Reads what a transaction sees, its own writes included. What is in memory serves only while the record's version in
   * the transaction is the same, and nothing is kept: it may never be committed.
   */
  within(transaction: ReadVerbs): RecordReader;
}

export interface RecordReaderOptions extends LoadOptions {
  readonly store: Store;
  readonly cache_bytes: number;
  /** Another one, and what was compiled by the former register is void. */
  readonly policyVersion?: () => number;
}

/**
 * Reads records through a cache bounded in bytes. A cached record is used only while its version is the one in the
 * store; that is asked whenever anything at all was committed since it was last asked.
 */
export function createRecordReader(options: RecordReaderOptions): RecordReader {
  const { store } = options;
  const cache = keep(options.cache_bytes * (1 - PERSON_SHARE));
  const people = keep(options.cache_bytes * PERSON_SHARE);
  const places = new LRUCache<string, RecordKey>({ max: LIMITS.resource_places_max });

  const services = createHiddenServices(store, options);

  const { policyVersion = () => 0 } = options;
  let compiledBy = policyVersion();
  function dropVoid(): void {
    if (compiledBy === policyVersion()) return;
    compiledBy = policyVersion();
    cache.clear();
    people.clear();
  }

  async function load(key: RecordKey, changes: number): Promise<LoadedRecord | undefined> {
    dropVoid();
    const cached = cache.get(key);
    if (cached?.checkedAt === changes) return cached;
    const hidden = await services.at(changes);
    if (cached?.hidden === hidden && (await store.recordVersion(key)) === cached.version) {
      cached.checkedAt = changes;
      return cached;
    }
    const stored = await store.record(key);
    if (!stored) return undefined;
    const loaded = toLoadedRecord(stored, changes, { ...options, hidden });
    cache.set(key, loaded);
    return loaded;
  }

  /** Of whoever is held as a whole, that; the rest are held apart, since nothing but the Patient may be asked of them. */
  async function loadPerson(key: RecordKey, changes: number): Promise<LoadedRecord | undefined> {
    dropVoid();
    if (cache.has(key)) return load(key, changes);
    const known = people.get(key);
    if (known?.checkedAt === changes) return known;
    if (known && (await store.recordVersion(key)) === known.version) {
      known.checkedAt = changes;
      return known;
    }
    const stored = await store.person(key);
    if (!stored) return undefined;
    const loaded = toLoadedRecord(stored, changes, options);
    people.set(key, loaded);
    return loaded;
  }

  async function loadWithin(transaction: ReadVerbs, key: RecordKey): Promise<LoadedRecord | undefined> {
    dropVoid();
    const cached = cache.get(key);
    if (cached && (await transaction.recordVersion(key)) === cached.version) return cached;
    const stored = await transaction.record(key);
    return stored && toLoadedRecord(stored, Number.NaN, { ...options, hidden: services.known() });
  }

  function within(transaction: ReadVerbs): RecordReader {
    const load = (key: RecordKey) => loadWithin(transaction, key);
    // A transaction sees one state from beginning to end, and waits for nothing but its own verbs.
    return readerOf({ verbs: transaction, changes: async () => Number.NaN, load, loadPerson: load, within }, options);
  }

  return readerOf({ verbs: store, changes: () => store.changeCounter(), load, loadPerson, within, places }, options);
}

/** Within one token a client is shown the same again, until a period begins or ends. */
function isStill({ requester, today, from_ms, until_ms }: Shown, asking: Requester, at: Moment): boolean {
  return requester === asking && today === at.today && from_ms <= at.now_ms && at.now_ms < until_ms;
}

/** Of the cache's bytes, those for people of whom nothing else was asked. */
const PERSON_SHARE = 1 / 8;

function keep(size_bytes: number): LRUCache<RecordKey, LoadedRecord> {
  return new LRUCache({
    maxSize: Math.max(Math.floor(size_bytes), 1),
    sizeCalculation: ({ weight_bytes }) => weight_bytes,
  });
}

/** When a released form began is told by all the versions before it. */
async function minimise(
  view: VisibleRecord,
  record: LoadedRecord,
  {
    verbs,
    ...looking
  }: {
    readonly requester: Requester;
    readonly at: Moment;
    readonly options: LoadOptions;
    readonly verbs: Pick<ReadVerbs, "recordHistory">;
  },
): Promise<VisibleRecord> {
  const { requester, options } = looking;
  const { agreement } = requester;
  const history = view.pack.size === 0 ? [] : await verbs.recordHistory(record.key);
  const versions = toVersions(record, history, { ...looking, wanted: { types: typesToMinimise(requester) } });
  return minimisedView(view, minimisedVersions(versions, requester), { agreement, fhirBase: options.fhirBase });
}

interface Reading {
  readonly verbs: ReadVerbs;
  changes(): Promise<number>;
  load(key: RecordKey, changes: number): Promise<LoadedRecord | undefined>;
  /** The record or no more of it than the Patient needs. */
  loadPerson(key: RecordKey, changes: number): Promise<LoadedRecord | undefined>;
  within(transaction: ReadVerbs): RecordReader;
  /**
   * In which record a resource was last seen. Only a guess, that spares the store a search: what is not found there, for
   * this requester, is looked for as ever.
   */
  readonly places?: LRUCache<string, RecordKey>;
}

function readerOf(
  { verbs, changes: readChanges, load, loadPerson, within, places }: Reading,
  options: LoadOptions,
): RecordReader {
  const view: RecordReader["view"] = (key, requester, at) => viewBy(load, key, { requester, at });

  async function viewBy(
    load: Reading["load"],
    key: RecordKey,
    { requester, at }: { readonly requester: Requester; readonly at: Moment },
  ): Promise<VisibleRecord | undefined> {
    const record = await load(key, at.changes);
    if (!record) return undefined;
    if (record.mergedInto !== undefined) {
      const into = await load(record.mergedInto, at.changes);
      return into && toMergedView(record, into, { requester, at, options });
    }
    const { shown } = record;
    if (shown && isStill(shown, requester, at)) return shown.view;
    const sight = toSight(record, { requester, at }, options);
    const whole = sight && toView(record, sight, options);
    const view =
      whole && isMinimised(requester) ? await minimise(whole, record, { requester, at, options, verbs }) : whole;
    const until_ms = sight?.changesAt_ms ?? nextInstant(record.facts, at.now_ms);
    record.shown = { requester, today: at.today, from_ms: at.now_ms, until_ms, view };
    return view;
  }

  return {
    changes: readChanges,
    view,
    person: (key, requester, at) => viewBy(loadPerson, key, { requester, at }),
    async find(type, id, requester, at) {
      const { idSpace } = requester.agreement;
      const name = `${idSpace} ${type}/${id}`;
      const guessed = places?.get(name);
      const seen = guessed === undefined ? undefined : await view(guessed, requester, at);
      const known = seen && findVisible(seen, type, id);
      if (known) return known;
      const key = await verbs.locate(type, id, idSpace);
      const found = key === undefined ? undefined : await view(key, requester, at);
      const entry = found && findVisible(found, type, id);
      if (entry && found) places?.set(name, found.key);
      return entry;
    },
    async explain(type, id, requester, at) {
      const key = await verbs.locate(type, id, requester.agreement.idSpace);
      const record = key === undefined ? undefined : await load(key, at.changes);
      return record && explainResource(record, { type, id }, { requester, at, options });
    },
    carries: async (key, identifier, changes) => (await load(key, changes))?.identifiers.has(identifier) ?? false,
    async versions(key, requester, at, wanted = {}) {
      const { changes } = at;
      // The record first: what is replaced in between stands in both, and nothing in neither.
      const record = await load(key, changes);
      if (!record || record.idSpace !== requester.agreement.idSpace) return [];
      if (record.mergedInto !== undefined) {
        const into = await load(record.mergedInto, changes);
        return into ? toMergedVersions([record], into, { requester, at, options, wanted }) : [];
      }
      // To read a history takes time, by which what is hidden could be told from what never was.
      if (isHidden(record, { requester, at }, { options, wanted })) return [];
      const looking = { requester, at, options, wanted };
      const whole = toVersions(record, await verbs.recordHistory(key), looking);
      const versions = isMinimised(requester) ? minimisedVersions(whole, requester) : whole;
      if (record.replaces.length === 0) return versions;
      const merged: LoadedRecord[] = [];
      for (const one of record.replaces) {
        const loaded = await load(one.record, changes);
        if (loaded) merged.push(loaded);
      }
      return joinVersions(versions, toMergedVersions(merged, record, looking));
    },
    within,
  };
}
