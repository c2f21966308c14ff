import { LRUCache } from "lru-cache";
import { LIMITS } from "../../limits.ts";
import type { RecordKey } from "../../store/store.ts";
import type { IdentityCache } from "../identity-cache.ts";

/** The cache of a gateway that is one process: nobody else can change what it knows. */
export function createInProcessIdentityCache(): IdentityCache {
  const known = new LRUCache<string, RecordKey>({ max: LIMITS.identity_cache_entries_max });
  return {
    async get(identifier) {
      return known.get(identifier);
    },
    async put(identifier, record) {
      known.set(identifier, record);
    },
    async forget(identifier) {
      known.delete(identifier);
    },
    state: () => "in-process",
    async close() {
      known.clear();
    },
  };
}
