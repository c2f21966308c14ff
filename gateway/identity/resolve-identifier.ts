import { LRUCache } from "lru-cache";
import { LIMITS, upToEntries } from "../limits.ts";
import {
  type IdSpace,
  type ReadVerbs,
  type RecordKey,
  type RecordSearchKey,
  SHARED_ID_SPACE,
  type Store,
} from "../store/store.ts";
import type { IdentityCache } from "./identity-cache.ts";
import { areInScope, authoritiesOf, type MatchingScope } from "./matching-scope.ts";

/** Business identifier → children's records. */
export interface IdentifierResolver {
  /**
   * The records that carry an identifier, ascending. In the id space that all authorities share it names one child of
   * those that sources deliver within one matching scope, or nobody: none of them when more than one carries it there.
   * Children of authorities that do not match with each other say nothing of one another, and each is answered. Beside
   * them stand all children that clients wrote with it: whoever sees them finds them. In a space of its own, where nothing is matched, every
   * record that carries it. May be behind the store by a moment: check the record itself, and call `forget` and ask again
   * when it does not carry the identifier. `changes` is the store's change counter.
   */
  resolve(
    system: string,
    value: string,
    idSpace: IdSpace,
    changes: number,
  ): readonly RecordKey[] | Promise<readonly RecordKey[]>;
  forget(system: string, value: string, idSpace: IdSpace): Promise<void>;
  /** The same as a transaction sees it, its own writes included, without any cache. */
  within(reads: CarrierReads): IdentifierResolver;
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

/** What tells who carries an identifier, and of which authority. */
export type CarrierReads = Pick<ReadVerbs, "findRecords" | "namesOf">;

/**
 * The records that sources deliver with an identifier, ascending: of those that may be of one child, as far as the
 * matching scope goes, none when there are several, since only a person can say whose it is.
 */
async function findDelivered(
  store: CarrierReads,
  identifier: string,
  scope: MatchingScope,
): Promise<readonly RecordKey[]> {
  return apartFromEachOther(store, await findCarriers(store, identifier), scope);
}

function findCarriers(store: Pick<ReadVerbs, "findRecords">, identifier: string): Promise<readonly RecordKey[]> {
  const key = { code: "identifier", value: identifier } as const;
  return store.findRecords([key], LIMITS.identifier_carriers_max, SHARED_ID_SPACE);
}

async function apartFromEachOther(
  store: Pick<ReadVerbs, "namesOf">,
  carriers: readonly RecordKey[],
  scope: MatchingScope,
): Promise<readonly RecordKey[]> {
  if (carriers.length < 2) return carriers;
  const authorities = new Map<RecordKey, readonly string[]>();
  for (const carrier of carriers) authorities.set(carrier, authoritiesOf(await store.namesOf(carrier), scope));
  return carriers.filter((one) =>
    carriers.every(
      (other) => other === one || !areInScope(authorities.get(one) ?? [], authorities.get(other) ?? [], scope),
    ),
  );
}

/** Those that are delivered and those that are written, ascending. */
function joined(delivered: readonly RecordKey[], written: readonly RecordKey[]): readonly RecordKey[] {
  if (written.length === 0) return delivered;
  return [...new Set([...delivered, ...written])].sort((a, b) => a - b);
}

/** More than any space holds. */
const EVERY_RECORD = 2 ** 31;

function findEvery(
  reads: Pick<ReadVerbs, "findRecords">,
  identifier: string,
  idSpace: IdSpace,
): Promise<readonly RecordKey[]> {
  return reads.findRecords([{ code: "identifier", value: identifier }], EVERY_RECORD, idSpace);
}

/** What was found of an identifier. */
interface Found {
  /** State of the store after which it was asked of what clients wrote. */
  readonly changes: number;
  readonly written: readonly RecordKey[];
  /** Of the cache, before that was asked; absent where it is to be asked each time. */
  readonly generation?: number | undefined;
  /** All of them. */
  readonly records: readonly RecordKey[];
}

/**
 * Cache first, then the store, of what sources deliver. What clients wrote is remembered until anything at all changes. A
 * space of its own is asked of the store each time. The cache hears of a change after its commit: what it says in between is
 * behind the state that the store's counter tells of already, so what comes of it is not remembered by that alone.
 */
export function createIdentifierResolver(options: {
  readonly store: Pick<Store, "findRecords" | "namesOf">;
  readonly cache: IdentityCache;
  readonly scope: MatchingScope;
}): IdentifierResolver {
  const { store, cache, scope } = options;
  const within = (reads: CarrierReads): IdentifierResolver => ({
    async resolve(system, value, idSpace) {
      const identifier = `${system}|${value}`;
      if (idSpace !== SHARED_ID_SPACE) return findEvery(reads, identifier, idSpace);
      return joined(await findDelivered(reads, identifier, scope), await findWritten(reads, identifier));
    },
    forget: async () => undefined,
    within,
  });
  const known = new LRUCache<string, Found>(upToEntries(LIMITS.identity_cache_entries_max));
  const resolveAnew = async (identifier: string, changes: number): Promise<readonly RecordKey[]> => {
    const generation = cache.generation();
    const carriers = await cache.resolve(identifier, () => findCarriers(store, identifier));
    const delivered = await apartFromEachOther(store, carriers, scope);
    const before = known.get(identifier);
    const written = before?.changes === changes ? before.written : await findWritten(store, identifier);
    const records = joined(delivered, written);
    known.set(identifier, { changes, written, generation, records });
    return records;
  };
  return {
    resolve(system, value, idSpace, changes) {
      const identifier = `${system}|${value}`;
      if (idSpace !== SHARED_ID_SPACE) return findEvery(store, identifier, idSpace);
      const found = known.get(identifier);
      const isStill =
        found?.changes === changes && found.generation !== undefined && found.generation === cache.generation();
      return isStill ? found.records : resolveAnew(identifier, changes);
    },
    async forget(system, value, idSpace) {
      if (idSpace !== SHARED_ID_SPACE) return;
      const identifier = `${system}|${value}`;
      known.delete(identifier);
      await cache.purge({ identifiers: [identifier] });
    },
    within,
  };
}
