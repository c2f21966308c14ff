import { setImmediate as nextTurn } from "node:timers/promises";
import { LIMITS } from "../limits.ts";

/** Searches that go through many children: they share the time that a search for one child leaves. */
export interface Walks {
  /**
   * Runs `walk` when it is its turn; it calls `breathe` after each record, which lets others run now and then. A walk
   * never starts another.
   */
  run<T>(client: string, walk: (breathe: () => Promise<void>) => Promise<T>): Promise<T>;
}

/**
 * Each client has one walk under way, so that many of one client hold up that client alone, and what is held in memory
 * is bounded by the number of clients. Those under way take turns, a slice each, so that a short one never waits for the
 * end of a long one.
 */
export function createWalks(): Walks {
  const lasts = new Map<string, Promise<unknown>>();
  const turn = createTurn();
  return {
    run(client, walk) {
      const before = lasts.get(client) ?? Promise.resolve();
      const mine = before.then(() => inSlices(walk, turn));
      const settled = mine.catch(() => undefined);
      lasts.set(client, settled);
      void settled.then(() => {
        if (lasts.get(client) === settled) lasts.delete(client);
      });
      return mine;
    },
  };
}

async function inSlices<T>(walk: (breathe: () => Promise<void>) => Promise<T>, turn: Turn): Promise<T> {
  await turn.take();
  let since_ms = performance.now();
  try {
    return await walk(async () => {
      if (performance.now() - since_ms < LIMITS.walk_slice_ms) return;
      turn.pass();
      await nextTurn();
      await turn.take();
      since_ms = performance.now();
    });
  } finally {
    turn.pass();
  }
}

/** One holder at a time, first come, first served. */
interface Turn {
  take(): Promise<void>;
  pass(): void;
}

function createTurn(): Turn {
  const waiting: (() => void)[] = [];
  let isTaken = false;
  return {
    async take() {
      if (isTaken) await new Promise<void>((resolve) => waiting.push(resolve));
      isTaken = true;
    },
    pass() {
      const next = waiting.shift();
      // The turn goes from hand to hand: nobody who comes meanwhile gets in between.
      if (next) next();
      else isTaken = false;
    },
  };
}
