import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { type AuditFile, listAuditFiles } from "./files.ts";
import { type ChainHead, GENESIS, parseLeafLine, parsePayloadLine } from "./leaf.ts";

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
}

const LINE_FEED = 10;

/**
 * Walks every chain of a directory from its first leaf and compares the payloads that are still there. A payload that
 * was purged is no fault, nor is one without a leaf, nor a last line without its end: a crash leaves such, and none of
 * them was acknowledged. Leaves cut off at the very end of a chain cannot be missed from within it.
 */
export async function verifyAudit(directory: string): Promise<AuditVerification> {
  const files = await listAuditFiles(directory);
  const broken: Broken[] = [];
  let records = 0;
  for (const process of new Set(files.map((file) => file.process))) {
    const own = files.filter((file) => file.process === process);
    const commitments = await verifyLeaves(own, broken);
    await verifyPayloads(own, commitments, broken);
    records += commitments.size;
  }
  return { records, broken };
}

/** Commitments of the payloads by sequence. */
async function verifyLeaves(files: readonly AuditFile[], broken: Broken[]): Promise<ReadonlyMap<number, string>> {
  const commitments = new Map<number, string>();
  let head = GENESIS;
  for (const file of files) {
    if (file.kind !== "leaves") continue;
    for (const [index, line] of (await linesOf(file.path)).entries()) {
      const found = parseLeafLine(line);
      const reason = found === undefined ? "The line is not a leaf." : faultOf(found, head, file.process);
      if (reason !== undefined) broken.push({ file: basename(file.path), line: index + 1, reason });
      if (found === undefined) continue;
      commitments.set(found.leaf.sequence, found.leaf.payload);
      head = { sequence: found.leaf.sequence, hash: found.hash, time: found.leaf.time };
    }
  }
  return commitments;
}

function faultOf(
  { hash, intact, leaf }: NonNullable<ReturnType<typeof parseLeafLine>>,
  head: ChainHead,
  process: string,
): string | undefined {
  if (!intact) return `The leaf does not have the hash ${hash}: it was changed.`;
  if (leaf.process !== process) return "The leaf belongs to the chain of another process.";
  if (leaf.sequence !== head.sequence + 1) {
    return `The leaf has sequence ${leaf.sequence} where ${head.sequence + 1} was expected.`;
  }
  if (leaf.previous !== head.hash) return "The leaf does not continue the one before it.";
  if (leaf.time < head.time) return "The leaf is older than the one before it.";
  return undefined;
}

async function verifyPayloads(
  files: readonly AuditFile[],
  commitments: ReadonlyMap<number, string>,
  broken: Broken[],
): Promise<void> {
  const right = new Set<number>();
  const wrong: (Broken & { readonly sequence: number })[] = [];
  for (const file of files) {
    if (file.kind !== "payloads") continue;
    for (const [index, line] of (await linesOf(file.path)).entries()) {
      const at = { file: basename(file.path), line: index + 1 };
      const found = parsePayloadLine(line);
      if (found === undefined) {
        broken.push({ ...at, reason: "The line is not a payload." });
        continue;
      }
      const { sequence } = found;
      if (commitments.get(sequence) === found.commitment) right.add(sequence);
      else if (commitments.has(sequence))
        wrong.push({ ...at, sequence, reason: "The payload is not that of its leaf." });
    }
  }
  // A sequence whose first attempt never got its leaf was given again: the attempt is wrong, and no harm.
  for (const { sequence, ...fault } of wrong) if (!right.has(sequence)) broken.push(fault);
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
