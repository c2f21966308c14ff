import { LRUCache } from "lru-cache";
import { LIMITS } from "../../limits.ts";
import type { Coordination } from "../coordination.ts";
import { createFlights, fromText, toText } from "./flights.ts";
import { createTurns } from "./turns.ts";

/** The coordination of a gateway that is one process: what it does not know, nobody knows. */
export function createInProcessCoordination(): Coordination {
  const turns = createTurns(() => performance.now());
  const flights = createFlights();
  const kept = new LRUCache<string, string>({ max: LIMITS.coordination_entries_max });
  /** What began before any `forget` is not kept: it is rare, and to remember which would take memory for ever. */
  let forgets = 0;

  return {
    takeTurn: async (bucket, perSecond) => turns.take(bucket, perSecond),
    async once<T>(name: string, work: () => Promise<T>, { life_s }: { readonly life_s: (result: T) => number }) {
      const known = kept.get(name);
      if (known !== undefined) return fromText<T>(known);
      const text = await flights.join(name, async () => {
        const begun = forgets;
        const result = await work();
        const life_ms = life_s(result) * 1_000;
        const text = toText(result);
        if (life_ms > 0 && forgets === begun) kept.set(name, text, { ttl: life_ms });
        return text;
      });
      return fromText<T>(text);
    },
    async forget(name) {
      forgets += 1;
      kept.delete(name);
      flights.forget(name);
    },
    tally: async () => undefined,
    takeAllowed: async () => undefined,
    async giveBackAllowed() {},
    state: () => "in-process",
    async close() {
      kept.clear();
    },
  };
}
