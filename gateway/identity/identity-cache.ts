import type { RecordKey } from "../store/store.ts";

/** What changed of whose child it is. */
export interface IdentityChange {
  /** Records that came to hold, or ceased to hold, an identifier or were merged, parted, linked anew. */
  readonly records?: readonly RecordKey[];
  /** `system|value`: identifiers that a record came to hold or ceased to hold. */
  readonly identifiers?: readonly string[];
}

/** Counted since the start. */
export interface CacheCounts {
  /** Answered in this process. */
  readonly nearHits: number;
  /** Answered by Redis. */
  readonly farHits: number;
  /** Asked of the store. */
  readonly misses: number;
  /** Changes told. */
  readonly purges: number;
  /** Times that Redis could not be told of a change, so that all it held became void. */
  readonly voided: number;
  /** Entries in this process now. */
  readonly entries: number;
  /** How long Redis took to answer lately, in seconds; absent without Redis. */
  readonly roundTrip_s?: number;
}

/**
 * Identifier → the records that hold it, or the knowledge that none does. Once `purge` has resolved, no process gets an
 * answer from before that change any more. That holds for what the gateway itself changes; as the store stays the truth,
 * whoever uses an answer still checks the record. No verb rejects but for what `find` throws: a cache that cannot answer asks the
 * store.
 */
export interface IdentityCache {
  /**
   * The records that hold `system|value`, ascending; `find` asks the store, when nothing is known, once or twice. Who
   * asks at the same time shares one question.
   */
  resolve(identifier: string, find: () => Promise<readonly RecordKey[]>): Promise<readonly RecordKey[]>;
  /**
   * Another one once a change was told: what was resolved before under the same one still stands. `undefined` where that is
   * not known without asking.
   */
  generation(): number | undefined;
  /** To be called after the change is committed and before anybody is told that it is done. */
  purge(change: IdentityChange): Promise<void>;
  /** For readiness and metrics. */
  state(): "in-process" | "connected" | "down";
  counts(): CacheCounts;
  close(): Promise<void>;
}
