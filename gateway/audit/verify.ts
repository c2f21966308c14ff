import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { type AuditFile, listAuditFiles } from "./files.ts";
import { type ChainHead, GENESIS, headAfter, type LeafLine, parseLeafLine, parsePayloadLine } from "./leaf.ts";

export interface Broken {
  /** Name of the file within the directory. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly reason: string;
}

export interface AuditVerification {
  /** Leaves read, in all chains. */
  readonly records: number;
  /** Empty when every chain is whole. */
  readonly broken: readonly Broken[];
  /** Names of the journals with leaves that are not in the leaves files yet: not to be purged, or those are lost. */
  readonly unfiled: readonly string[];
}

interface Findings {
  records: number;
  readonly broken: Broken[];
  readonly unfiled: Set<string>;
}

const LINE_FEED = 10;

/**
 * Walks every chain of a directory from its first leaf, through the leaves files and what the journals hold beyond them,
 * and compares the journals that are still there. A journal that was purged is no fault, nor is a last line without its
 * end, or a last payload without its leaf: a crash leaves such, and none of them was acknowledged. Leaves cut off at the
 * very end of a chain cannot be missed from within it once their journal is gone.
 */
export async function verifyAudit(directory: string): Promise<AuditVerification> {
  const files = await listAuditFiles(directory);
  const findings: Findings = { records: 0, broken: [], unfiled: new Set() };
  for (const process of new Set(files.map((file) => file.process))) {
    const own = files.filter((file) => file.process === process);
    const chain = await verifyLeaves(own, findings);
    for (const file of own) if (file.kind === "journal") await verifyJournal(file, chain, findings);
  }
  return { ...findings, unfiled: [...findings.unfiled] };
}

/** Where a walk stands, and the hashes of the filed leaves by sequence. */
interface Chain {
  head: ChainHead;
  readonly filed: ReadonlyMap<number, string>;
}

async function verifyLeaves(files: readonly AuditFile[], findings: Findings): Promise<Chain> {
  const filed = new Map<number, string>();
  let head = GENESIS;
  for (const file of files) {
    if (file.kind !== "leaves") continue;
    for (const [index, line] of (await linesOf(file.path)).entries()) {
      const found = parseLeafLine(line);
      const reason = found === undefined ? "The line is not a leaf." : faultOf(found, head, file.process);
      if (reason !== undefined) findings.broken.push({ file: basename(file.path), line: index + 1, reason });
      if (found === undefined) continue;
      filed.set(found.leaf.sequence, found.hash);
      head = headAfter(found);
    }
  }
  findings.records += filed.size;
  return { head, filed };
}

function faultOf({ hash, intact, leaf }: LeafLine, head: ChainHead, process: string): string | undefined {
  if (!intact) return `The leaf does not have the hash ${hash}: it was changed.`;
  if (leaf.process !== process) return "The leaf belongs to the chain of another process.";
  if (leaf.sequence !== head.sequence + 1) {
    return `The leaf has sequence ${leaf.sequence} where ${head.sequence + 1} was expected.`;
  }
  if (leaf.previous !== head.hash) return "The leaf does not continue the one before it.";
  if (leaf.time < head.time) return "The leaf is older than the one before it.";
  return undefined;
}

async function verifyJournal(file: AuditFile, chain: Chain, findings: Findings): Promise<void> {
  const name = basename(file.path);
  let payload: { readonly commitment: string; readonly line: number } | undefined;
  let before: number | undefined;
  for (const [index, text] of (await linesOf(file.path)).entries()) {
    const line = index + 1;
    const report = (reason: string, at = line) => findings.broken.push({ file: name, line: at, reason });
    const commitment = parsePayloadLine(text);
    const found = commitment === undefined ? parseLeafLine(text) : undefined;
    if (commitment !== undefined) {
      if (payload) report("The payload has no leaf.", payload.line);
      payload = { commitment, line };
    } else if (found === undefined) {
      report("The line is neither a payload nor a leaf.");
    } else {
      const { sequence } = found.leaf;
      const isFiled = sequence <= chain.head.sequence && !findings.unfiled.has(name);
      const reason = isFiled ? faultOfFiled(found, chain.filed, before) : faultOf(found, chain.head, file.process);
      if (reason !== undefined) report(reason);
      if (payload?.commitment !== found.leaf.payload) report("The payload is not that of its leaf.", payload?.line);
      if (!isFiled) {
        findings.unfiled.add(name);
        findings.records += 1;
        chain.head = headAfter(found);
      }
      before = sequence;
      payload = undefined;
    }
  }
}

/** Within a file nothing may be missing: days are purged, not records. */
function faultOfFiled(
  { hash, leaf }: LeafLine,
  filed: ReadonlyMap<number, string>,
  before: number | undefined,
): string | undefined {
  if (before !== undefined && leaf.sequence !== before + 1) {
    return `The leaf has sequence ${leaf.sequence} where ${before + 1} was expected.`;
  }
  return filed.get(leaf.sequence) === hash ? undefined : "The leaf is not the one that was filed.";
}

/** The lines that are complete; what was written ahead is no line. */
async function linesOf(path: string): Promise<readonly string[]> {
  const bytes = await readFile(path);
  const lines: string[] = [];
  for (let start = 0; ; ) {
    const end = bytes.indexOf(LINE_FEED, start);
    if (end < 0) return lines;
    lines.push(bytes.toString("utf8", start, end));
    start = end + 1;
  }
}
