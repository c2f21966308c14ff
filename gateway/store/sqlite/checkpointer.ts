import { Worker } from "node:worker_threads";
import type { Connection } from "./connection.ts";

/** Rows that are changed while the log grows by about 16 MiB: often enough to stay small, seldom enough to spare rewrites. */
const CHANGES_MAX = 10_000;
/** So much in so short a time is sustained writing, which is worth a thread. */
const SUSTAINED_MS = 10_000;
/** Without such writing the thread ends, and its memory with it. */
const IDLE_MS = 10_000;
/** It holds one connection, and copies page by page. */
const LIMITS_MEGABYTES = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 };

export interface CheckpointerOptions {
  readonly path: string;
  /** Rows that are changed between two looks. */
  readonly changesMax?: number | undefined;
}

/** Copies the log into the file beside the thread that commits, as long as much is written. */
export interface Checkpointer {
  /** Whether there is a thread now. */
  readonly isAtWork: boolean;
  /** Told after each commit. */
  committed(): void;
  /** Resolves when the thread, if there was one, has let go of the file. */
  close(): Promise<void>;
}

/**
 * What it leaves undone the writer's own checkpoint does, at a bound far above: so a thread that fails is not started
 * again, and costs time alone.
 */
export function createCheckpointer(
  { statement }: Connection,
  { path, changesMax = CHANGES_MAX }: CheckpointerOptions,
): Checkpointer {
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let ended: Promise<void> = Promise.resolve();
  let hasFailed = false;
  let changesBefore = 0;
  let lastAt = Number.NEGATIVE_INFINITY;

  const start = (): Worker => {
    const started = new Worker(new URL("./checkpoint.worker.ts", import.meta.url), {
      workerData: path,
      name: "checkpoints",
      resourceLimits: LIMITS_MEGABYTES,
    });
    ended = new Promise((resolve) => {
      started.on("exit", () => {
        if (worker === started) worker = undefined;
        resolve();
      });
    });
    started.on("error", () => {
      hasFailed = true;
    });
    // A process that has nothing else to do does not wait for it.
    started.unref();
    return started;
  };
  const end = (): void => {
    clearTimeout(idle);
    worker?.postMessage("end");
    worker = undefined;
  };
  return {
    get isAtWork() {
      return worker !== undefined;
    },
    committed() {
      const changes = Number(statement("SELECT total_changes() AS changes").get()?.changes);
      if (changes - changesBefore < changesMax || hasFailed) return;
      changesBefore = changes;
      const now = performance.now();
      const isSustained = now - lastAt < SUSTAINED_MS;
      lastAt = now;
      if (worker === undefined && !isSustained) return;
      worker ??= start();
      worker.postMessage("checkpoint");
      clearTimeout(idle);
      idle = setTimeout(end, IDLE_MS).unref();
    },
    async close() {
      hasFailed = true;
      worker?.ref();
      end();
      await ended;
    },
  };
}
