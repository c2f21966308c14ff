import type { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { AuditFile } from "./files.ts";
import { type IndexedLeaf, isTold, patientsOf, readLeaf, readPayload, sequenceOf } from "./index-lines.ts";
import { CHAIN_POSITIONS, IndexDamage, integer, toNumberKey } from "./index-tables.ts";
import { type Line, type LogReader, openLog } from "./index-window.ts";

/** A file as far as it was read. */
export interface KnownFile {
  readonly id: number;
  readonly readTo: number;
  readonly tail: string;
  /** Its process writes another by now, so that it is looked at no more. */
  readonly isComplete: boolean;
}

/**
 * Reads on in one file from where it was left, so far as it has complete records, and commits as it goes.
 * @throws IndexDamage when the file is not the one that was read before
 */
export async function readOn(
  database: DatabaseSync,
  file: AuditFile,
  { name, known, isOver }: { readonly name: string; readonly known: KnownFile | undefined; readonly isOver: boolean },
): Promise<void> {
  const chain = database.prepare("SELECT number FROM chain WHERE process = ?").get(file.process);
  if (chain === undefined) return;
  const log = await openLog(file.path);
  if (log === undefined) return;
  try {
    const start = known?.readTo ?? 0;
    if (known !== undefined && (await log.tailBefore(start)) !== known.tail) {
      throw new IndexDamage("A file of the log is not the one that was read before.");
    }
    const id = known?.id ?? addFile(database, name);
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
       legal_basis, rules, file, payload_start, payload_bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
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
      leaf.rules ?? null,
      payload === undefined ? null : id,
      payload?.start ?? null,
      payload?.bytes ?? null,
    );
    const details = (payload && readPayload(payload.text)) ?? {};
    for (const patient of patientsOf(details)) insertPatient.run(patient, position, id);
    for (const { number } of (details.disclosures ?? []).filter(isTold)) {
      if (number !== undefined) insertPatient.run(toNumberKey(number), position, id);
    }
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
