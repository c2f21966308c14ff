/** The tree of RFC 6962 section 2.1 over a chain's leaves: roots, and proofs that one is part of another. */
import { hash } from "node:crypto";

/** SHA-256, 32 bytes. */
export type NodeHash = Buffer;

const HASH_BYTES = 32;
const NODE_PREFIX = 1;
const EMPTY_ROOT: NodeHash = hash("sha256", "", "buffer");
const joined = Buffer.alloc(1 + 2 * HASH_BYTES, NODE_PREFIX);

export function hashOfNode(left: NodeHash, right: NodeHash): NodeHash {
  joined[0] = NODE_PREFIX;
  left.copy(joined, 1);
  right.copy(joined, 1 + HASH_BYTES);
  return bytesOf(hash("sha256", joined, "latin1"));
}

/** A text of its bytes costs half of what a buffer of its own for each hash does. */
function bytesOf(text: string): NodeHash {
  return Buffer.from(text, "latin1");
}

/** The hash that a text says in base64url without padding; `undefined` when it says none, or says it in another way. */
export function toNodeHash(text: unknown): NodeHash | undefined {
  if (typeof text !== "string") return undefined;
  const bytes = Buffer.from(text, "base64url");
  return bytes.length === HASH_BYTES && bytes.toString("base64url") === text ? bytes : undefined;
}

/** A tree that grows, kept as the roots of its full subtrees, largest first: a hash a leaf, and nothing is read again. */
export class GrowingTree {
  readonly #full: NodeHash[];
  #size: number;

  constructor(size = 0, full: readonly NodeHash[] = []) {
    if (full.length !== onesIn(size)) throw new Error("A tree of that size has another number of full subtrees.");
    this.#size = size;
    this.#full = [...full];
  }

  /** Leaves. */
  get size(): number {
    return this.#size;
  }

  get full(): readonly NodeHash[] {
    return this.#full;
  }

  add(leaf: NodeHash): void {
    let node = leaf;
    for (let size = this.#size; size % 2 === 1; size = Math.floor(size / 2)) {
      const left = this.#full.pop();
      if (left === undefined) throw new Error("A tree lacks a subtree.");
      node = hashOfNode(left, node);
    }
    this.#full.push(node);
    this.#size += 1;
  }

  root(): NodeHash {
    return (
      this.#full.reduceRight<NodeHash | undefined>(
        (right, left) => (right === undefined ? left : hashOfNode(left, right)),
        undefined,
      ) ?? EMPTY_ROOT
    );
  }
}

function onesIn(size: number): number {
  let ones = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  return ones;
}

/** Largest power of two below a size of at least two. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

export function rootOf(leaves: readonly NodeHash[]): NodeHash {
  const tree = new GrowingTree();
  for (const leaf of leaves) tree.add(leaf);
  return tree.root();
}

/** What leads from a leaf to the root, nearest first (section 2.1.1). */
export function inclusionPath(index: number, leaves: readonly NodeHash[]): readonly NodeHash[] {
  if (leaves.length <= 1) return [];
  const split = splitOf(leaves.length);
  return index < split
    ? [...inclusionPath(index, leaves.slice(0, split)), rootOf(leaves.slice(split))]
    : [...inclusionPath(index - split, leaves.slice(split)), rootOf(leaves.slice(0, split))];
}

/** What shows that a tree is the beginning of a larger one (section 2.1.2). */
export function consistencyPath(size: number, leaves: readonly NodeHash[]): readonly NodeHash[] {
  return size === 0 ? [] : subproof(size, leaves, true);
}

function subproof(size: number, leaves: readonly NodeHash[], isWhole: boolean): readonly NodeHash[] {
  if (size === leaves.length) return isWhole ? [] : [rootOf(leaves)];
  const split = splitOf(leaves.length);
  return size <= split
    ? [...subproof(size, leaves.slice(0, split), isWhole), rootOf(leaves.slice(split))]
    : [...subproof(size - split, leaves.slice(split), false), rootOf(leaves.slice(0, split))];
}

/** RFC 9162 section 2.1.3.2. */
export function isIncluded(
  leaf: NodeHash,
  { index, size, path, root }: { index: number; size: number; path: readonly NodeHash[]; root: NodeHash },
): boolean {
  if (!isPlace(index) || !isPlace(size) || index >= size || ![leaf, root, ...path].every(isHash)) return false;
  let [at, last, node] = [index, size - 1, leaf];
  for (const other of path) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      node = hashOfNode(other, node);
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      node = hashOfNode(node, other);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && node.equals(root);
}

/** RFC 9162 section 2.1.4.2. */
export function isConsistent(
  first: { readonly size: number; readonly root: NodeHash },
  second: { readonly size: number; readonly root: NodeHash },
  path: readonly NodeHash[],
): boolean {
  if (!isPlace(first.size) || !isPlace(second.size) || first.size > second.size) return false;
  if (![first.root, second.root, ...path].every(isHash)) return false;
  if (first.size === second.size) return path.length === 0 && first.root.equals(second.root);
  if (first.size === 0) return path.length === 0 && first.root.equals(EMPTY_ROOT);
  const rest = onesIn(first.size) === 1 ? [first.root, ...path] : [...path];
  let [at, last] = [first.size - 1, second.size - 1];
  while (at % 2 === 1) [at, last] = [half(at), half(last)];
  const begin = rest.shift();
  if (begin === undefined) return false;
  let [before, after] = [begin, begin];
  for (const other of rest) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      [before, after] = [hashOfNode(other, before), hashOfNode(other, after)];
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      after = hashOfNode(after, other);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && before.equals(first.root) && after.equals(second.root);
}

function isHash({ length }: Buffer): boolean {
  return length === HASH_BYTES;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function isPlace(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
