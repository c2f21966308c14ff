import { DatabaseSync } from "node:sqlite";
import { isMainThread, parentPort, workerData } from "node:worker_threads";

/**
 * Commits that come meanwhile are copied in a further round. When a round meets none, the writer begins the log anew
 * with its next one, instead of making it longer.
 */
const ROUNDS_MAX = 4;
/** Pages of the log are read once, in order. */
const CACHE_KIBIBYTES = 64;

/** Thread beside the one that commits. Messages: `checkpoint`, and `end`. Data: path of the store. */
function serve(port: NonNullable<typeof parentPort>, path: string): void {
  const database = new DatabaseSync(path, { timeout: 0 });
  database.exec(`PRAGMA cache_size = -${CACHE_KIBIBYTES}; PRAGMA wal_autocheckpoint = 0; PRAGMA mmap_size = 0`);
  // As durable as the writer's own.
  database.exec("PRAGMA synchronous = FULL");
  const checkpoint = database.prepare("PRAGMA wal_checkpoint(PASSIVE)");
  port.on("message", (message: "checkpoint" | "end") => {
    if (message === "end") {
      database.close();
      port.close();
      return;
    }
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const done = checkpoint.get();
      // Another process copies, or all is copied.
      if (done?.busy !== 0 || done.log === done.checkpointed) return;
    }
  });
}

if (!isMainThread && parentPort !== null) serve(parentPort, workerData);
