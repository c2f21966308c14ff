import { listAuditFiles } from "./files.ts";
import { listHeadsFiles } from "./head-files.ts";
import { hashOfLeaf, parseLeafLine } from "./leaf.ts";
import { readLines } from "./read-lines.ts";
import { consistencyPath, inclusionPath, isConsistent, isIncluded, type NodeHash, toNodeHash } from "./tree.ts";
import { type ChainTree, type HeadKeys, isSignedBy, parseHeadLine } from "./tree-head.ts";

/** That an event is in the log, or that nothing was changed between two heads: checked with a public key alone. */
export type Proof =
  | {
      readonly kind: "inclusion";
      readonly chain: string;
      /** What was hashed: the event's leaf, whose hash in hexadecimal digits is its id. */
      readonly leaf: string;
      readonly path: readonly string[];
      /** Line of a heads file. */
      readonly head: string;
    }
  | {
      readonly kind: "consistency";
      readonly chain: string;
      readonly path: readonly string[];
      readonly first: string;
      readonly second: string;
    };

export type Proved = { readonly ok: true; readonly proof: Proof } | { readonly ok: false; readonly problem: string };

/** A head as it stands in a file, and what it says of one chain. */
interface HeadOf {
  readonly line: string;
  readonly tree: ChainTree;
}

interface LeafOf {
  readonly hash: NodeHash;
  readonly text: string;
}

/** @param id of an AuditEvent, or of a decision that was made for one */
export async function proveInclusion(directory: string, id: string): Promise<Proved> {
  const wanted = /^[0-9a-f]{56}/.exec(id)?.[0];
  if (wanted === undefined) return wrong("The id of an AuditEvent is 64 hexadecimal digits.");
  const whole = /^[0-9a-f]{64}$/.test(id) ? id : wanted;
  for (const chain of await chainsOf(directory)) {
    const leaves = await readLeaves(directory, chain);
    const index = leaves.findIndex(({ hash }) => hash.toString("hex").startsWith(whole));
    const leaf = leaves[index];
    if (leaf === undefined) continue;
    const heads = await readHeadsOf(directory, chain);
    const head = heads.find(({ tree }) => tree.size > index);
    if (head === undefined) return wrong("No head is signed yet that holds the event: one is within a minute.");
    const hashes = leaves.slice(0, head.tree.size).map(({ hash }) => hash);
    const path = inclusionPath(index, hashes).map(toText);
    return { ok: true, proof: { kind: "inclusion", chain, leaf: leaf.text, path, head: head.line } };
  }
  return wrong("The log holds no event with this id.");
}

/** @param first and `second` numbers of leaves under two heads of the chain; without the second, its newest head */
export async function proveConsistency(
  directory: string,
  { chain, first, second }: { readonly chain: string; readonly first: number; readonly second?: number },
): Promise<Proved> {
  const heads = await readHeadsOf(directory, chain);
  const from = heads.find(({ tree }) => tree.size === first);
  const to = second === undefined ? heads.at(-1) : heads.find(({ tree }) => tree.size === second);
  if (from === undefined || to === undefined)
    return wrong("There is no head of this size: the command heads lists them.");
  if (from.tree.size > to.tree.size) return wrong("The first head is of more leaves than the second.");
  const leaves = (await readLeaves(directory, chain)).slice(0, to.tree.size).map(({ hash }) => hash);
  if (leaves.length < to.tree.size) return wrong("Leaves are missing: the command verify names what is wrong.");
  const path = consistencyPath(first, leaves).map(toText);
  return { ok: true, proof: { kind: "consistency", chain, path, first: from.line, second: to.line } };
}

/** What is wrong with a proof; `undefined` when it holds. */
export function faultOfProof(proof: unknown, keys: HeadKeys): string | undefined {
  if (!isProof(proof)) return "The file holds no proof.";
  const path = proof.path.map(toNodeHash);
  if (!path.every((hash) => hash !== undefined)) return "The path holds something else than hashes.";
  const heads = (proof.kind === "inclusion" ? [proof.head] : [proof.first, proof.second]).map((line) =>
    treeOf(line, proof.chain, keys),
  );
  const [one, two = one] = heads;
  if (one === undefined || two === undefined || heads.includes(undefined)) {
    return "A head is not signed by a known key, or says nothing of the chain.";
  }
  if (proof.kind === "consistency") {
    return isConsistent(one, two, path) ? undefined : "The first head's tree is not the beginning of the second's.";
  }
  const leaf = toNodeHash(hashOfLeaf(proof.leaf));
  const sequence = sequenceOf(proof.leaf);
  const isIn = leaf !== undefined && isIncluded(leaf, { index: sequence - 1, path, ...one });
  return isIn ? undefined : "The leaf is not in the tree that was signed.";
}

function treeOf(line: string, chain: string, keys: HeadKeys): { size: number; root: NodeHash } | undefined {
  const signed = parseHeadLine(line);
  if (signed === undefined || !isSignedBy(keys, signed)) return undefined;
  const tree = signed.head.chains.find((one) => one.chain === chain);
  const root = toNodeHash(tree?.root);
  return tree === undefined || root === undefined ? undefined : { size: tree.size, root };
}

function sequenceOf(leaf: string): number {
  return Number(/"sequence":(\d+),"time":\d+\}$/.exec(leaf)?.[1] ?? Number.NaN);
}

function isProof(value: unknown): value is Proof {
  if (typeof value !== "object" || value === null || !("kind" in value) || !("path" in value)) return false;
  const names = value.kind === "inclusion" ? ["chain", "leaf", "head"] : ["chain", "first", "second"];
  const texts = new Map(Object.entries(value));
  return (
    (value.kind === "inclusion" || value.kind === "consistency") &&
    Array.isArray(value.path) &&
    names.every((name) => typeof texts.get(name) === "string")
  );
}

function wrong(problem: string): Proved {
  return { ok: false, problem };
}

function toText(hash: NodeHash): string {
  return hash.toString("base64url");
}

async function chainsOf(directory: string): Promise<readonly string[]> {
  return [...new Set((await listAuditFiles(directory)).map(({ process }) => process))];
}

const LEAF = /^\{"hash":"[\w-]{43}","leaf":(\{.*\})\}$/s;

/** Of one chain in order, those included that only a journal holds. */
async function readLeaves(directory: string, chain: string): Promise<readonly LeafOf[]> {
  const files = (await listAuditFiles(directory)).filter(({ process }) => process === chain);
  const leaves: LeafOf[] = [];
  for (const kind of ["leaves", "journal"] as const) {
    for (const file of files) {
      if (file.kind !== kind) continue;
      for (const line of (await readLines(file.path)).lines) {
        const found = parseLeafLine(line);
        const hash = toNodeHash(found?.hash);
        if (found?.leaf.sequence !== leaves.length + 1 || hash === undefined) continue;
        leaves.push({ hash, text: LEAF.exec(line)?.[1] ?? "" });
      }
    }
  }
  return leaves;
}

/** All heads of a chain, by size. */
async function readHeadsOf(directory: string, chain: string): Promise<readonly HeadOf[]> {
  const heads: HeadOf[] = [];
  for (const { path, process } of await listHeadsFiles(directory)) {
    if (process !== chain) continue;
    for (const line of (await readLines(path)).lines) {
      const tree = parseHeadLine(line)?.own;
      if (tree !== undefined) heads.push({ line, tree });
    }
  }
  return heads;
}
