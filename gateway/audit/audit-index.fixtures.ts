import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AuditFilter, AuditIndex, AuditLog, AuditRecord, IndexedRecord } from "./audit.ts";
import { createAuditIndex } from "./audit-index.ts";
import { createAuditLog } from "./log.ts";

export const NOON = Date.UTC(2026, 0, 31, 12);

/** A directory of its own with logs that are really written, and indexes of them. */
export interface IndexWorld {
  readonly directory: string;
  /** What the logs' clock says. */
  now: number;
  openLog(change?: { process?: string; fileBytesMax?: number }): Promise<AuditLog>;
  openIndex(process?: string): AuditIndex;
  /** Names of the files that end so. */
  filesOf(kind: string): readonly string[];
  close(): Promise<void>;
}

export function startIndexWorld(): IndexWorld {
  const directory = mkdtempSync(join(tmpdir(), "audit-index-"));
  const opened: (AuditLog | AuditIndex)[] = [];
  const world: IndexWorld = {
    directory,
    now: NOON,
    async openLog(change = {}) {
      const log = await createAuditLog({ directory, process: "gateway", clock: () => world.now, ...change });
      opened.push(log);
      return log;
    },
    openIndex(process = "gateway") {
      const index = createAuditIndex({ directory, process });
      opened.push(index);
      return index;
    },
    filesOf: (kind) => readdirSync(directory).filter((name) => name.endsWith(kind)),
    async close() {
      for (const each of opened) await each.close();
      rmSync(directory, { recursive: true });
    },
  };
  return world;
}

export function recordOf(requestId: string, change: Partial<AuditRecord> = {}): AuditRecord {
  return {
    interaction: "search-type",
    outcome: "success",
    requestId,
    client: "gp-demo",
    organization: "Y99999",
    purpose: "TREAT",
    agreement: "gp/1",
    legalBasis: "6(1)(e)",
    tokenId: "token-1",
    query: "patient.identifier=9990000018&note=\u2028ë",
    patients: ["patient-1"],
    released: ["Observation/o-1/1"],
    withheld: { count: 2, rules: ["objection"] },
    detail: 'says "sequence":7,"time":1}}',
    ...change,
  };
}

/** Of another organisation, and so long that a few hundred are not read at once. */
export const LONG: Partial<AuditRecord> = {
  organization: "Y88888",
  released: Array.from({ length: 20 }, (_, n) => `Observation/${"0".repeat(32)}-${n}/1`),
};

/** All that the index holds, a few at a time. */
export async function scanned(
  index: AuditIndex,
  filter: AuditFilter = {},
  page = 3,
): Promise<readonly IndexedRecord[]> {
  const records: IndexedRecord[] = [];
  for (;;) {
    const found = await index.scan(filter, records.at(-1)?.position, page);
    records.push(...found);
    if (found.length < page) return records;
  }
}

/** The same by request ids. */
export async function names(index: AuditIndex, filter: AuditFilter = {}): Promise<readonly string[]> {
  return (await scanned(index, filter)).map(({ record }) => record.requestId);
}
