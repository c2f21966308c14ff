import { setImmediate as nextTurn } from "node:timers/promises";
import { LIMITS } from "../limits.ts";

/** Searches that go through many children, one at a time, so that a search for one child never waits for long. */
export interface Walks {
  /** Runs `walk` when it is its turn; it calls `breathe` after each record, which lets others run now and then. */
  run<T>(walk: (breathe: () => Promise<void>) => Promise<T>): Promise<T>;
}

export function createWalks(): Walks {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(walk) {
      const turn = last.then(() => walk(createBreathing()));
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

function createBreathing(): () => Promise<void> {
  let since_ms = performance.now();
  return async () => {
    if (performance.now() - since_ms < LIMITS.walk_slice_ms) return;
    await nextTurn();
    since_ms = performance.now();
  };
}
