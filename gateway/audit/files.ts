import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** Leaves are counted from 1 for each process; journals by the day of their records (UTC), and within it. */
export type AuditFile =
  | { readonly kind: "leaves"; readonly process: string; readonly part: number; readonly path: string }
  | {
      readonly kind: "journal";
      readonly process: string;
      readonly day: string;
      readonly part: number;
      readonly path: string;
    };

const LEAVES = /^([a-z0-9][a-z0-9-]*)\.(\d{6})\.leaves$/;
const JOURNAL = /^([a-z0-9][a-z0-9-]*)\.(\d{4}-\d\d-\d\d)\.(\d{6})\.journal$/;
const PROCESS = /^[a-z0-9][a-z0-9-]{0,31}$/;

export function isProcessName(process: string): boolean {
  return PROCESS.test(process);
}

export function leavesPath(directory: string, process: string, part: number): string {
  return join(directory, `${process}.${number(part)}.leaves`);
}

export function journalPath(directory: string, process: string, { day, part }: { day: string; part: number }): string {
  return join(directory, `${process}.${day}.${number(part)}.journal`);
}

function number(part: number): string {
  return String(part).padStart(6, "0");
}

/** Every file of the log, in the order in which each process wrote its own. */
export async function listAuditFiles(directory: string): Promise<readonly AuditFile[]> {
  const names = (await readdir(directory)).sort();
  return names.flatMap((name) => toAuditFile(directory, name) ?? []);
}

function toAuditFile(directory: string, name: string): AuditFile | undefined {
  const path = join(directory, name);
  const leaves = LEAVES.exec(name);
  if (leaves) return { kind: "leaves", process: leaves[1] ?? "", part: Number(leaves[2]), path };
  const journal = JOURNAL.exec(name);
  if (journal === null) return undefined;
  return { kind: "journal", process: journal[1] ?? "", day: journal[2] ?? "", part: Number(journal[3]), path };
}

const DAY_MS = 86_400_000;

/** Number of the day, UTC, that a time falls on. */
export function dayNumber(time: number): number {
  return Math.floor(time / DAY_MS);
}

/** The day that a time falls on, YYYY-MM-DD in UTC. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
