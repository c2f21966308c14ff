import { basename } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type AuditFile, listAuditFiles } from "./files.ts";
import { type IndexedLeaf, readLeaf, readPayload, sequenceOf } from "./index-lines.ts";
import { CHAIN_POSITIONS, IndexDamage, integer, text } from "./index-tables.ts";
import { type Line, type LogReader, openLog } from "./index-window.ts";

/**
 * Brings the index to where the log is: takes out what belongs to journals that are there no more, and reads on in every
 * file that may have grown. The journals come first, since they hold most of what there is and where its payloads are;
 * the leaves files give what was purged before it was read here.
 *
 * @throws IndexDamage when a file is not the one that was read before
 */
export async function catchUpWith(database: DatabaseSync, directory: string): Promise<void> {
  const files = await listAuditFiles(directory);
  await forgetPurged(database, files);
  await numberChains(database, files);
  for (const kind of ["journal", "leaves"] as const) {
    const ofKind = files.filter((file) => file.kind === kind);
    for (const file of ofKind) {
      const isOver = ofKind.some((other) => other.process === file.process && isAfter(other, file));
      await readOn(database, file, isOver);
    }
  }
}

function isAfter(one: AuditFile, other: AuditFile): boolean {
  if (one.kind === "journal" && other.kind === "journal" && one.day !== other.day) return one.day > other.day;
  return one.part > other.part;
}

const PURGED_AT_ONCE = 2_000;

async function forgetPurged(database: DatabaseSync, files: readonly AuditFile[]): Promise<void> {
  const there = new Set(files.map(({ path }) => basename(path)));
  const known = database.prepare("SELECT id, name FROM file").all();
  const gone = known.filter(({ name }) => !there.has(text(name)));
  if (gone.some(({ name }) => text(name).endsWith(".leaves"))) {
    throw new IndexDamage("Leaves that were read are there no more: this is another log.");
  }
  const forget = database.prepare(
    `DELETE FROM entry_patient WHERE (patient, position) IN
       (SELECT patient, position FROM entry_patient WHERE file = ? LIMIT ${PURGED_AT_ONCE})`,
  );
  for (const { id } of gone) {
    while (forget.run(integer(id)).changes !== 0) await nextTurn();
    database.prepare("DELETE FROM file WHERE id = ?").run(integer(id));
  }
  // What was deleted stands in the write-ahead log until it is emptied.
  if (gone.length > 0) database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
}

/** Gives each new process its number. By first leaves, so that making the index again gives the same numbers. */
async function numberChains(database: DatabaseSync, files: readonly AuditFile[]): Promise<void> {
  const isKnown = database.prepare("SELECT 1 FROM chain WHERE process = ?");
  const fresh: { readonly process: string; readonly time: number }[] = [];
  for (const process of new Set(files.map((file) => file.process))) {
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

async function readOn(database: DatabaseSync, file: AuditFile, isOver: boolean): Promise<void> {
  const name = basename(file.path);
  const known = database.prepare("SELECT id, read_to, tail, is_complete FROM file WHERE name = ?").get(name);
  if (known?.is_complete === 1) return;
  const chain = database.prepare("SELECT number FROM chain WHERE process = ?").get(file.process);
  if (chain === undefined) return;
  const log = await openLog(file.path);
  if (log === undefined) return;
  try {
    const start = known === undefined ? 0 : integer(known.read_to);
    if (known !== undefined && (await log.tailBefore(start)) !== text(known.tail)) {
      throw new IndexDamage("A file of the log is not the one that was read before.");
    }
    const id = known === undefined ? addFile(database, name) : integer(known.id);
    await readWindows(database, log, { id, chain: integer(chain.number), kind: file.kind, start, isOver });
  } finally {
    await log.close();
  }
}

function addFile(database: DatabaseSync, name: string): number {
  const row = database
    .prepare("INSERT INTO file (name, read_to, tail, is_complete) VALUES (?, 0, '', 0) RETURNING id")
    .get(name);
  return integer(row?.id);
}

interface Reading {
  readonly id: number;
  readonly chain: number;
  readonly kind: AuditFile["kind"];
  readonly start: number;
  /** Whether its process writes another file by now. */
  readonly isOver: boolean;
}

async function readWindows(database: DatabaseSync, log: LogReader, reading: Reading): Promise<void> {
  const progress = database.prepare("UPDATE file SET read_to = ?, tail = ?, is_complete = ? WHERE id = ?");
  const writer = createEntryWriter(database, reading);
  for (let at = reading.start; ; ) {
    const { lines, isLast } = await log.window(at);
    const from = at;
    at = endOfRecords(lines, reading.kind) ?? at;
    const isComplete = isLast && reading.isOver;
    const tail = at === from && !isComplete ? undefined : await log.tailBefore(at);
    if (tail !== undefined) {
      database.exec("BEGIN");
      try {
        writer.add(lines);
        progress.run(at, tail, isComplete ? 1 : 0, reading.id);
        database.exec("COMMIT");
      } catch (error) {
        if (database.isTransaction) database.exec("ROLLBACK");
        throw error;
      }
    }
    if (isLast || at === from) return;
    await nextTurn();
  }
}

/** Just behind the last line that ends a record: a payload without its leaf is read again with it. */
function endOfRecords(lines: readonly Line[], kind: AuditFile["kind"]): number | undefined {
  const last = lines.findLast(({ text: line }) => kind === "leaves" || sequenceOf(line) !== undefined);
  return last && last.start + last.bytes + 1;
}

function createEntryWriter(database: DatabaseSync, { id, chain, kind }: Reading) {
  const isThere = database.prepare("SELECT 1 FROM entry WHERE position = ?");
  // A leaf may have been read from the leaves files first, and its journal have come back from a backup.
  const insert = database.prepare(
    `INSERT INTO entry (position, chain, time, hash, interaction, outcome, client, organization, purpose, agreement,
       legal_basis, file, payload_start, payload_bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (position) DO UPDATE SET file = excluded.file, payload_start = excluded.payload_start,
       payload_bytes = excluded.payload_bytes WHERE excluded.file IS NOT NULL`,
  );
  const insertPatient = database.prepare(
    "INSERT OR REPLACE INTO entry_patient (patient, position, file) VALUES (?, ?, ?)",
  );
  const put = (leaf: IndexedLeaf, payload: Line | undefined): void => {
    const position = chain * CHAIN_POSITIONS + leaf.sequence;
    insert.run(
      position,
      chain,
      leaf.time,
      Buffer.from(leaf.hash, "base64url"),
      leaf.interaction,
      leaf.outcome,
      leaf.client ?? null,
      leaf.organization ?? null,
      leaf.purpose ?? null,
      leaf.agreement ?? null,
      leaf.legalBasis ?? null,
      payload === undefined ? null : id,
      payload?.start ?? null,
      payload?.bytes ?? null,
    );
    const patients = payload === undefined ? undefined : readPayload(payload.text)?.patients;
    for (const patient of patients ?? []) insertPatient.run(patient, position, id);
  };
  return {
    add(lines: readonly Line[]): void {
      let payload: Line | undefined;
      for (const line of lines) {
        const sequence = sequenceOf(line.text);
        if (sequence === undefined) {
          payload = line;
          continue;
        }
        const isKnown = kind === "leaves" && isThere.get(chain * CHAIN_POSITIONS + sequence) !== undefined;
        const leaf = isKnown ? undefined : readLeaf(line.text);
        if (leaf !== undefined) put(leaf, payload);
        payload = undefined;
      }
    },
  };
}
