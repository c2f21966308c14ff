import { LIMITS } from "../limits.ts";

/**
 * Which refusals of callers without a good token are recorded one by one. Nobody has to be anybody to cause one, and each
 * is kept for as long as the log is: whoever asks without end fills no disk by it. Counted over all of them, since whoever
 * wants to fill a disk has many addresses.
 */
export interface Strangers {
  /** The refusals since the last record that have none of their own; `undefined`: this one has none, either. */
  refused(): number | undefined;
  /** Of which nothing has been recorded yet. */
  left(): number;
}

export function createStrangers(clock: () => number): Strangers {
  let allowance: number = LIMITS.strangers_recorded_max;
  let at_ms = clock();
  let told_ms = Number.NEGATIVE_INFINITY;
  let unrecorded = 0;
  return {
    refused() {
      const now_ms = clock();
      const regained = Math.max(0, now_ms - at_ms) / LIMITS.strangers_regained_ms;
      allowance = Math.min(LIMITS.strangers_recorded_max, allowance + regained);
      at_ms = now_ms;
      const isDue = Math.abs(now_ms - told_ms) >= LIMITS.strangers_told_ms;
      if (allowance < 1 && !(unrecorded > 0 && isDue)) {
        if (unrecorded === 0) told_ms = now_ms;
        unrecorded += 1;
        return undefined;
      }
      allowance = Math.max(0, allowance - 1);
      told_ms = now_ms;
      const before = unrecorded;
      unrecorded = 0;
      return before;
    },
    left: () => unrecorded,
  };
}
