import { LRUCache } from "lru-cache";
import { LIMITS } from "../limits.ts";
import {
  type IdSpace,
  type ReadVerbs,
  type RecordKey,
  type RecordSearchKey,
  SHARED_ID_SPACE,
  type Store,
} from "../store/store.ts";
import type { IdentityCache } from "./identity-cache.ts";

/** Business identifier → children's records. */
export interface IdentifierResolver {
  /**
   * The records that carry an identifier, ascending. In the id space that all authorities share it names one child of
   * those that sources deliver, or nobody: none of them when more than one carries it. Beside that one stand all children
   * that clients wrote with it: whoever sees them finds them. In a space of its own, where nothing is matched, every
   * record that carries it. May be behind the store by a moment: check the record itself, and call `forget` and ask again
   * when it does not carry the identifier. `changes` is the store's change counter.
   */
  resolve(system: string, value: string, idSpace: IdSpace, changes: number): Promise<readonly RecordKey[]>;
  forget(system: string, value: string, idSpace: IdSpace): Promise<void>;
}

/**
 * How the identifier (`system|value`) of a Patient is indexed that a client wrote into the shared space. Apart from what
 * sources deliver, whichever comes first: a number names one child or nobody, and a client's word must not make one
 * child's number that of two. No system begins so, since an URI has no blank.
 */
export function toWrittenKey(identifier: string): RecordSearchKey {
  return { code: "identifier", value: `written ${identifier}` };
}

/** The children in the shared space that clients wrote with an identifier, ascending. */
export function findWritten(store: Pick<ReadVerbs, "findRecords">, identifier: string): Promise<readonly RecordKey[]> {
  return store.findRecords([toWrittenKey(identifier)], LIMITS.identifier_carriers_max, SHARED_ID_SPACE);
}

/** The one record that sources deliver with an identifier; none when several carry it. */
export async function findDelivered(
  store: Pick<ReadVerbs, "findRecords">,
  identifier: string,
): Promise<RecordKey | undefined> {
  const [only, another] = await store.findRecords([{ code: "identifier", value: identifier }], 2, SHARED_ID_SPACE);
  return another === undefined ? only : undefined;
}

/** Who is delivered and who is written, ascending. */
export function joined(delivered: RecordKey | undefined, written: readonly RecordKey[]): readonly RecordKey[] {
  if (delivered === undefined) return written;
  return written.length === 0 ? [delivered] : [...new Set([delivered, ...written])].sort((a, b) => a - b);
}

/** More than any space holds. */
const EVERY_RECORD = 2 ** 31;

/** What was found of an identifier, and the state of the store in which that is so. */
interface Found {
  readonly changes: number;
  readonly records: readonly RecordKey[];
}

/**
 * Cache first, then the store; what the store found of what sources deliver is put into the cache. That it found nobody,
 * and what clients wrote, is remembered until anything at all changes: a number that nobody has must not take longer than
 * one whose child is hidden. A space of its own is asked of the store each time.
 */
export function createIdentifierResolver(options: {
  readonly store: Pick<Store, "findRecords">;
  readonly cache: IdentityCache;
}): IdentifierResolver {
  const { store, cache } = options;
  const known = new LRUCache<string, Found>({ max: LIMITS.identity_cache_entries_max });
  return {
    async resolve(system, value, idSpace, changes) {
      const identifier = `${system}|${value}`;
      if (idSpace !== SHARED_ID_SPACE) {
        return store.findRecords([{ code: "identifier", value: identifier }], EVERY_RECORD, idSpace);
      }
      const found = known.get(identifier);
      if (found?.changes === changes) return found.records;
      const cached = await cache.get(identifier);
      const delivered = cached ?? (await findDelivered(store, identifier));
      if (cached === undefined && delivered !== undefined) await cache.put(identifier, delivered);
      const records = joined(delivered, await findWritten(store, identifier));
      known.set(identifier, { changes, records });
      return records;
    },
    async forget(system, value, idSpace) {
      if (idSpace !== SHARED_ID_SPACE) return;
      const identifier = `${system}|${value}`;
      known.delete(identifier);
      await cache.forget(identifier);
    },
  };
}
