import { LIMITS } from "../limits.ts";
import type { Store } from "../store/store.ts";

export interface Retention {
  close(): Promise<void>;
}

/** Forgets the source records whose time for replay is over, a few at a time so that nobody waits for it. */
export function createRetention(options: {
  readonly store: Pick<Store, "write">;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly onFault?: (error: unknown) => void;
}): Retention {
  let sweeping: Promise<void> | undefined;
  const sweep = async (): Promise<void> => {
    try {
      let swept: number;
      do {
        swept = await options.store.write((transaction) => transaction.sweepRaw(options.clock(), LIMITS.sweep_records));
      } while (swept === LIMITS.sweep_records);
    } catch (error) {
      options.onFault?.(error);
    }
    sweeping = undefined;
  };
  const timer = setInterval(() => {
    sweeping ??= sweep();
  }, LIMITS.sweep_interval_ms).unref();
  return {
    async close() {
      clearInterval(timer);
      await sweeping;
    },
  };
}
