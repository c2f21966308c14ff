import { LIMITS } from "../limits.ts";
import type { Store } from "../store/store.ts";

export interface Retention {
  close(): Promise<void>;
}

export interface RetentionOptions {
  readonly store: Pick<Store, "write" | "quarantined">;
  /** Names of all sources. */
  readonly sources: readonly string[];
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly onFault?: (error: unknown) => void;
}

/**
 * Forgets the source records whose time for replay is over, and discards what nobody has corrected for long: at once and
 * then now and again, a few at a time so that nobody waits for it.
 */
export function createRetention(options: RetentionOptions): Retention {
  let isClosing = false;
  const sweep = async (): Promise<void> => {
    try {
      for (const step of [forgetRaw, discardHeld]) while (!isClosing && (await step(options)));
    } catch (error) {
      options.onFault?.(error);
    }
    sweeping = undefined;
  };
  let sweeping: Promise<void> | undefined = sweep();
  const timer = setInterval(() => {
    sweeping ??= sweep();
  }, LIMITS.sweep_interval_ms).unref();
  return {
    async close() {
      isClosing = true;
      clearInterval(timer);
      await sweeping;
    },
  };
}

/** Whether there may be more. */
async function forgetRaw({ store, clock }: RetentionOptions): Promise<boolean> {
  const swept = await store.write((transaction) => transaction.sweepRaw(clock(), LIMITS.sweep_records));
  return swept === LIMITS.sweep_records;
}

/** The same; of what is discarded its reasons stay, and its content goes. */
async function discardHeld({ store, sources, clock }: RetentionOptions): Promise<boolean> {
  const now = clock();
  const oldest = await store.quarantined({ sources }, LIMITS.ingest_batch_records);
  const over = oldest.filter(({ createdAt }) => createdAt + LIMITS.held_retention_ms <= now);
  if (over.length === 0) return false;
  await store.write(async (transaction) => {
    for (const { id } of over) await transaction.closeQuarantine(id, "discarded", now);
  });
  return over.length === oldest.length;
}
