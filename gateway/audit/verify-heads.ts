import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { listHeadsFiles, readCopies, readKeptKeys, treePath } from "./head-files.ts";
import { readLines } from "./read-lines.ts";
import { GrowingTree, toNodeHash } from "./tree.ts";
import { type ChainTree, type HeadKeys, hashOfHead, isSignedBy, parseHeadLine, type SignedHead } from "./tree-head.ts";
import type { Broken } from "./verify.ts";

/** Hashes of all leaves of each chain, in order. */
type Trees = ReadonlyMap<string, readonly string[]>;

/** What a head says, and where it says it. */
interface Claim {
  readonly file: string;
  readonly line: number;
  readonly tree: ChainTree;
}

/** All that is signed of a log, and what is wrong with it in itself. */
export interface HeadsRead {
  readonly heads: number;
  readonly broken: readonly Broken[];
  readonly claims: readonly Claim[];
  readonly kept: readonly { readonly file: string; readonly process: string; readonly text: string }[];
}

/** Before the leaves are read: what is signed meanwhile speaks of leaves that were not there yet. */
export async function readHeads(
  directory: string,
  options: { readonly keys?: HeadKeys; readonly copies?: string },
): Promise<HeadsRead> {
  const found = await readKeptKeys(directory);
  const keys = options.keys ?? found.keys;
  const broken: Broken[] = found.damaged.map((file) => ({ file, line: 1, reason: "The file does not hold its key." }));
  const claims: Claim[] = [];
  const kept: { readonly file: string; readonly process: string; readonly text: string }[] = [];
  let heads = 0;
  for (const file of await listHeadsFiles(directory)) {
    const path = treePath(directory, file.process);
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text !== undefined) kept.push({ file: basename(path), process: file.process, text });
    const read = await readHeadsFile(file, keys);
    broken.push(...read.broken);
    heads += read.heads.length;
    for (const { line, signed } of read.heads) claims.push(...claimsOf(basename(file.path), line, signed));
  }
  for (const { name, head } of options.copies === undefined ? [] : await readCopies(options.copies)) {
    if (head !== undefined && isSignedBy(keys, head)) claims.push(...claimsOf(name, 1, head));
    else broken.push({ file: name, line: 1, reason: "The copy is not a head that a known key signed." });
    heads += 1;
  }
  return { heads, broken, claims, kept };
}

/**
 * Holds every signed head, a second party's copies included, against the trees of the leaves that were found: a head
 * whose root is another was signed for another past.
 */
export function faultsOfHeads({ broken, claims, kept }: HeadsRead, trees: Trees): readonly Broken[] {
  return [...broken, ...faultsOf(claims, trees), ...kept.flatMap((one) => faultOfTree(one, trees))];
}

function claimsOf(file: string, line: number, { head }: SignedHead): readonly Claim[] {
  return head.chains.map((tree) => ({ file, line, tree }));
}

async function readHeadsFile({ path, process }: { readonly path: string; readonly process: string }, keys: HeadKeys) {
  const file = basename(path);
  const { lines, fault } = await readLines(path);
  const broken: Broken[] = fault === undefined ? [] : [{ file, line: lines.length + 1, reason: fault }];
  const heads: { readonly line: number; readonly signed: SignedHead }[] = [];
  let before: SignedHead | undefined;
  for (const [index, text] of lines.entries()) {
    const line = index + 1;
    const signed = parseHeadLine(text);
    const reason = signed === undefined ? "The line is not a head." : faultOfHead(signed, { before, process, keys });
    if (reason !== undefined) broken.push({ file, line, reason });
    if (signed === undefined) continue;
    heads.push({ line, signed });
    before = signed;
  }
  return { heads, broken };
}

function faultOfHead(
  signed: SignedHead,
  { before, process, keys }: { before: SignedHead | undefined; process: string; keys: HeadKeys },
): string | undefined {
  const { head, own } = signed;
  if (!keys.has(head.key)) return `No key is known by the thumbprint ${head.key}.`;
  if (!isSignedBy(keys, signed)) return "The head does not have its key's signature: it was changed.";
  if (head.process !== process) return "The head belongs to another process.";
  if (head.sequence !== (before?.head.sequence ?? 0) + 1) {
    return `The head has sequence ${head.sequence} where ${(before?.head.sequence ?? 0) + 1} was expected.`;
  }
  if (head.previous !== (before === undefined ? "" : hashOfHead(before.text))) {
    return "The head does not continue the one before it.";
  }
  if (head.time < (before?.head.time ?? 0)) return "The head is older than the one before it.";
  return own.size < (before?.own.size ?? 0) ? "The head is of a smaller tree than the one before it." : undefined;
}

/** Each chain's tree is grown once, and looked at wherever a head speaks of it. */
function faultsOf(claims: readonly Claim[], trees: Trees): readonly Broken[] {
  const broken: Broken[] = [];
  for (const [chain, own] of Map.groupBy(claims, ({ tree }) => tree.chain)) {
    const hashes = trees.get(chain) ?? [];
    const grown = new GrowingTree();
    for (const { file, line, tree } of own.toSorted((a, b) => a.tree.size - b.tree.size)) {
      const report = (reason: string) => broken.push({ file, line, reason });
      if (tree.size > hashes.length) {
        report(`The head is of ${tree.size} leaves of ${chain} where ${hashes.length} are: leaves were cut off.`);
        continue;
      }
      for (const hash of hashes.slice(grown.size, tree.size)) grown.add(toNodeHash(hash) ?? Buffer.alloc(32));
      const isRoot = grown.root().toString("base64url") === tree.root;
      if (!isRoot) report(`The ${tree.size} leaves of ${chain} do not have the root that was signed.`);
    }
  }
  return broken;
}

/** What the next opening begins with: when it is wrong it is made again, but somebody changed it. */
function faultOfTree({ file, process, text }: HeadsRead["kept"][number], trees: Trees): readonly Broken[] {
  const hashes = trees.get(process) ?? [];
  const report = (reason: string) => [{ file, line: 1, reason }];
  const size = Number(/^\{"size":(\d+),/.exec(text)?.[1] ?? Number.NaN);
  if (!(size <= hashes.length)) return report("The file does not hold a tree of this chain.");
  const tree = new GrowingTree();
  for (const hash of hashes.slice(0, size)) tree.add(toNodeHash(hash) ?? Buffer.alloc(32));
  return text === toTreeText(tree) ? [] : report("The file does not hold the tree of this chain's leaves.");
}

/** Text of the file in which a process keeps where its tree stood. */
export function toTreeText({ size, full }: Pick<GrowingTree, "size" | "full">): string {
  return `${JSON.stringify({ size, full: full.map((node) => node.toString("base64url")) })}\n`;
}
