import { rm } from "node:fs/promises";
import { basename } from "node:path";
import { type AuditFile, listAuditFiles } from "./files.ts";
import { verifyAudit } from "./verify.ts";

export type Purged =
  | { readonly ok: true; readonly files: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

export interface PurgeOptions {
  /** First day that is kept, YYYY-MM-DD in UTC; never later than today. */
  readonly before: string;
  readonly today: string;
}

/**
 * Deletes the journals of the days before one: payloads with their salts. The leaves stay, and with them the chain, the
 * trees and what was signed. Nothing is deleted while anything is wrong with the log, nor what is not filed.
 */
export async function purgeAudit(
  directory: string,
  { before, today }: PurgeOptions,
  record: (files: readonly string[]) => Promise<void>,
): Promise<Purged> {
  if (before > today) return { ok: false, problems: ["What is of today or later is not purged."] };
  const { broken, unfiled } = await verifyAudit(directory);
  if (broken.length > 0) {
    const named = broken.map(({ file, line, reason }) => `${file}, line ${line}: ${reason}`);
    return { ok: false, problems: ["Something is wrong with the log, and nothing of it is deleted.", ...named] };
  }
  const old = (await listAuditFiles(directory)).filter((file) => isBefore(file, before));
  const names = old.map(({ path }) => basename(path));
  const lost = names.filter((name) => unfiled.includes(name));
  if (lost.length > 0) {
    return { ok: false, problems: lost.map((name) => `${name} holds leaves that are not filed yet.`) };
  }
  if (names.length === 0) return { ok: true, files: [] };
  await record(names);
  for (const { path } of old) await rm(path);
  return { ok: true, files: names };
}

function isBefore(file: AuditFile, day: string): boolean {
  return file.kind === "journal" && file.day < day;
}
