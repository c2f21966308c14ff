import { createReadStream } from "node:fs";
import { lstat, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { RegisteredSource } from "../access/source.ts";
import type { AuditLog } from "../audit/audit.ts";
import { describeReceipt } from "./describe-receipt.ts";
import { fitFileName } from "./file-name.ts";
import type { IngestLine } from "./line.ts";
import type { Receipt } from "./receipt.ts";

export interface InboxOptions {
  /** Absolute path of the folder that holds one folder a source, named as the source. */
  readonly directory: string;
  readonly sources: readonly RegisteredSource[];
  readonly line: Pick<IngestLine, "ingest">;
  readonly audit: AuditLog;
  /** Random UUIDs. */
  readonly ids: () => string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** How long a file must stay as it is before it counts as whole. */
  readonly settle_ms: number;
  /** Told of each receipt, once it lies beside the files. */
  readonly onReceipt?: (receipt: Receipt) => void;
  /** Told when a file could not be taken in; it stays where it is and is tried again. The error may hold its name. */
  readonly onFault?: (error: unknown, source: string) => void;
}

export interface Inbox {
  /**
   * Stops looking; resolves when the file under way is done, or has failed because the store was closed meanwhile: it
   * stays and is taken in anew after the next start.
   */
  close(): Promise<void>;
}

/** What the audit log calls whoever puts files into the folder: the file system lets them, not a token. */
const CLIENT = "inbox";
const RECEIPTS = "receipts";
/** Names under which programs write what is not finished. */
const UNFINISHED = /^\.|\.(?:part|tmp|filepart|crdownload)$|~$/i;
/** A file that could not be taken in is let lie for so long. */
const RETRY_MS = 60_000;

/**
 * Takes in what is put into `<directory>/<source>/`: a file that has settled goes through the ingest line, its receipt is
 * written to `receipts/` beside it, and then it is removed. A file that could not be taken stays; sent twice, by a stop
 * in between, it counts as unchanged.
 */
export async function createInbox(options: InboxOptions): Promise<Inbox> {
  for (const { source } of options.sources) {
    await mkdir(join(options.directory, source, RECEIPTS), { recursive: true, mode: 0o700 });
  }
  const seen = new Map<string, Seen>();
  const stopped = Promise.withResolvers<void>();
  let isStopping = false;
  const look = async (): Promise<void> => {
    while (!isStopping) {
      for (const source of options.sources) {
        for (const path of await settledFiles(source.source, { options, seen })) {
          if (isStopping) return;
          await takeIn(path, source, { options, seen });
        }
      }
      await Promise.race([new Promise((resolve) => setTimeout(resolve, options.settle_ms).unref()), stopped.promise]);
    }
  };
  const looking = look();
  return {
    async close() {
      isStopping = true;
      stopped.resolve();
      await looking;
    },
  };
}

interface Seen {
  readonly size: number;
  readonly changedAt: number;
  /** Milliseconds since 1970 before which it is not looked at again. */
  readonly notBefore: number;
}

interface Looking {
  readonly options: InboxOptions;
  readonly seen: Map<string, Seen>;
}

/** Files that are as they were when last looked at, the oldest first. */
async function settledFiles(source: string, { options, seen }: Looking): Promise<readonly string[]> {
  const folder = join(options.directory, source);
  const now = options.clock();
  const settled: { readonly path: string; readonly changedAt: number }[] = [];
  try {
    for (const name of await readdir(folder)) {
      if (UNFINISHED.test(name) || name === RECEIPTS) continue;
      const path = join(folder, name);
      // Not what a link points to: nothing outside the folder is ever read.
      const found = await lstat(path);
      if (!found.isFile()) continue;
      const before = seen.get(path);
      const isSame = before?.size === found.size && before.changedAt === found.mtimeMs;
      if (isSame && now >= before.notBefore) settled.push({ path, changedAt: found.mtimeMs });
      else if (!isSame) {
        seen.set(path, { size: found.size, changedAt: found.mtimeMs, notBefore: now + options.settle_ms });
      }
    }
  } catch (error) {
    options.onFault?.(error, source);
  }
  return settled.sort((left, right) => left.changedAt - right.changedAt).map(({ path }) => path);
}

async function takeIn(path: string, source: RegisteredSource, { options, seen }: Looking): Promise<void> {
  const { directory, line, audit, ids, clock } = options;
  const before = seen.get(path);
  try {
    const id = ids();
    const fileName = fitFileName(basename(path));
    const receipt = await line.ingest(
      source,
      { id, receivedAt: clock(), client: CLIENT, ...(fileName === undefined ? {} : { fileName }) },
      createReadStream(path),
    );
    await audit.append({
      interaction: "ingest",
      outcome: "success",
      requestId: id,
      client: CLIENT,
      released: [`receipt/${id}`],
      detail: describeReceipt(receipt),
    });
    await writeWhole(join(directory, source.source, RECEIPTS, `${id}.json`), JSON.stringify(receipt, undefined, 2));
    const found = await lstat(path);
    // Written on while it was read: what came later is still to be taken.
    if (found.size === before?.size && found.mtimeMs === before.changedAt) await rm(path);
    seen.delete(path);
    options.onReceipt?.(receipt);
  } catch (error) {
    if (before !== undefined) seen.set(path, { ...before, notBefore: clock() + RETRY_MS });
    options.onFault?.(error, source.source);
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const unfinished = `${path}.part`;
  await writeFile(unfinished, text, { mode: 0o600 });
  await rename(unfinished, path);
}
