import type { KeyObject } from "node:crypto";
import type { RecordKey } from "../../store/store.ts";
import type { IdentityCache } from "../identity-cache.ts";
import { createEntrySeal } from "./entry-seal.ts";
import type { Fence, FenceState } from "./fence.ts";
import { holdersLife_s } from "./life.ts";
import { createNearEntries, type NearEntries } from "./near-entries.ts";
import { createRedisLink, type RedisLink } from "./redis-link.ts";
import { createSharedEntries, type SharedEntries } from "./shared-entries.ts";

type Find = () => Promise<readonly RecordKey[]>;

export interface RedisCacheOptions {
  /** As `toRedisAddress` reads it. */
  readonly url: string;
  readonly identityKey: KeyObject;
  /** Another key whose entries are read and ended, too, while keys are replaced. */
  readonly otherKey?: KeyObject;
  /** Shared by all processes over the store. */
  readonly fence: Fence;
  /** Whether answers are also kept in the process (RESP3 tracking); true when absent. */
  readonly isNear?: boolean;
  /** How long anybody waits for a reply; `redis_deadline_ms` when absent. */
  readonly deadline_ms?: number;
}

/** The cache shared by several processes. It connects by itself; whenever Redis is away or slow the store is asked. */
export function createRedisIdentityCache(options: RedisCacheOptions): IdentityCache {
  const { fence, isNear = true } = options;
  const near = createNearEntries();
  const heard = { changed: (name: string) => near.drop(name), lost: () => near.clear() };
  const { url, deadline_ms } = options;
  const link = createRedisLink({
    url,
    fence,
    ...(isNear ? { heard } : {}),
    ...(deadline_ms === undefined ? {} : { deadline_ms }),
  });
  const others = options.otherKey === undefined ? [] : [createEntrySeal(options.otherKey)];
  const shared = createSharedEntries({ link, seals: [createEntrySeal(options.identityKey), ...others] });
  const guard = createNearGuard(near, link, fence.read());
  const underWay = new Map<string, Promise<readonly RecordKey[]>>();
  const counted = { nearHits: 0, farHits: 0, misses: 0, purges: 0, voided: 0 };
  const rooms: Rooms = { near, link, shared, counted, mayKeep: (at) => isNear && guard.isValid(at) };

  // Who starts cannot know whether the one before told Redis of the last thing it did.
  const debt = createDebt(fence);
  debt.owe({ era: true });
  debt.settle().catch(() => {});

  return {
    async resolve(identifier, find) {
      if (debt.isOwed()) await debt.settle();
      const at = fence.ask === undefined ? fence.read() : await fence.ask();
      if (isNear) {
        if (!guard.isValid(at)) await guard.catchUpTo(at);
        const known = guard.isValid(at) ? near.get(identifier) : undefined;
        if (known !== undefined) {
          counted.nearHits += 1;
          return known;
        }
      }
      // Who asks after a change must not join somebody who asked before it.
      const name = `${at.changes}|${at.era}|${identifier}`;
      const already = underWay.get(name);
      if (already !== undefined) return already;
      const loaded = load(rooms, identifier, at, find).finally(() => underWay.delete(name));
      underWay.set(name, loaded);
      return loaded;
    },
    generation: () => (fence.ask === undefined && !debt.isOwed() ? fence.read().changes : undefined),
    async purge(change) {
      counted.purges += 1;
      const isTold = await shared.end(change);
      if (!isTold) counted.voided += 1;
      debt.owe({ era: !isTold });
      await debt.settle();
    },
    state: () => (link.isUp() ? "connected" : "down"),
    counts: () => ({ ...counted, entries: near.size(), ...link.roundTrip() }),
    async close() {
      link.close();
      near.clear();
      fence.close();
    },
  };
}

/** What the others have yet to be told: where the fence could not be written it is tried again with the next question. */
function createDebt(fence: Fence) {
  let era = 0;
  let changes = 0;
  let paying: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const pay = async (): Promise<void> => {
    const [owedEra, owedChanges] = [era, changes];
    if (owedEra > 0) await fence.raiseEra();
    era -= owedEra;
    if (owedChanges > 0) await fence.raiseChanges();
    changes -= owedChanges;
  };
  const start = (): Promise<void> => {
    next = undefined;
    paying = pay().finally(() => {
      paying = undefined;
    });
    return paying;
  };
  return {
    isOwed: () => changes > 0,
    owe(owed: { readonly era: boolean }): void {
      if (owed.era) era += 1;
      changes += 1;
    },
    /** Whoever comes while one is under way waits for the one after it, which pays for all who have come by then. */
    settle(): Promise<void> {
      if (paying === undefined) return start();
      next ??= paying.then(start, start);
      return next;
    },
  };
}

/**
 * What is near is valid while the fence is where it was. When changes were told, one ping brings all that Redis had to
 * tell of them before (an invalidation is sent before the answer to any later command), and what is then still near is
 * valid again. Where no ping is answered, or Redis could not be told, all that is near is forgotten.
 */
function createNearGuard(near: NearEntries, link: RedisLink, start: FenceState) {
  let validAt = start;
  let target = start;
  let catchingUp = Promise.resolve();
  const catchUp = async (at: FenceState): Promise<void> => {
    const mustGo = at.era !== validAt.era || (near.size() > 0 && !(await link.catchUp()));
    if (mustGo) near.clear();
    if (isSameState(target, at)) validAt = at;
  };
  return {
    isValid: (at: FenceState): boolean => isSameState(validAt, at),
    catchUpTo(at: FenceState): Promise<void> {
      if (!isSameState(target, at)) {
        target = at;
        catchingUp = catchUp(at);
      }
      return catchingUp;
    },
  };
}

function isSameState(one: FenceState, other: FenceState): boolean {
  return one.changes === other.changes && one.era === other.era;
}

interface Rooms {
  readonly near: NearEntries;
  readonly link: RedisLink;
  readonly shared: SharedEntries;
  readonly counted: { farHits: number; misses: number };
  mayKeep(at: FenceState): boolean;
}

/**
 * An entry is made in this order: the epoch of the identifier, who holds it, the epochs of those, and once more who holds
 * it. So whatever changes after the last question changes an epoch that the entry was made under, and it is void.
 */
async function load({ near, link, shared, counted, mayKeep }: Rooms, identifier: string, at: FenceState, find: Find) {
  const entry = near.begin(identifier);
  try {
    const known = await shared.read(identifier, at.era, entry.watch);
    if (known !== undefined) {
      counted.farHits += 1;
      if (mayKeep(at)) entry.keep(known, holdersLife_s(known));
      return known;
    }
    counted.misses += 1;
    const begun = await shared.begin(identifier, at.era);
    const found = await find();
    if (begun === undefined) {
      // Without Redis nobody will tell of changes; what is near then goes as soon as the fence moves.
      if (!link.isUp() && mayKeep(at)) entry.keep(found, holdersLife_s(found));
      return found;
    }
    const epochs = await shared.depend(identifier, found);
    const again = found.length === 0 ? found : await find();
    if (epochs !== undefined && isSame(found, again)) await shared.write(identifier, begun, found, epochs);
    return again;
  } finally {
    entry.end();
  }
}

function isSame(some: readonly RecordKey[], others: readonly RecordKey[]): boolean {
  return some.length === others.length && some.every((record, index) => record === others[index]);
}
