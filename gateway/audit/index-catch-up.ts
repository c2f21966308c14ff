import { basename } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type AuditFile, listAuditFiles } from "./files.ts";
import { readLeaf } from "./index-lines.ts";
import { type KnownFile, readOn } from "./index-read-on.ts";
import { IndexDamage, integer, text } from "./index-tables.ts";
import { openLog } from "./index-window.ts";

/**
 * Brings the index to where the log is: takes out what belongs to journals that are there no more, and reads on in every
 * file that may have grown. The journals come first, since they hold most of what there is and where its payloads are;
 * the leaves files give what was purged before it was read here.
 *
 * @throws IndexDamage when a file is not the one that was read before
 */
export async function catchUpWith(database: DatabaseSync, directory: string): Promise<void> {
  const files = await listAuditFiles(directory);
  const known = readKnownFiles(database);
  await forgetPurged(database, known, files);
  const unread = files.filter(({ path }) => known.get(basename(path))?.isComplete !== true);
  await numberChains(database, files, unread);
  // Files of one kind and process come in the order in which they were written.
  const newest = new Map(files.map((file) => [`${file.kind} ${file.process}`, file]));
  for (const kind of ["journal", "leaves"] as const) {
    for (const file of unread) {
      if (file.kind !== kind) continue;
      const isOver = newest.get(`${kind} ${file.process}`) !== file;
      await readOn(database, file, { known: known.get(basename(file.path)), isOver });
    }
  }
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
  files: readonly AuditFile[],
): Promise<void> {
  const there = new Set(files.map(({ path }) => basename(path)));
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
  files: readonly AuditFile[],
  unread: readonly AuditFile[],
): Promise<void> {
  const isKnown = database.prepare("SELECT 1 FROM chain WHERE process = ?");
  const fresh: { readonly process: string; readonly time: number }[] = [];
  for (const process of new Set(unread.map((file) => file.process))) {
    if (isKnown.get(process) !== undefined) continue;
    const time = await firstTime(files.filter((file) => file.process === process));
    if (time !== undefined) fresh.push({ process, time });
  }
  fresh.sort((a, b) => a.time - b.time || (a.process < b.process ? -1 : 1));
  const add = database.prepare(
    "INSERT INTO chain (number, process) VALUES ((SELECT coalesce(max(number) + 1, 0) FROM chain), ?)",
  );
  for (const { process } of fresh) add.run(process);
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
