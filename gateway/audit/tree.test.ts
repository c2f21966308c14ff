import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  consistencyPath,
  GrowingTree,
  hashOfNode,
  inclusionPath,
  isConsistent,
  isIncluded,
  type NodeHash,
  rootOf,
  toNodeHash,
} from "./tree.ts";

const SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33];

function leafOf(n: number): NodeHash {
  return createHash("sha256").update(`\0leaf ${n}`).digest();
}

const leaves = (size: number): readonly NodeHash[] => Array.from({ length: size }, (_, n) => leafOf(n));

/** Section 2.1 of RFC 6962 in its own words. */
function rootBySplitting(of: readonly NodeHash[]): NodeHash {
  const [only] = of;
  if (only === undefined) return createHash("sha256").digest();
  if (of.length === 1) return only;
  const split = 2 ** Math.ceil(Math.log2(of.length) - 1);
  return hashOfNode(rootBySplitting(of.slice(0, split)), rootBySplitting(of.slice(split)));
}

test.each(SIZES)("a tree of %i leaves grows to the root that RFC 6962 defines", (size) => {
  const all = leaves(size);
  expect(rootOf(all)).toEqual(rootBySplitting(all));
});

test.each(SIZES)("a tree of %i leaves goes on from its full subtrees", (size) => {
  const begun = new GrowingTree();
  for (const leaf of leaves(size)) begun.add(leaf);
  const resumed = new GrowingTree(begun.size, begun.full);
  for (const tree of [begun, resumed]) tree.add(leafOf(size));
  expect(resumed.root()).toEqual(begun.root());
  expect(() => new GrowingTree(size + 1, begun.full.slice(1))).toThrow();
});

test("every leaf of a tree is proved to be in it, and nothing else is", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), fc.nat(), (size, at, change) => {
      const all = leaves(size);
      const index = at % size;
      const path = inclusionPath(index, all);
      const place = { index, size, path, root: rootOf(all) };
      expect(isIncluded(leafOf(index), place)).toBe(true);
      expect(isIncluded(leafOf(size), place)).toBe(false);
      expect(isIncluded(leafOf(index), { ...place, path: [...path, leafOf(0)] })).toBe(false);
      if (size > 1) {
        const other = path.with(change % path.length, leafOf(size + 1));
        expect(isIncluded(leafOf(index), { ...place, path: other })).toBe(false);
        expect(isIncluded(leafOf(index), { ...place, index: (index + 1) % size })).toBe(false);
      }
    }),
  );
});

test("every tree is proved to be the beginning of a larger one, and of no other", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), (size, at) => {
      const all = leaves(size);
      const begun = 1 + (at % size);
      const path = consistencyPath(begun, all);
      const first = { size: begun, root: rootOf(all.slice(0, begun)) };
      const second = { size, root: rootOf(all) };
      expect(isConsistent(first, second, path)).toBe(true);
      expect(isConsistent({ ...first, root: leafOf(size) }, second, path)).toBe(false);
      expect(isConsistent(first, { ...second, root: leafOf(size) }, path)).toBe(false);
      expect(isConsistent(first, second, [...path, leafOf(0)])).toBe(false);
    }),
  );
});

test.each(["", "AA", `${"A".repeat(42)}B`, "A".repeat(44), 7, undefined])("%j is no hash", (text) => {
  expect(toNodeHash(text)).toBeUndefined();
});

const VECTORS = new URL("../../../shared/data/outside/merkle/testdata/", import.meta.url).pathname;
const hashFrom = (text: string | null | undefined): NodeHash => Buffer.from(text ?? "", "base64");

interface Vector {
  readonly leafIdx: number;
  readonly treeSize: number;
  readonly root: string | null;
  readonly leafHash: string | null;
  readonly proof: readonly string[] | null;
  readonly size1: number;
  readonly size2: number;
  readonly root1: string | null;
  readonly root2: string | null;
  readonly wantErr: boolean;
}

function readVector(path: string): Vector {
  return JSON.parse(readFileSync(path, "utf8"));
}

function vectorsIn(kind: string): readonly (readonly [string, Vector])[] {
  const root = join(VECTORS, kind);
  if (!existsSync(root)) return [];
  const names = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
  return names.map((name) => [name, readVector(join(root, name))] as const);
}

describe.runIf(existsSync(VECTORS))("the vectors of another implementation", () => {
  test.each(vectorsIn("inclusion"))("of inclusion, %s", (_, vector) => {
    const { leafIdx, treeSize, root, leafHash, proof, wantErr } = vector;
    const path = (proof ?? []).map(hashFrom);
    const isIn = isIncluded(hashFrom(leafHash), {
      index: leafIdx,
      size: treeSize,
      path,
      root: hashFrom(root),
    });
    expect(isIn).toBe(!wantErr);
  });

  test.each(vectorsIn("consistency"))("of consistency, %s", (_, vector) => {
    const { size1, size2, root1, root2, proof, wantErr } = vector;
    const path = (proof ?? []).map(hashFrom);
    const first = { size: size1, root: hashFrom(root1) };
    expect(isConsistent(first, { size: size2, root: hashFrom(root2) }, path)).toBe(!wantErr);
  });
});
