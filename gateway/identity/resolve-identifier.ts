import type { RecordKey, Store } from "../store/store.ts";
import type { IdentityCache } from "./identity-cache.ts";

/** Business identifier → child's record. */
export interface IdentifierResolver {
  /**
   * The record that carries an identifier, `undefined` when none does or more than one. May be behind the store by a
   * moment: check the record itself, and call `forget` and ask again when it does not carry the identifier.
   */
  resolve(system: string, value: string): Promise<RecordKey | undefined>;
  forget(system: string, value: string): Promise<void>;
}

/** Cache first, then the store; what the store found is put into the cache, what it did not find is not. */
export function createIdentifierResolver(options: {
  readonly store: Pick<Store, "findRecords">;
  readonly cache: IdentityCache;
}): IdentifierResolver {
  const { store, cache } = options;
  return {
    async resolve(system, value) {
      const identifier = `${system}|${value}`;
      const cached = await cache.get(identifier);
      if (cached !== undefined) return cached;
      const [only, another] = await store.findRecords([{ code: "identifier", value: identifier }], 2);
      if (only === undefined || another !== undefined) return undefined;
      await cache.put(identifier, only);
      return only;
    },
    forget: (system, value) => cache.forget(`${system}|${value}`),
  };
}
