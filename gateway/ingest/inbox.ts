import { constants } from "node:fs";
import { access, lstat, mkdir, open, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
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
 * in between, it counts as unchanged. Links are not followed, neither files nor folders of a source.
 */
export function createInbox(options: InboxOptions): Inbox {
  const looking: Looking = { options, seen: new Map(), closed: new Set() };
  const stopped = Promise.withResolvers<void>();
  let isStopping = false;
  const look = async (): Promise<void> => {
    while (!isStopping) {
      for (const source of options.sources) {
        for (const path of await settledFiles(source.source, looking)) {
          if (isStopping) return;
          await takeIn(path, source, looking);
        }
      }
      await Promise.race([new Promise((resolve) => setTimeout(resolve, options.settle_ms).unref()), stopped.promise]);
    }
  };
  const looked = look();
  return {
    async close() {
      isStopping = true;
      stopped.resolve();
      await looked;
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
  /** Sources whose folder could not be used when last looked at; it is told once. */
  readonly closed: Set<string>;
}

/** Files that are as they were when last looked at, the oldest first. */
async function settledFiles(source: string, { options, seen, closed }: Looking): Promise<readonly string[]> {
  const folder = join(options.directory, source);
  const now = options.clock();
  const settled: { readonly path: string; readonly changedAt: number }[] = [];
  try {
    await ensureFolders(folder);
    const paths = (await readdir(folder))
      .filter((name) => !UNFINISHED.test(name) && name !== RECEIPTS)
      .map((name) => join(folder, name));
    for (const path of paths) {
      const found = await fileAt(path);
      if (found === undefined) continue;
      const before = seen.get(path);
      if (before === undefined || !isSame(found, before))
        seen.set(path, { ...found, notBefore: now + options.settle_ms });
      else if (now >= before.notBefore) settled.push({ path, changedAt: found.changedAt });
    }
    forgetOthers(seen, folder, new Set(paths));
    closed.delete(source);
  } catch (error) {
    if (!closed.has(source)) options.onFault?.(error, source);
    closed.add(source);
  }
  return settled.sort((left, right) => left.changedAt - right.changedAt).map(({ path }) => path);
}

/**
 * The folder of a source and its receipts, made where they are missing.
 * @throws when one of them is no folder, or nothing can be written there: then no file is taken in without a receipt
 */
async function ensureFolders(folder: string): Promise<void> {
  for (const path of [folder, join(folder, RECEIPTS)]) {
    await mkdir(path, { recursive: true, mode: 0o700 });
    if (!(await lstat(path)).isDirectory()) throw new NoFolder();
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  }
}

/** A folder of a source is something else, as a link. */
class NoFolder extends Error {
  constructor() {
    super("A folder of the inbox is no folder.");
    this.name = "NoFolder";
  }
}

/** `undefined` for what is no file: a folder, a link to whatever, or gone since it was listed. */
async function fileAt(path: string): Promise<{ readonly size: number; readonly changedAt: number } | undefined> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return found?.isFile() === true ? { size: found.size, changedAt: found.mtimeMs } : undefined;
}

function forgetOthers(seen: Map<string, Seen>, folder: string, paths: ReadonlySet<string>): void {
  for (const path of seen.keys()) if (dirname(path) === folder && !paths.has(path)) seen.delete(path);
}

async function takeIn(path: string, source: RegisteredSource, { options, seen }: Looking): Promise<void> {
  const { directory, line, audit, ids, clock } = options;
  const before = seen.get(path);
  try {
    // Of many files the last ones wait long for their turn, and may be gone or changed by then.
    if (before === undefined || !isSame(await fileAt(path), before)) return;
    const id = ids();
    const fileName = fitFileName(basename(path));
    const receipt = await line.ingest(
      source,
      { id, receivedAt: clock(), client: CLIENT, ...(fileName === undefined ? {} : { fileName }) },
      // Should a link have taken its place just now, it is not followed.
      (await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)).createReadStream(),
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
    // Written on while it was read: what came later is still to be taken.
    if (isSame(await fileAt(path), before)) await rm(path);
    seen.delete(path);
    options.onReceipt?.(receipt);
  } catch (error) {
    if (before !== undefined) seen.set(path, { ...before, notBefore: clock() + RETRY_MS });
    options.onFault?.(error, source.source);
  }
}

function isSame(found: Awaited<ReturnType<typeof fileAt>>, before: Seen): boolean {
  return found?.size === before.size && found.changedAt === before.changedAt;
}

async function writeWhole(path: string, text: string): Promise<void> {
  const unfinished = `${path}.part`;
  await writeFile(unfinished, text, { mode: 0o600 });
  await rename(unfinished, path);
}
