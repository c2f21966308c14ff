import type { KeyObject } from "node:crypto";
import { LIMITS } from "../../limits.ts";
import type { Coordination } from "../coordination.ts";
import { createEntrySeal } from "./entry-seal.ts";
import type { Fence } from "./fence.ts";
import { createFlights, fromText, toText } from "./flights.ts";
import { createRedisLink } from "./redis-link.ts";
import { createSharedAllowances } from "./shared-allowances.ts";
import { createSharedFlights } from "./shared-flights.ts";
import { createSharedTallies } from "./shared-tallies.ts";
import { createSharedTurns } from "./shared-turns.ts";

/** What several processes do together, through one Redis or a cluster. */
export function createRedisCoordination(options: {
  /** As `toRedisAddress` reads it. */
  readonly url: string;
  readonly identityKey: KeyObject;
  /** Another key whose entries are read and forgotten, too, while keys are replaced. */
  readonly otherKey?: KeyObject;
  /** How many processes there are at most; absent: nobody takes a turn while Redis is away. */
  readonly processes?: number;
  /** By which the processes use one incarnation of Redis at a time; absent: each that answers. */
  readonly fence?: Fence;
  /** How long anybody waits for a reply; `redis_deadline_ms` when absent. */
  readonly deadline_ms?: number;
}): Coordination {
  const { url, fence, deadline_ms = LIMITS.redis_deadline_ms } = options;
  const place = { url, ...(fence === undefined ? {} : { fence }) };
  // A turn that is given late must not be used. Work that would be done twice is waited for longer than what is only slow.
  const link = createRedisLink({ ...place, deadline_ms });
  const patient = createRedisLink({ ...place, deadline_ms: Math.max(deadline_ms, LIMITS.redis_patience_ms) });
  const seal = createEntrySeal(options.identityKey);
  const others = options.otherKey === undefined ? [] : [createEntrySeal(options.otherKey)];
  const turns = createSharedTurns({ link, seal, processes: options.processes });
  const shared = createSharedFlights({ link: patient, seals: [seal, ...others] });
  const near = createFlights();
  const tally = createSharedTallies({ link, seal });
  const allowances = createSharedAllowances({ link, seal });
  return {
    async takeTurn(bucket, perSecond) {
      // A Redis that the others have left would give turns that they give, too.
      await fence?.ask?.();
      return turns.take(bucket, perSecond);
    },
    async once<T>(
      name: string,
      work: () => Promise<T>,
      { life_s, wait_ms }: { readonly life_s: (result: T) => number; readonly wait_ms: number },
    ) {
      const flight = {
        wait_ms,
        work: async () => {
          const result = await work();
          return { text: toText(result), life_s: life_s(result) };
        },
      };
      return fromText<T>(await near.join(name, () => shared.fly(name, flight)));
    },
    async forget(name) {
      near.forget(name);
      await shared.forget(name);
    },
    tally,
    takeAllowed: allowances.take,
    giveBackAllowed: allowances.giveBack,
    state: () => (link.isUp() && patient.isUp() ? "connected" : "down"),
    async close() {
      turns.close();
      link.close();
      patient.close();
    },
  };
}
