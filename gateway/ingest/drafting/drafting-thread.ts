import { Worker } from "node:worker_threads";

/** The thread holds a few batches, whose records may be of a megabyte each; of usual ones it takes 40 MB. */
const LIMITS_MEGABYTES = { maxOldGenerationSizeMb: 256 };
/** How long a thread without a file is kept for the next one. */
const KEPT_MS = 10_000;

/** The thread that drafts, one file at a time: a second one would find no processor of its own, and take as much memory. */
export interface DraftingThread {
  readonly isBusy: boolean;
  /** It has drafted before: it need not be started, and what runs in it is fast by now. */
  readonly isWarm: boolean;
  /** For a file; whoever takes it gives it back. */
  take(): Worker;
  /** `isDone`: the file was drafted to its end. Otherwise nobody knows what the thread is about, and it ends. */
  giveBack(worker: Worker, isDone: boolean): Promise<void>;
}

export function createDraftingThread(): DraftingThread {
  let waiting: Worker | undefined;
  let end: NodeJS.Timeout | undefined;
  let isBusy = false;
  const forget = (): void => {
    waiting = undefined;
  };
  return {
    get isBusy() {
      return isBusy;
    },
    get isWarm() {
      return waiting !== undefined;
    },
    take() {
      clearTimeout(end);
      isBusy = true;
      const worker = waiting ?? start();
      waiting = undefined;
      worker.off("exit", forget);
      return worker;
    },
    async giveBack(worker, isDone) {
      isBusy = false;
      if (!isDone) {
        await worker.terminate();
        return;
      }
      waiting = worker;
      worker.once("exit", forget);
      end = setTimeout(() => {
        waiting = undefined;
        void worker.terminate();
      }, KEPT_MS);
      end.unref();
    },
  };
}

function start(): Worker {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), {
    name: "drafter",
    resourceLimits: LIMITS_MEGABYTES,
  });
  // Whoever has it listens for himself; of one that waits for its next file it matters to nobody.
  worker.on("error", () => {});
  // A gateway that is told to stop does not wait for it.
  worker.unref();
  return worker;
}
