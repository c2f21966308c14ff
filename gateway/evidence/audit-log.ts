import { listHeadsFiles, readNewestHead } from "../audit/head-files.ts";
import { verifyAudit } from "../audit/verify.ts";
import type { EvidenceSection } from "./section.ts";

export interface AuditLogOptions {
  readonly directory: string;
  /** Of a second party's copies of the signed heads. */
  readonly copies?: string;
}

const FAULTS_max = 100;

/** Whether the audit log is whole, as its own verification finds, and what was signed last. */
export async function auditLogSection({ directory, copies }: AuditLogOptions): Promise<EvidenceSection> {
  const { records, heads, broken, unfiled } = await verifyAudit(directory, copies === undefined ? {} : { copies });
  const newest: string[][] = [];
  for (const { path, process } of await listHeadsFiles(directory)) {
    const head = await readNewestHead(path);
    if (head === undefined) continue;
    const { size, root } = head.own;
    newest.push([process, String(size), root, new Date(head.head.time).toISOString(), head.head.key]);
  }
  return {
    id: "audit-log",
    title: "Verification of the audit log",
    text: [
      `${records} records in all chains and ${heads} signed heads were read; ${broken.length === 0 ? "every chain and every head is whole" : `${broken.length} faults were found`}. ${unfiled.length} journals hold leaves that are not filed yet, as the newest does while a gateway runs.`,
      copies === undefined
        ? "Heads were held against the keys beside the log alone: a log replaced as a whole would not show. AUDIT_HEADS_DIR keeps copies with a second party."
        : "Heads were held against the copies that a second party keeps.",
    ],
    tables: [
      {
        id: "audit-heads",
        title: "Newest signed heads",
        head: ["Chain", "Leaves", "Root", "Signed at", "Key"],
        rows: newest,
      },
      {
        id: "audit-faults",
        title: "Faults",
        head: ["File", "Line", "Reason"],
        rows: broken.slice(0, FAULTS_max).map(({ file, line, reason }) => [file, String(line), reason]),
      },
    ],
  };
}
