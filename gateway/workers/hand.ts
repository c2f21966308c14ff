import type { Worker } from "node:cluster";
import { LIMITS } from "../limits.ts";
import type { ProcessMetrics } from "../metrics.ts";
import { createAsking } from "./ask.ts";
import { isMessage, type ToParent, type ToWorker, WORDS } from "./messages.ts";

/** How a worker ended. */
export interface End {
  readonly code: number | null;
  readonly signal: string | null;
  /** How long it had been ready; absent: it never was. */
  readonly ready_ms?: number;
}

/** A worker as its parent has it in hand. */
export interface Hand {
  readonly pid: number | undefined;
  /** What newcomers are told, once it is ready; `undefined` when it ended before. */
  readonly ready: Promise<string | undefined>;
  isReady(): boolean;
  /** Whether it is of another version, so that neither would understand the other: it is not used. */
  isForeign(): boolean;
  readonly ended: Promise<End>;
  /** What it has counted: as it says now, or, while it does not answer, as it said last. */
  metrics(): Promise<ProcessMetrics>;
  /** What it said last that it had counted. */
  lastMetrics(): ProcessMetrics;
  tell(message: ToWorker): void;
  /** For one that does not end by itself. */
  kill(): void;
}

/** @param onScrape called when the worker is asked for the metrics of all processes; resolves with them */
export function createHand(worker: Worker, onScrape: () => Promise<readonly ProcessMetrics[]>): Hand {
  const ready = Promise.withResolvers<string | undefined>();
  const ended = Promise.withResolvers<End>();
  const counts = createAsking<ProcessMetrics>();
  let readySince: number | undefined;
  let hasEnded = false;
  let hasLeft = false;
  let isForeign = false;
  let last: ProcessMetrics = [];
  const tell = (message: ToWorker): void => {
    // One that is just ending has no channel any more, and nothing left to be told.
    if (worker.isConnected()) worker.send(message, () => {});
  };
  const heed = async (message: ToParent): Promise<void> => {
    if (isForeign) return;
    if ((message.kind === "ready" || message.kind === "foreign") && message.words !== WORDS) {
      isForeign = true;
      worker.process.kill("SIGKILL");
    } else if (message.kind === "ready") {
      readySince = performance.now();
      ready.resolve(message.firstCalls);
    }
    if (message.kind === "counted") counts.answered(message.id, message.metrics);
    if (message.kind === "leaving") {
      last = message.metrics;
      hasLeft = true;
    }
    if (message.kind === "count") tell({ kind: "counted", id: message.id, of: await onScrape() });
  };
  worker.on("message", (message: unknown) => {
    if (isMessage<ToParent>(message)) void heed(message);
  });
  const over = (code: number | null, signal: string | null): void => {
    hasEnded = true;
    ready.resolve(undefined);
    const since = readySince === undefined ? {} : { ready_ms: performance.now() - readySince };
    ended.resolve({ code, signal, ...since });
  };
  worker.once("exit", over);
  // It could not be started at all.
  worker.once("error", () => over(1, null));
  return {
    pid: worker.process.pid,
    ready: ready.promise,
    isReady: () => readySince !== undefined && !hasEnded,
    isForeign: () => isForeign,
    ended: ended.promise,
    async metrics() {
      if (hasLeft) return last;
      last = (await counts.ask((id) => tell({ kind: "count", id }), LIMITS.worker_metrics_ms)) ?? last;
      return last;
    },
    lastMetrics: () => last,
    tell,
    kill: () => worker.process.kill("SIGKILL"),
  };
}
