import { setImmediate as nextTurn } from "node:timers/promises";

/** Lets whatever waits on the event loop run, if the last turn was long enough ago; else resolves at once. */
export type Pause = () => Promise<void>;

/** The store answers without leaving the thread, so that a long file would hold up every query but for these turns. */
export function createPause(slice_ms: number): Pause {
  let turn = performance.now();
  return async () => {
    if (performance.now() - turn < slice_ms) return;
    await nextTurn();
    turn = performance.now();
  };
}
