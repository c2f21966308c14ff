import { LRUCache } from "lru-cache";
import type { ReadVerbs, RecordKey, Store } from "../store/store.ts";
import { createHiddenServices } from "./hidden-services.ts";
import { type LoadedRecord, type LoadOptions, toLoadedRecord } from "./record-reader-load.ts";
import type { HiddenServices } from "./record-reader-services.ts";
import type { Soon } from "./soon.ts";

export interface RecordReaderOptions extends LoadOptions {
  readonly store: Store;
  readonly cache_bytes: number;
  /** Another one, and what was compiled by the former register is void. */
  readonly policyVersion?: () => number;
}

/** A verb of the store: with its Provenances or without. */
type Breadth = "record" | "findings";

/**
 * Records in memory, bounded in bytes. A cached record is used only while its version is the one in the store; that is
 * asked whenever anything at all was committed since it was last asked. A part serves nobody who asks for the whole.
 */
export class RecordCache {
  readonly #options: RecordReaderOptions;
  readonly #records: LRUCache<RecordKey, LoadedRecord>;
  readonly #people: LRUCache<RecordKey, LoadedRecord>;
  readonly #services: ReturnType<typeof createHiddenServices>;
  #compiledBy: number;

  constructor(options: RecordReaderOptions) {
    this.#options = options;
    this.#records = keep(options.cache_bytes * (1 - PERSON_SHARE));
    this.#people = keep(options.cache_bytes * PERSON_SHARE);
    this.#services = createHiddenServices(options.store, options);
    this.#compiledBy = this.#policyVersion();
  }

  load(key: RecordKey, changes: number, breadth: Breadth): Soon<LoadedRecord | undefined> {
    const cached = this.#cached(key, breadth);
    return cached?.checkedAt === changes ? cached : this.#loadAnew(key, changes, { cached, breadth });
  }

  /** Of whoever is held with more, that; the rest are held apart, since nothing but the Patient may be asked of them. */
  async loadPerson(key: RecordKey, changes: number): Promise<LoadedRecord | undefined> {
    if (this.#cached(key, "findings") !== undefined) return this.load(key, changes, "findings");
    const { store } = this.#options;
    const compiledBy = this.#compiledBy;
    const known = this.#people.get(key);
    if (known?.checkedAt === changes) return known;
    if (known && (await store.recordVersion(key)) === known.version) {
      known.checkedAt = changes;
      return known;
    }
    const stored = await store.person(key);
    if (!stored) return undefined;
    const loaded = toLoadedRecord(stored, changes, this.#options);
    this.#keep(this.#people, loaded, compiledBy);
    return loaded;
  }

  /**
   * Records as a transaction sees them: what is in memory where it has the same version there, and nothing is kept. Hidden
   * services are looked at once, before the first of them: what the transaction itself tells of one later, it knows.
   */
  within(transaction: ReadVerbs): (key: RecordKey, breadth: Breadth) => Promise<LoadedRecord | undefined> {
    let services: Promise<HiddenServices> | undefined;
    return async (key, breadth) => {
      services ??= this.#services.within(transaction);
      const hidden = await services;
      const cached = this.#cached(key, breadth);
      if (cached?.hidden === hidden && (await transaction.recordVersion(key)) === cached.version) return cached;
      const stored = await transaction[breadth](key);
      return stored && toLoadedRecord(stored, Number.NaN, { ...this.#options, hidden });
    };
  }

  async #loadAnew(
    key: RecordKey,
    changes: number,
    { cached, breadth }: { readonly cached: LoadedRecord | undefined; readonly breadth: Breadth },
  ): Promise<LoadedRecord | undefined> {
    const { store } = this.#options;
    const compiledBy = this.#compiledBy;
    // Side by side: to a server each is a round.
    const services = this.#services.at(changes);
    if (cached !== undefined) {
      const [hidden, version] = await Promise.all([services, store.recordVersion(key)]);
      if (cached.hidden === hidden && version === cached.version) {
        cached.checkedAt = changes;
        return cached;
      }
    }
    const [stored, before] = await Promise.all([store[breadth](key), services]);
    if (!stored) return undefined;
    const hidden = await this.#hiddenAfter(changes, before);
    const loaded = toLoadedRecord(stored, changes, { ...this.#options, hidden });
    this.#keep(this.#records, loaded, compiledBy);
    return loaded;
  }

  /** A record that was just read may name a service that was told since it was looked for, in one commit or in two. */
  async #hiddenAfter(changes: number, before: HiddenServices): Promise<HiddenServices> {
    const now = await this.#options.store.changeCounter();
    return now === changes ? before : this.#services.at(now);
  }

  /** What was begun under a former register answers those who asked then, and nobody later. */
  #keep(records: LRUCache<RecordKey, LoadedRecord>, loaded: LoadedRecord, compiledBy: number): void {
    if (compiledBy === this.#policyVersion()) records.set(loaded.key, loaded);
  }

  #policyVersion(): number {
    return this.#options.policyVersion?.() ?? 0;
  }

  #cached(key: RecordKey, breadth: Breadth): LoadedRecord | undefined {
    if (this.#compiledBy !== this.#policyVersion()) {
      this.#compiledBy = this.#policyVersion();
      this.#records.clear();
      this.#people.clear();
    }
    const cached = this.#records.get(key);
    return breadth === "record" && cached?.isPart ? undefined : cached;
  }
}

/** Of the cache's bytes, those for people of whom nothing else was asked. */
const PERSON_SHARE = 1 / 8;

function keep(size_bytes: number): LRUCache<RecordKey, LoadedRecord> {
  return new LRUCache({
    maxSize: Math.max(Math.floor(size_bytes), 1),
    sizeCalculation: ({ weight_bytes }) => weight_bytes,
  });
}
