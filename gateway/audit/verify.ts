import { basename } from "node:path";
import { type AuditFile, listAuditFiles } from "./files.ts";
import { type ChainHead, GENESIS, headAfter, type LeafLine, parseLeafLine, parsePayloadLine } from "./leaf.ts";
import { readLines } from "./read-lines.ts";
import type { HeadKeys } from "./tree-head.ts";
import { faultsOfHeads, readHeads } from "./verify-heads.ts";

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
  /** Signed tree heads read, copies included. */
  readonly heads: number;
  /** Names of the journals with leaves that are not in the leaves files yet: not to be purged, or those are lost. */
  readonly unfiled: readonly string[];
}

export interface VerifyOptions {
  /** Public keys by thumbprint, from somewhere else than the log; absent: those that are kept beside it. */
  readonly keys?: HeadKeys;
  /** Directory of a second party's copies of the heads. */
  readonly copies?: string;
}

interface Findings {
  records: number;
  readonly broken: Broken[];
  readonly unfiled: Set<string>;
}

/**
 * Walks every chain of a directory from its first leaf, through the leaves files and what the journals hold beyond them,
 * compares the journals that are still there, and holds the signed heads against the trees of what it found. That the
 * oldest journals were purged is no fault, nor is a last line that is only begun, or a last payload without its leaf: a
 * crash leaves such, and none of them was acknowledged. Leaves cut off behind the newest head cannot be missed once their
 * journal is gone.
 */
export async function verifyAudit(directory: string, options: VerifyOptions = {}): Promise<AuditVerification> {
  const heads = await readHeads(directory, options);
  const files = await listAuditFiles(directory);
  const findings: Findings = { records: 0, broken: [], unfiled: new Set() };
  const trees = new Map<string, readonly string[]>();
  for (const process of new Set(files.map((file) => file.process))) {
    const own = files.filter((file) => file.process === process);
    const chain = await verifyLeaves(own, findings);
    // Listed once the leaves are read: a log that goes on has nothing filed that is not in one of them.
    const now = await listAuditFiles(directory);
    const journals = now.filter((file) => file.kind === "journal" && file.process === process);
    await verifyJournals(journals, chain, findings);
    trees.set(process, chain.hashes);
  }
  return {
    records: findings.records,
    heads: heads.heads,
    broken: [...findings.broken, ...faultsOfHeads(heads, trees)],
    unfiled: [...findings.unfiled],
  };
}

/** Where a walk stands, and the hashes of the filed leaves by sequence. */
interface Chain {
  head: ChainHead;
  readonly filed: ReadonlyMap<number, string>;
  /** Of all leaves, those included that only a journal holds, in order. */
  readonly hashes: string[];
  /** Sequence of the last leaf that was seen in a journal. */
  journaled?: number;
}

async function verifyLeaves(files: readonly AuditFile[], findings: Findings): Promise<Chain> {
  const filed = new Map<number, string>();
  const hashes: string[] = [];
  let head = GENESIS;
  for (const file of files) {
    if (file.kind !== "leaves") continue;
    const { lines, fault } = await readLines(file.path);
    if (fault) findings.broken.push({ file: basename(file.path), line: lines.length + 1, reason: fault });
    for (const [index, line] of lines.entries()) {
      const found = parseLeafLine(line);
      const reason = found === undefined ? "The line is not a leaf." : faultOf(found, head, file.process);
      if (reason !== undefined) findings.broken.push({ file: basename(file.path), line: index + 1, reason });
      if (found === undefined) continue;
      filed.set(found.leaf.sequence, found.hash);
      hashes.push(found.hash);
      head = headAfter(found);
    }
  }
  findings.records += filed.size;
  return { head, filed, hashes };
}

function faultOf({ hash, intact, leaf }: LeafLine, head: ChainHead, process: string): string | undefined {
  if (!intact) return changed(hash);
  if (leaf.process !== process) return "The leaf belongs to the chain of another process.";
  if (leaf.sequence !== head.sequence + 1) {
    return `The leaf has sequence ${leaf.sequence} where ${head.sequence + 1} was expected.`;
  }
  if (leaf.previous !== head.hash) return "The leaf does not continue the one before it.";
  if (leaf.time < head.time) return "The leaf is older than the one before it.";
  return undefined;
}

async function verifyJournals(journals: readonly AuditFile[], chain: Chain, findings: Findings): Promise<void> {
  for (const journal of journals) await verifyJournal(journal, chain, findings);
  const last = journals.at(-1);
  if (last === undefined || (chain.journaled ?? 0) >= chain.head.sequence) return;
  const reason = `The journals end before leaf ${chain.head.sequence}, which was filed.`;
  findings.broken.push({ file: basename(last.path), line: 1, reason });
}

async function verifyJournal(file: AuditFile, chain: Chain, findings: Findings): Promise<void> {
  const name = basename(file.path);
  let payload: { readonly commitment: string; readonly line: number } | undefined;
  const { lines, fault } = await readLines(file.path);
  if (fault) findings.broken.push({ file: name, line: lines.length + 1, reason: fault });
  for (const [index, text] of lines.entries()) {
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
      const reason = isFiled
        ? faultOfFiled(found, chain.filed, chain.journaled)
        : faultOf(found, chain.head, file.process);
      if (reason !== undefined) report(reason);
      if (payload?.commitment !== found.leaf.payload) report("The payload is not that of its leaf.", payload?.line);
      if (!isFiled) {
        findings.unfiled.add(name);
        findings.records += 1;
        chain.head = headAfter(found);
        chain.hashes.push(found.hash);
      }
      chain.journaled = sequence;
      payload = undefined;
    }
  }
}

function changed(hash: string): string {
  return `The leaf does not have the hash ${hash}: it was changed.`;
}

/** From the oldest journal on nothing may be missing: the oldest days are purged, not records. */
function faultOfFiled(
  { hash, intact, leaf }: LeafLine,
  filed: ReadonlyMap<number, string>,
  before: number | undefined,
): string | undefined {
  if (!intact) return changed(hash);
  if (before !== undefined && leaf.sequence !== before + 1) {
    return `The leaf has sequence ${leaf.sequence} where ${before + 1} was expected.`;
  }
  return filed.get(leaf.sequence) === hash ? undefined : "The leaf is not the one that was filed.";
}
