import { readFile, rename, writeFile } from "node:fs/promises";
import type { AuditFile } from "./files.ts";
import { copyHead, headsPath, keyPath, listHeadsFiles, readNewestHead, treePath } from "./head-files.ts";
import { parseLeafLine } from "./leaf.ts";
import { cutTorn, findUnfiledLeaves, type Walker } from "./recover.ts";
import { openSegment, type Segment } from "./segment.ts";
import { GrowingTree, toNodeHash } from "./tree.ts";
import {
  type ChainTree,
  type HeadSigner,
  hashOfHead,
  parseHeadLine,
  type SignedHead,
  toHeadLine,
  toKeyText,
} from "./tree-head.ts";
import { toTreeText } from "./verify-heads.ts";

export interface HeadsOptions {
  readonly signer: HeadSigner;
  /** Every new head is written here too, as a file that is never written again: a store of a second party. */
  readonly copies?: string;
  /** How often the log is signed for. Default a minute. */
  readonly every_ms?: number;
  /** What went wrong beside the answers: the log goes on, and what is missing is signed for by the next head. */
  readonly onFault?: (error: unknown) => void;
}

/** The tree of a chain, and what is signed of it. */
export interface Heads {
  readonly tree: GrowingTree;
  /** For a chain whose files are lost: the tree goes on from what was in memory. */
  replaceTree(tree: GrowingTree): void;
  /** Leaves under the newest head. */
  readonly signed: number;
  /** Signs for the tree as it stands, unless that was done. */
  sign(time: number): Promise<void>;
  close(): Promise<void>;
}

/** A head names a handful of chains. */
const HEAD_BYTES_MAX = 65_536;

/**
 * Opens the heads of a process and its tree as far as its leaves are filed: from where it stood at its newest head, or,
 * where that is not to be had, from the first leaf.
 *
 * @param files those of this process
 */
export async function openHeads(
  place: { readonly directory: string; readonly process: string },
  files: readonly AuditFile[],
  options: HeadsOptions,
): Promise<Heads> {
  const { directory, process } = place;
  const { kid, publicJwk } = options.signer;
  await writeFile(keyPath(directory, kid), toKeyText(publicJwk), { mode: 0o644, flush: true });
  const path = headsPath(directory, process);
  const segment = await openSegment(path, { isAhead: false });
  try {
    await cutTorn(segment, { path, writeBytesMax: HEAD_BYTES_MAX, createWalker: createHeadsWalker });
    const newest = await newestIn(segment);
    return new FileHeads({ ...place, ...options, segment }, await openTree(place, files, newest), newest);
  } catch (error) {
    await segment.close();
    throw error;
  }
}

function createHeadsWalker(): Walker {
  return { head: undefined, take: (line) => (parseHeadLine(line) === undefined ? "torn" : "whole") };
}

async function newestIn(segment: Segment): Promise<SignedHead | undefined> {
  const lines = (await segment.tail(HEAD_BYTES_MAX)).toString("utf8").split("\n");
  return parseHeadLine(lines.at(-2) ?? "");
}

async function openTree(
  { directory, process }: { readonly directory: string; readonly process: string },
  files: readonly AuditFile[],
  newest: SignedHead | undefined,
): Promise<GrowingTree> {
  const leaves = files.filter(({ kind }) => kind === "leaves").map(({ path }) => path);
  const kept = await readTree(treePath(directory, process));
  if (kept === undefined || newest === undefined || kept.size !== newest.own.size) return treeOf(leaves);
  if (kept.root().toString("base64url") !== newest.own.root) return treeOf(leaves);
  const since = { sequence: kept.size, hash: "", time: 0 };
  for (const { head } of await findUnfiledLeaves(leaves, since, HEAD_BYTES_MAX * 16)) addTo(kept, head.hash);
  return kept;
}

/** Adds a leaf by its hash in base64url. */
export function addTo(tree: GrowingTree, text: string): void {
  const hash = toNodeHash(text);
  if (hash === undefined) throw new Error("A leaf of the audit log has no hash.");
  tree.add(hash);
}

async function treeOf(leaves: readonly string[]): Promise<GrowingTree> {
  const tree = new GrowingTree();
  for (const path of leaves) {
    for (const line of (await readFile(path, "utf8")).split("\n")) {
      const found = parseLeafLine(line);
      if (found !== undefined) addTo(tree, found.hash);
    }
  }
  return tree;
}

async function readTree(path: string): Promise<GrowingTree | undefined> {
  try {
    const { size, full } = JSON.parse(await readFile(path, "utf8"));
    return new GrowingTree(size, full.map(toNodeHash));
  } catch {
    return undefined;
  }
}

interface Place extends HeadsOptions {
  readonly directory: string;
  readonly process: string;
  readonly segment: Segment;
}

class FileHeads implements Heads {
  #tree: GrowingTree;
  readonly #place: Place;
  #newest: SignedHead | undefined;
  #signing: Promise<void> | undefined;

  constructor(place: Place, tree: GrowingTree, newest: SignedHead | undefined) {
    this.#place = place;
    this.#tree = tree;
    this.#newest = newest;
  }

  get tree(): GrowingTree {
    return this.#tree;
  }

  replaceTree(tree: GrowingTree): void {
    this.#tree = tree;
  }

  get signed(): number {
    return this.#newest?.own.size ?? 0;
  }

  async sign(time: number): Promise<void> {
    await this.#signing;
    if (this.tree.size === this.signed) return;
    this.#signing = this.#sign(time).finally(() => {
      this.#signing = undefined;
    });
    await this.#signing;
  }

  async #sign(time: number): Promise<void> {
    const { directory, process, segment, signer, copies } = this.#place;
    const others = await this.#others();
    const { size } = this.tree;
    const state = toTreeText(this.tree);
    const own = { chain: process, root: this.tree.root().toString("base64url"), size };
    const chains = [...others, own].sort((a, b) => (a.chain < b.chain ? -1 : 1));
    const before = this.#newest;
    const line = toHeadLine(
      {
        chains,
        previous: before === undefined ? "" : hashOfHead(before.text),
        process,
        sequence: (before?.head.sequence ?? 0) + 1,
        time: Math.max(time, before?.head.time ?? 0),
      },
      signer,
    );
    const signed = parseHeadLine(line);
    if (signed === undefined) throw new Error("A tree head cannot be read as it was written.");
    await segment.append(Buffer.from(`${line}\n`));
    this.#newest = signed;
    const path = treePath(directory, process);
    await writeFile(`${path}.draft`, state, { mode: 0o600, flush: true });
    await rename(`${path}.draft`, path);
    if (copies !== undefined) await copyHead(copies, signed, line);
  }

  /** The newest trees of the other chains, as their own processes say. */
  async #others(): Promise<readonly ChainTree[]> {
    const trees: ChainTree[] = [];
    for (const { path, process } of await listHeadsFiles(this.#place.directory)) {
      const newest = process === this.#place.process ? undefined : await readNewestHead(path);
      if (newest?.own.chain === process) trees.push(newest.own);
    }
    return trees;
  }

  async close(): Promise<void> {
    await this.#signing?.catch(() => undefined);
    await this.#place.segment.close();
  }
}
