import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type AuditFile, listAuditFiles } from "./files.ts";
import { readLeaf } from "./index-lines.ts";
import { type KnownFile, readOn } from "./index-read-on.ts";
import { IndexDamage, integer, text } from "./index-tables.ts";
import { openLog } from "./index-window.ts";

/** As `OtherLogs`, as far as it is read here. */
interface Others {
  readonly directory: string;
  readonly machine: string;
  numberOf(chain: string): Promise<number>;
}

/**
 * Brings the index to where the log is: takes out what belongs to journals that are there no more, and reads on in every
 * file that may have grown. The journals come first, since they hold most of what there is and where its payloads are;
 * the leaves files give what was purged before it was read here.
 *
 * @throws IndexDamage when a file is not the one that was read before
 */
export async function catchUpWith(database: DatabaseSync, directory: string, others?: Others): Promise<void> {
  const files = await listLogs(directory, others);
  const nameOf = ({ path }: AuditFile): string => relative(directory, path);
  const known = readKnownFiles(database);
  await forgetPurged(database, known, new Set(files.map(nameOf)));
  const unread = files.filter((file) => known.get(nameOf(file))?.isComplete !== true);
  await numberChains(database, { files, unread, others });
  // Files of one kind and process come in the order in which they were written.
  const newest = new Map(files.map((file) => [`${file.kind} ${file.process}`, file]));
  for (const kind of ["journal", "leaves"] as const) {
    for (const file of unread) {
      if (file.kind !== kind) continue;
      const isOver = newest.get(`${kind} ${file.process}`) !== file;
      const name = nameOf(file);
      await readOn(database, file, { name, known: known.get(name), isOver });
    }
  }
}

/** Every file of the log; where there are several machines, each chain under the name of its own. */
async function listLogs(directory: string, others: Others | undefined): Promise<readonly AuditFile[]> {
  const own = await listAuditFiles(directory);
  if (others === undefined) return own;
  const named = (machine: string, files: readonly AuditFile[]) =>
    files.map((file) => ({ ...file, process: `${machine}/${file.process}` }));
  const machines = await readdir(others.directory).catch(() => []);
  const logs = machines.map(async (machine) => named(machine, await listAuditFiles(join(others.directory, machine))));
  return [...named(others.machine, own), ...(await Promise.all(logs)).flat()];
}

function readKnownFiles(database: DatabaseSync): ReadonlyMap<string, KnownFile> {
  const rows = database.prepare("SELECT id, name, read_to, tail, is_complete FROM file").all();
  return new Map(
    rows.map((row) => [
      text(row.name),
      { id: integer(row.id), readTo: integer(row.read_to), tail: text(row.tail), isComplete: row.is_complete === 1 },
    ]),
  );
}

const PURGED_AT_ONCE = 2_000;

async function forgetPurged(
  database: DatabaseSync,
  known: ReadonlyMap<string, KnownFile>,
  there: ReadonlySet<string>,
): Promise<void> {
  const gone = [...known].filter(([name]) => !there.has(name));
  if (gone.length === 0) return;
  if (gone.some(([name]) => name.endsWith(".leaves"))) {
    throw new IndexDamage("Leaves that were read are there no more: this is another log.");
  }
  const forget = database.prepare(
    `DELETE FROM entry_patient WHERE (patient, position) IN
       (SELECT patient, position FROM entry_patient WHERE file = ? LIMIT ${PURGED_AT_ONCE})`,
  );
  for (const [, { id }] of gone) {
    while (forget.run(id).changes !== 0) await nextTurn();
    database.prepare("DELETE FROM file WHERE id = ?").run(id);
  }
  // What was deleted stands in the write-ahead log until it is emptied.
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
}

/** Gives each new process its number. By first leaves, so that making the index again gives the same numbers. */
async function numberChains(
  database: DatabaseSync,
  {
    files,
    unread,
    others,
  }: {
    readonly files: readonly AuditFile[];
    readonly unread: readonly AuditFile[];
    readonly others: Others | undefined;
  },
): Promise<void> {
  const isKnown = database.prepare("SELECT 1 FROM chain WHERE process = ?");
  // Made before there were several machines, or by one that was one of several.
  const another = database.prepare("SELECT 1 FROM chain WHERE (process LIKE '%/%') <> ?");
  if (another.get(others === undefined ? 0 : 1) !== undefined) {
    throw new IndexDamage("The audit index has other numbers for the chains.");
  }
  const fresh: { readonly process: string; readonly time: number }[] = [];
  for (const process of new Set(unread.map((file) => file.process))) {
    if (isKnown.get(process) !== undefined) continue;
    const time = await firstTime(files.filter((file) => file.process === process));
    if (time !== undefined) fresh.push({ process, time });
  }
  fresh.sort((a, b) => a.time - b.time || (a.process < b.process ? -1 : 1));
  const next = database.prepare("SELECT coalesce(max(number) + 1, 0) AS number FROM chain");
  const add = database.prepare("INSERT INTO chain (number, process) VALUES (?, ?)");
  const isTaken = database.prepare("SELECT 1 FROM chain WHERE number = ?");
  for (const { process } of fresh) {
    const number = others === undefined ? integer(next.get()?.number) : await others.numberOf(process);
    // Another database than the one before gives numbers of its own.
    if (isTaken.get(number) !== undefined) throw new IndexDamage("The audit index has other numbers for the chains.");
    add.run(number, process);
  }
}

async function firstTime(files: readonly AuditFile[]): Promise<number | undefined> {
  for (const kind of ["leaves", "journal"] as const) {
    for (const file of files) {
      if (file.kind !== kind) continue;
      const log = await openLog(file.path);
      const window = await log?.window(0);
      await log?.close();
      for (const line of window?.lines ?? []) {
        const leaf = readLeaf(line.text);
        if (leaf !== undefined) return leaf.time;
      }
    }
  }
  return undefined;
}
