import { closeSync, fdatasync, openSync } from "node:fs";
import { StoreUnavailableError } from "../unavailable.ts";

/** Brings the log to the disk beside the thread that commits. */
export interface LogFlush {
  /** Told after each commit that nobody has flushed. */
  committed(): void;
  /** Resolves when all that is committed by now outlives a loss of power; `undefined`: it does already. */
  settled(): Promise<void> | undefined;
  /** @throws StoreUnavailableError once a flush has failed: from then on nobody knows what of the log is on the disk */
  check(): void;
  close(): void;
}

/**
 * `path` is that of the store, which is open: as long as it is, its log stays the same file, however often it is begun anew.
 * SQLite holds no locks on that file, which closing another handle of it would end.
 */
export function openLogFlush(path: string): LogFlush {
  const log = openSync(`${path}-wal`, "r+");
  return createLogFlush({
    close: () => closeSync(log),
    flush: () =>
      new Promise((resolve, reject) => {
        fdatasync(log, (error) => (error === null ? resolve() : reject(error)));
      }),
  });
}

/** `flush` resolves when what was written before it was called is on the disk. */
export function createLogFlush({ flush, close }: { flush(): Promise<void>; close(): void }): LogFlush {
  let commits = 0;
  let flushed = 0;
  let running: Promise<void> | undefined;
  let failure: StoreUnavailableError | undefined;

  async function flushOnce(): Promise<void> {
    const reached = commits;
    try {
      await flush();
      flushed = reached;
    } catch (error) {
      // Asking again could be answered by a disk that has forgotten what it did not write.
      failure = toFailure(error);
      throw failure;
    } finally {
      running = undefined;
    }
  }

  /** Not for what is committed meanwhile: as long as much is written, that would never come to an end. */
  async function settle(wanted: number): Promise<void> {
    while (flushed < wanted) {
      if (failure !== undefined) throw failure;
      running ??= flushOnce();
      await running;
    }
  }

  return {
    committed() {
      commits += 1;
    },
    settled() {
      if (failure !== undefined) return Promise.reject(failure);
      return flushed === commits ? undefined : settle(commits);
    },
    check() {
      if (failure !== undefined) throw failure;
    },
    close,
  };
}

function toFailure(error: unknown): StoreUnavailableError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  return new StoreUnavailableError(`What was written could not be brought to the disk (${code}): start again.`, {
    isOutcomeKnown: false,
  });
}
