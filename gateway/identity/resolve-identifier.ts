import { LRUCache } from "lru-cache";
import { LIMITS } from "../limits.ts";
import type { RecordKey, Store } from "../store/store.ts";
import type { IdentityCache } from "./identity-cache.ts";

/** Business identifier → child's record. */
export interface IdentifierResolver {
  /**
   * The record that carries an identifier, `undefined` when none does or more than one. May be behind the store by a
   * moment: check the record itself, and call `forget` and ask again when it does not carry the identifier. `changes` is
   * the store's change counter.
   */
  resolve(system: string, value: string, changes: number): Promise<RecordKey | undefined>;
  forget(system: string, value: string): Promise<void>;
}

/**
 * Cache first, then the store; what the store found is put into the cache. That it found nothing is remembered until
 * anything at all changes: a number that nobody has must not take longer than one whose child is hidden.
 */
export function createIdentifierResolver(options: {
  readonly store: Pick<Store, "findRecords">;
  readonly cache: IdentityCache;
}): IdentifierResolver {
  const { store, cache } = options;
  const unknownAt = new LRUCache<string, number>({ max: LIMITS.identity_cache_entries_max });
  return {
    async resolve(system, value, changes) {
      const identifier = `${system}|${value}`;
      if (unknownAt.get(identifier) === changes) return undefined;
      const cached = await cache.get(identifier);
      if (cached !== undefined) return cached;
      const [only, another] = await store.findRecords([{ code: "identifier", value: identifier }], 2);
      if (only === undefined || another !== undefined) {
        unknownAt.set(identifier, changes);
        return undefined;
      }
      await cache.put(identifier, only);
      return only;
    },
    forget: (system, value) => cache.forget(`${system}|${value}`),
  };
}
