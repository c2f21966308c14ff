import { setImmediate as nextTurn } from "node:timers/promises";
import { StoreUnavailableError } from "../store/unavailable.ts";

/**
 * Lets whatever waits on the event loop run, if the last turn was long enough ago; else resolves at once.
 * @throws StoreUnavailableError once the gateway is closing: the batch is broken off, and nothing of it stays
 */
export type Pause = () => Promise<void>;

/** The store answers without leaving the thread, so that a long file would hold up every query but for these turns. */
export function createPause(slice_ms: number, closing: AbortSignal | undefined): Pause {
  let turn = performance.now();
  return async () => {
    if (closing?.aborted) throw new StoreUnavailableError("The gateway is closing.");
    if (performance.now() - turn < slice_ms) return;
    await nextTurn();
    turn = performance.now();
  };
}
