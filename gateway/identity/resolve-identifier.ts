import { LRUCache } from "lru-cache";
import { LIMITS } from "../limits.ts";
import { type IdSpace, type RecordKey, SHARED_ID_SPACE, type Store } from "../store/store.ts";
import type { IdentityCache } from "./identity-cache.ts";

/** Business identifier → children's records. */
export interface IdentifierResolver {
  /**
   * The records that carry an identifier, ascending. In the id space that all authorities share it names one child or
   * nobody: none when more than one record carries it. In a space of its own, where nothing is matched, every record
   * that carries it. May be behind the store by a moment: check the record itself, and call `forget` and ask again when
   * it does not carry the identifier. `changes` is the store's change counter.
   */
  resolve(system: string, value: string, idSpace: IdSpace, changes: number): Promise<readonly RecordKey[]>;
  forget(system: string, value: string, idSpace: IdSpace): Promise<void>;
}

const NOBODY: readonly RecordKey[] = [];
/** More than any space holds. */
const EVERY_RECORD = 2 ** 31;

/**
 * Cache first, then the store; what the store found is put into the cache. That it found nothing is remembered until
 * anything at all changes: a number that nobody has must not take longer than one whose child is hidden. A space of its
 * own is asked of the store each time.
 */
export function createIdentifierResolver(options: {
  readonly store: Pick<Store, "findRecords">;
  readonly cache: IdentityCache;
}): IdentifierResolver {
  const { store, cache } = options;
  const unknownAt = new LRUCache<string, number>({ max: LIMITS.identity_cache_entries_max });
  const find = (identifier: string, limit: number, idSpace: IdSpace) =>
    store.findRecords([{ code: "identifier", value: identifier }], limit, idSpace);
  return {
    async resolve(system, value, idSpace, changes) {
      const identifier = `${system}|${value}`;
      if (idSpace !== SHARED_ID_SPACE) return find(identifier, EVERY_RECORD, idSpace);
      if (unknownAt.get(identifier) === changes) return NOBODY;
      const cached = await cache.get(identifier);
      if (cached !== undefined) return [cached];
      const [only, another] = await find(identifier, 2, idSpace);
      if (only === undefined || another !== undefined) {
        unknownAt.set(identifier, changes);
        return NOBODY;
      }
      await cache.put(identifier, only);
      return [only];
    },
    async forget(system, value, idSpace) {
      if (idSpace === SHARED_ID_SPACE) await cache.forget(`${system}|${value}`);
    },
  };
}
