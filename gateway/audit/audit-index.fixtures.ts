import { readdirSync } from "node:fs";
import type { AuditFilter, AuditIndex, AuditRecord, IndexedRecord } from "./audit.ts";
import { createAuditIndex } from "./audit-index.ts";
import { type LogWorld, startLogWorld } from "./log.fixtures.ts";

/** A directory of its own with logs that are really written, and indexes of them. */
export interface IndexWorld extends LogWorld {
  openIndex(process?: string): AuditIndex;
  /** Names of the files that end so. */
  filesOf(kind: string): readonly string[];
}

export function startIndexWorld(): IndexWorld {
  const logs = startLogWorld();
  const { directory } = logs;
  const indexes: AuditIndex[] = [];
  const closeAll = logs.close;
  return Object.assign(logs, {
    openIndex(process = "gateway") {
      const index = createAuditIndex({ directory, process });
      indexes.push(index);
      return index;
    },
    filesOf: (kind: string) => readdirSync(directory).filter((name) => name.endsWith(kind)),
    async close() {
      for (const index of indexes) await index.close();
      await closeAll();
    },
  });
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
