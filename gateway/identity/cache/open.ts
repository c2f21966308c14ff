import type { KeyObject } from "node:crypto";
import { join } from "node:path";
import type { Coordination } from "../coordination.ts";
import type { IdentityCache } from "../identity-cache.ts";
import { createInProcessCoordination } from "./coordination-in-process.ts";
import type { FenceNumbers } from "./fence.ts";
import { createInProcessIdentityCache } from "./in-process.ts";

export interface SharingOptions {
  /** As `toRedisAddress` reads it; absent: this process is the only one. */
  readonly redisUrl?: string;
  readonly identityKey: KeyObject;
  /** Read and ended beside the other, while keys are replaced. */
  readonly otherIdentityKey?: KeyObject;
  /** Where the fence lies for processes on one machine. */
  readonly dataDir: string;
  /** By which machines over one database see the fence; absent: it is a file in `dataDir`. */
  readonly numbers?: FenceNumbers;
  /** Whether resolved identities are also kept in the process while there is a Redis. */
  readonly redisClientCache: boolean;
  /** How many processes there are at most, where that is known. */
  readonly processes?: number;
}

/** What several processes share: the cache of resolved identities, turns and work. */
export async function openSharing(
  options: SharingOptions,
): Promise<{ readonly cache: IdentityCache; readonly coordination: Coordination }> {
  const { redisUrl: url, identityKey, otherIdentityKey, processes } = options;
  if (url === undefined) return { cache: createInProcessIdentityCache(), coordination: createInProcessCoordination() };
  // Loading the client costs more than starting the rest of the gateway; only who has a REDIS_URL pays for it.
  const [{ createRedisIdentityCache }, { createRedisCoordination }, { createFileFence, openSharedFence }] =
    await Promise.all([import("./redis.ts"), import("./coordination-redis.ts"), import("./fence.ts")]);
  const shared = { url, identityKey, ...(otherIdentityKey === undefined ? {} : { otherKey: otherIdentityKey }) };
  const { numbers } = options;
  const fence =
    numbers === undefined ? createFileFence(join(options.dataDir, "identity-fence")) : await openSharedFence(numbers);
  return {
    cache: createRedisIdentityCache({ ...shared, fence, isNear: options.redisClientCache }),
    coordination: createRedisCoordination({ ...shared, fence, ...(processes === undefined ? {} : { processes }) }),
  };
}
