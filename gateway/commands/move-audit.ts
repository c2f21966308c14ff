import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { cp, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { listHeadsFiles, readNewestHead } from "../audit/head-files.ts";
import { verifyAudit } from "../audit/verify.ts";
import { auditDirectory } from "../compose-audit.ts";
import { MoveError } from "../store/move/side.ts";

/** What the audit log of a directory comes to. */
export interface AuditState {
  readonly records: number;
  readonly faults: number;
  /** The tree of each chain at its newest signed head. */
  readonly trees: readonly { readonly chain: string; readonly size: number; readonly root: string }[];
}

/** Until all of it is there. */
const BEGUN = ".moving";
/** Held by whoever writes a chain; of no meaning elsewhere. */
const LOCK = /\.lock(-journal)?$/;

/** Verified by the audit log's own verification; `undefined` where there is none. */
export async function readAuditState(directory: string): Promise<AuditState | undefined> {
  if (!existsSync(directory)) return undefined;
  const { records, broken } = await verifyAudit(directory);
  const trees: AuditState["trees"][number][] = [];
  for (const { path, process } of await listHeadsFiles(directory)) {
    const newest = await readNewestHead(path);
    if (newest !== undefined) trees.push({ chain: process, size: newest.own.size, root: newest.own.root });
  }
  return { records, faults: broken.length, trees };
}

/**
 * Copies the log of a stopped gateway into another data directory, and verifies it there.
 *
 * @throws MoveError where there is a log already, or the copy is not the same
 */
export async function copyAudit(dataDir: string, to: string, before: AuditState): Promise<AuditState> {
  const [from, place] = [auditDirectory({ dataDir }), auditDirectory({ dataDir: to })];
  if (existsSync(place)) {
    const there = await readAuditState(place);
    if (JSON.stringify(there) === JSON.stringify(before) && (await isSame(from, place))) return before;
    throw new MoveError("The directory of --audit-to holds an audit log already: name one that holds none.");
  }
  await mkdir(to, { recursive: true, mode: 0o700 });
  await rm(place + BEGUN, { recursive: true, force: true });
  await cp(from, place + BEGUN, { recursive: true, preserveTimestamps: true, filter: (path) => !LOCK.test(path) });
  const after = await readAuditState(place + BEGUN);
  if (after === undefined || JSON.stringify(after) !== JSON.stringify(before) || !(await isSame(from, place + BEGUN))) {
    throw new MoveError("The copy of the audit log is not the same as the log: look at the disk, then try again.");
  }
  await rename(place + BEGUN, place);
  return after;
}

/** Whether the same files of the same bytes are in both. */
async function isSame(one: string, other: string): Promise<boolean> {
  const names = await namesIn(one);
  if (JSON.stringify(names) !== JSON.stringify(await namesIn(other))) return false;
  for (const name of names) if ((await hashOf(join(one, name))) !== (await hashOf(join(other, name)))) return false;
  return true;
}

async function namesIn(directory: string): Promise<readonly string[]> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile() && !LOCK.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length))
    .toSorted();
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("base64url");
}
