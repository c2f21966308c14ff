import { LRUCache } from "lru-cache";
import type { RecordType } from "#profiles/interactions.ts";
import type { Requester } from "../access/requester.ts";
import type { Explanation } from "../disclosure/explanation.ts";
import type { Labels } from "../disclosure/labels/label.ts";
import type { LabelLists } from "../disclosure/labels/label-list.ts";
import { LIMITS, upToEntries } from "../limits.ts";
import type { Pack } from "../search/pack.ts";
import type { ReadVerbs, RecordKey, StoredRecord } from "../store/store.ts";
import { findVisible } from "./read-visible.ts";
import { RecordCache, type RecordReaderOptions } from "./record-reader-cache.ts";
import { isMinimised, minimisedVersions } from "./record-reader-elements.ts";
import { explainResource } from "./record-reader-explain.ts";
import { type LoadedRecord, type LoadOptions, toLoadedRecord } from "./record-reader-load.ts";
import { createViews } from "./record-reader-shown.ts";
import { isHidden } from "./record-reader-view.ts";
import type { ReleasedEntry } from "./search-request.ts";
import type { Soon } from "./soon.ts";
import { joinVersions, toMergedVersions, toVersions, type VisibleVersion, type Wanted } from "./versions.ts";

/** What one requester may see of one record now. Search and read run on this alone. */
export interface VisibleRecord {
  readonly key: RecordKey;
  readonly patientId: string;
  /** One Patient, as released to this requester; empty for a record of no child, and for a child of whom nobody speaks. */
  readonly patient: Pack;
  /** The same, or no more of it than whether there is one, its identifiers, and whether it is marked as restricted. */
  readonly identity: Pack;
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
  "key" | "patientId" | "patient" | "identity" | "rules" | "tellers" | "isRestricted" | "override" | "isMerged"
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
  changes(): Soon<number>;
  /** The visible record, or `undefined` when it does not exist or not for this requester. */
  view(key: RecordKey, requester: Requester, at: Moment): Soon<VisibleRecord | undefined>;
  /** The same, but for Provenances, which may be missing in it. */
  findings(key: RecordKey, requester: Requester, at: Moment): Soon<VisibleRecord | undefined>;
  /** The same as far as the Patient goes, without reading what else the record holds: its pack may hold nothing. */
  person(key: RecordKey, requester: Requester, at: Moment): Soon<VisibleRecord | undefined>;
  /** The visible record of what a transaction has just told of a child whom it made itself, without reading it. */
  made(stored: StoredRecord, requester: Requester, at: Moment): Soon<VisibleRecord | undefined>;
  /** A resource, as far as the requester may see it. */
  find(type: RecordType, id: string, requester: Requester, at: Moment): Soon<ReleasedEntry | undefined>;
  /** Whether the record carries an identifier (`system|value`) at all; not what a requester may know. */
  carries(key: RecordKey, identifier: string, changes: number): Soon<boolean>;
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

/** Reads records through a cache. */
export function createRecordReader(options: RecordReaderOptions): RecordReader {
  const { store } = options;
  const cache = new RecordCache(options);

  function within(transaction: ReadVerbs): RecordReader {
    const load = cache.within(transaction);
    const loadFindings = (key: RecordKey) => load(key, "findings");
    const reading = {
      verbs: transaction,
      // A transaction sees one state from beginning to end, and waits for nothing but its own verbs.
      changes: async () => Number.NaN,
      load: (key: RecordKey) => load(key, "record"),
      loadFindings,
      loadPerson: loadFindings,
      within,
    };
    return readerOf(reading, options);
  }

  const reading: Reading = {
    verbs: store,
    changes: () => store.changeCounter(),
    load: (key, changes) => cache.load(key, changes, "record"),
    loadFindings: (key, changes) => cache.load(key, changes, "findings"),
    loadPerson: (key, changes) => cache.loadPerson(key, changes),
    within,
    places: new LRUCache(upToEntries(LIMITS.resource_places_max)),
  };
  return readerOf(reading, options);
}

interface Reading {
  readonly verbs: ReadVerbs;
  changes(): Soon<number>;
  load(key: RecordKey, changes: number): Soon<LoadedRecord | undefined>;
  /** The record, or all of it but its Provenances. */
  loadFindings(key: RecordKey, changes: number): Soon<LoadedRecord | undefined>;
  /** The record or no more of it than the Patient needs. */
  loadPerson(key: RecordKey, changes: number): Soon<LoadedRecord | undefined>;
  within(transaction: ReadVerbs): RecordReader;
  /**
   * In which record a resource was last seen. Only a guess, that spares the store a search: what is not found there, for
   * this requester, is looked for as ever.
   */
  readonly places?: LRUCache<string, RecordKey>;
}

function readerOf(
  { verbs, changes: readChanges, load, loadFindings, loadPerson, within, places }: Reading,
  options: LoadOptions,
): RecordReader {
  const viewBy = createViews({ verbs, options });
  const view: RecordReader["view"] = (key, requester, at) => viewBy(load, key, { requester, at });
  const findings: RecordReader["findings"] = (key, requester, at) => viewBy(loadFindings, key, { requester, at });

  async function findAnew(
    name: string,
    { type, id, seen }: { readonly type: RecordType; readonly id: string; readonly seen: ReturnType<typeof view> },
    { requester, at }: { readonly requester: Requester; readonly at: Moment },
  ): Promise<ReleasedEntry | undefined> {
    const guessed = await seen;
    const known = guessed && findVisible(guessed, type, id);
    if (known) return known;
    const key = await verbs.locate(type, id, requester.agreement.idSpace);
    const see = type === "Provenance" ? view : findings;
    const found = key === undefined ? undefined : await see(key, requester, at);
    const entry = found && findVisible(found, type, id);
    if (entry && found) places?.set(name, found.key);
    return entry;
  }

  /** What came and went since a record was read may name a service that was told since. */
  async function withHiddenOfNow(record: LoadedRecord, changes: number): Promise<LoadedRecord> {
    const now = await readChanges();
    const again = now === changes ? undefined : await load(record.key, now);
    return again === undefined ? record : { ...record, hidden: again.hidden };
  }

  return {
    changes: readChanges,
    view,
    findings,
    person: (key, requester, at) => viewBy(loadPerson, key, { requester, at }),
    made: (stored, requester, at) =>
      viewBy(() => toLoadedRecord(stored, Number.NaN, options), stored.key, { requester, at }),
    find(type, id, requester, at) {
      const name = `${requester.agreement.idSpace} ${type}/${id}`;
      const guessed = places?.get(name);
      const see = type === "Provenance" ? view : findings;
      const seen = guessed === undefined ? undefined : see(guessed, requester, at);
      const known = seen instanceof Promise ? undefined : seen && findVisible(seen, type, id);
      return known ?? findAnew(name, { type, id, seen }, { requester, at });
    },
    async explain(type, id, requester, at) {
      const key = await verbs.locate(type, id, requester.agreement.idSpace);
      const record = key === undefined ? undefined : await load(key, at.changes);
      return record && explainResource(record, { type, id }, { requester, at, options });
    },
    carries(key, identifier, changes) {
      const carries = (record?: LoadedRecord): boolean =>
        record?.told.some(({ identifiers }) =>
          identifiers.some(({ system, value }) => `${system}|${value}` === identifier),
        ) ?? false;
      const record = loadFindings(key, changes);
      return record instanceof Promise ? record.then(carries) : carries(record);
    },
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
      const history = await verbs.recordHistory(key);
      const whole = toVersions(await withHiddenOfNow(record, changes), history, looking);
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
