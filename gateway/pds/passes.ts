import { setTimeout as pause } from "node:timers/promises";
import { LIMITS } from "../limits.ts";

/** Work that goes through all there is, again and again. */
export interface Passes<Ends> {
  /** Goes through once; resolves with how it ended. */
  pass(): Promise<Ends>;
  /** Passes now and again, until it is closed. */
  start(): void;
  /** Resolves when what is under way is done. */
  close(): Promise<void>;
}

/** `pass` ends early once the signal is aborted; what it throws is told, and the next one begins in its time. */
export function createPasses<Ends>(
  pass: (closing: AbortSignal) => Promise<Ends>,
  onFault: ((error: unknown) => void) | undefined,
): Passes<Ends> {
  const closing = new AbortController();
  const { signal } = closing;
  let running: Promise<void> | undefined;

  async function passForEver(): Promise<void> {
    while (!signal.aborted) {
      await pass(signal).catch((error: unknown) => onFault?.(error));
      await pause(LIMITS.pds_pass_interval_ms, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  return {
    pass: () => pass(signal),
    start() {
      running ??= passForEver();
    },
    async close() {
      closing.abort();
      await running;
    },
  };
}
