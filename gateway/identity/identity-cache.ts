import type { RecordKey } from "../store/store.ts";

/**
 * Identifier → record, for identifiers that were resolved before. Never the truth: whoever uses an answer checks that
 * the record it names still carries the identifier, and calls `forget` when it does not. No verb ever rejects: a cache
 * that cannot answer says "not known".
 */
export interface IdentityCache {
  /** `identifier` is `system|value`. */
  get(identifier: string): Promise<RecordKey | undefined>;
  put(identifier: string, record: RecordKey): Promise<void>;
  forget(identifier: string): Promise<void>;
  /** For readiness and metrics. */
  state(): "in-process" | "connected" | "down";
  close(): Promise<void>;
}
