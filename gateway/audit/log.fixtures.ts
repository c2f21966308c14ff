import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AuditLog, AuditRecord } from "./audit.ts";
import { createAuditLog } from "./log.ts";

export const NOON = Date.UTC(2026, 0, 31, 12);

/** A directory of its own with logs that are really written. */
export interface LogWorld {
  readonly directory: string;
  /** What the logs' clock says. */
  now: number;
  openLog(change?: {
    readonly process?: string;
    readonly fileBytesMax?: number;
    readonly before?: () => Promise<void> | undefined;
  }): Promise<AuditLog>;
  /** All files of a kind, one after the other, without what was written ahead. */
  textOf(kind: "leaves" | "journal"): string;
  /** The journal's payload lines, its leaf lines, or the leaves that were filed. */
  linesOf(kind: "payloads" | "leaves" | "filed"): readonly string[];
  closeLogs(): Promise<void>;
  /** Closes the logs and takes all away. */
  close(): Promise<void>;
}

export function startLogWorld(): LogWorld {
  const directory = mkdtempSync(join(tmpdir(), "audit-"));
  const logs: AuditLog[] = [];
  const world: LogWorld = {
    directory,
    now: NOON,
    async openLog(change = {}) {
      const log = await createAuditLog({ directory, process: "gateway", clock: () => world.now, ...change });
      logs.push(log);
      return log;
    },
    textOf(kind) {
      const names = readdirSync(directory).sort();
      return names
        .filter((name) => name.endsWith(`.${kind}`))
        .map((name) => readFileSync(join(directory, name), "utf8"))
        .join("")
        .replaceAll("\0", "");
    },
    linesOf(kind) {
      const lines = world
        .textOf(kind === "filed" ? "leaves" : "journal")
        .split("\n")
        .slice(0, -1);
      return kind === "filed" ? lines : lines.filter((_, n) => n % 2 === (kind === "payloads" ? 0 : 1));
    },
    async closeLogs() {
      for (const log of logs) await log.close();
    },
    async close() {
      await world.closeLogs();
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
