import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hashOfLeaf } from "./leaf.ts";
import { createAuditLog } from "./log.ts";
import { verifyAudit } from "./verify.ts";

const LEAVES = "gateway.000001.leaves";
const JOURNAL = "gateway.2026-01-31.000001.journal";

let directory = "";

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "audit-"));
  const log = await createAuditLog({ directory, process: "gateway", clock: () => Date.UTC(2026, 0, 31, 12) });
  for (let n = 1; n <= 5; n += 1) {
    await log.append({
      interaction: "read",
      outcome: "success",
      requestId: `request-${n}`,
      client: "gp-demo",
      purpose: "TREAT",
    });
  }
  await log.close();
});
afterEach(() => rmSync(directory, { recursive: true }));

function change(file: string, edit: (lines: string[]) => readonly string[]): void {
  const path = join(directory, file);
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
  writeFileSync(
    path,
    edit(lines)
      .map((line) => `${line}\n`)
      .join(""),
  );
}

/** A line whose leaf was changed and given its right hash again, as somebody who knows the format would. */
function forged(line: string, from: string, to: string): string {
  const leaf = JSON.stringify(JSON.parse(line).leaf).replace(from, to);
  return `{"hash":"${hashOfLeaf(leaf)}","leaf":${leaf}}`;
}

test("an untouched log is whole", async () => {
  expect(await verifyAudit(directory)).toMatchObject({ records: 5, heads: 0, broken: [], unfiled: [] });
});

test("an empty directory holds no record", async () => {
  rmSync(directory, { recursive: true });
  directory = mkdtempSync(join(tmpdir(), "audit-"));
  expect(await verifyAudit(directory)).toMatchObject({ records: 0, heads: 0, broken: [], unfiled: [] });
});

test.each<[string, string, (lines: string[]) => readonly string[], readonly [number, string][]]>([
  [
    "a leaf that was edited",
    LEAVES,
    (lines) => lines.map((line, n) => (n === 1 ? line.replace("TREAT", "HRESCH") : line)),
    [[2, "it was changed"]],
  ],
  [
    "a leaf that was edited and hashed anew, by the one after it",
    LEAVES,
    (lines) => lines.map((line, n) => (n === 1 ? forged(line, "TREAT", "HRESCH") : line)),
    [[3, "does not continue"]],
  ],
  ["a leaf that was removed", LEAVES, (lines) => lines.toSpliced(2, 1), [[3, "sequence 4 where 3"]]],
  ["the first leaf removed", LEAVES, (lines) => lines.slice(1), [[1, "sequence 2 where 1"]]],
  [
    "a leaf that was removed and its follower numbered anew",
    LEAVES,
    (lines) => lines.toSpliced(2, 2, forged(lines[3] ?? "", '"sequence":4', '"sequence":3')),
    [
      [3, "does not continue"],
      [4, "sequence 5 where 4"],
    ],
  ],
  [
    "two leaves that changed places",
    LEAVES,
    ([a = "", b = "", c = "", ...rest]) => [a, c, b, ...rest],
    [
      [2, "sequence 3 where 2"],
      [3, "sequence 2 where 4"],
      [4, "sequence 4 where 3"],
    ],
  ],
  ["a leaf given twice", LEAVES, ([a = "", ...rest]) => [a, a, ...rest], [[2, "sequence 1 where 2"]]],
  [
    "a leaf that was dated back",
    LEAVES,
    (lines) => lines.map((line, n) => (n === 4 ? forged(line, '"time":17', '"time":16') : line)),
    [[5, "older than"]],
  ],
  [
    "a leaf of another process",
    LEAVES,
    (lines) => lines.map((line, n) => (n === 4 ? forged(line, '"process":"gateway"', '"process":"other"') : line)),
    [[5, "another process"]],
  ],
  ["a line that is none", LEAVES, (lines) => lines.toSpliced(5, 0, "hello"), [[6, "not a leaf"]]],
  [
    "a leaf without what makes it one",
    LEAVES,
    (lines) => lines.toSpliced(4, 1, forged(lines[4] ?? "", '"sequence":5', '"sequence":"5"')),
    [[5, "not a leaf"]],
  ],
  [
    "a payload that was edited",
    JOURNAL,
    (lines) => lines.map((line, n) => (n === 6 ? line.replace("request-4", "request-9") : line)),
    [[7, "not that of its leaf"]],
  ],
  [
    "two payloads that changed places",
    JOURNAL,
    ([a = "", b = "", c = "", ...rest]) => [c, b, a, ...rest],
    [
      [1, "not that of its leaf"],
      [3, "not that of its leaf"],
    ],
  ],
  ["a payload that was removed", JOURNAL, (lines) => lines.toSpliced(2, 1), [[3, "not that of its leaf"]]],
  [
    "a leaf that was removed from the journal",
    JOURNAL,
    (lines) => lines.toSpliced(3, 1),
    [
      [3, "has no leaf"],
      [5, "sequence 3 where 2"],
    ],
  ],
  [
    "a record that was removed from the journal",
    JOURNAL,
    (lines) => lines.toSpliced(2, 2),
    [[4, "sequence 3 where 2"]],
  ],
  [
    "two records that changed places in the journal",
    JOURNAL,
    ([a = "", b = "", c = "", d = "", ...rest]) => [c, d, a, b, ...rest],
    [
      [4, "sequence 1 where 3"],
      [6, "sequence 3 where 2"],
    ],
  ],
  [
    "a leaf of the journal that is not the one filed",
    JOURNAL,
    (lines) => lines.map((line, n) => (n === 3 ? forged(line, "TREAT", "HRESCH") : line)),
    [[4, "not the one that was filed"]],
  ],
  ["a journal's line that is none", JOURNAL, (lines) => [...lines, "hello"], [[11, "neither a payload nor a leaf"]]],
])("finds %s", async (_, file, edit, expected) => {
  change(file, edit);
  const broken = (await verifyAudit(directory)).broken.filter((fault) => fault.file === file);
  expect(broken.map(({ line }) => line)).toEqual(expected.map(([line]) => line));
  for (const [n, [, reason]] of expected.entries()) expect(broken[n]?.reason).toContain(reason);
});

test.each<[string, () => void]>([
  ["a journal that was purged", () => rmSync(join(directory, JOURNAL))],
  ["a payload without a leaf at the end", () => change(JOURNAL, (lines) => [...lines, lines[0] ?? ""])],
])("takes no offence at %s", async (_, happen) => {
  happen();
  expect(await verifyAudit(directory)).toMatchObject({ records: 5, heads: 0, broken: [], unfiled: [] });
});

test.each([2, 10])(
  "finds that the last %i lines of a journal were cut off, when their leaves were filed",
  async (count) => {
    change(JOURNAL, (lines) => lines.slice(0, -count));
    const { broken } = await verifyAudit(directory);
    expect(broken).toMatchObject([{ file: JOURNAL, reason: expect.stringContaining("end before leaf 5") }]);
  },
);

test("a line without its end is no line", async () => {
  for (const file of [LEAVES, JOURNAL]) appendFileSync(join(directory, file), '{"hash":"abc');
  expect(await verifyAudit(directory)).toMatchObject({ records: 5, heads: 0, broken: [], unfiled: [] });
});

test("names the journal whose leaves are not all filed, and counts them", async () => {
  change(LEAVES, (lines) => lines.slice(0, 3));
  expect(await verifyAudit(directory)).toMatchObject({ records: 5, broken: [], unfiled: [JOURNAL] });
});

test.each<[string, (lines: string[]) => readonly string[], readonly [number, string][]]>([
  ["was removed", (lines) => lines.toSpliced(6, 2), [[8, "sequence 5 where 4"]]],
  [
    "was edited",
    (lines) => lines.map((line, n) => (n === 7 ? line.replace("TREAT", "HRESCH") : line)),
    [[8, "it was changed"]],
  ],
  [
    "forks the chain",
    (lines) => lines.map((line, n) => (n === 7 ? forged(line, "TREAT", "HRESCH") : line)),
    [[10, "does not continue"]],
  ],
  ["was given twice", (lines) => [...lines, ...lines.slice(8)], [[12, "sequence 5 where 6"]]],
])("finds a record that is only in the journal and %s", async (_, edit, expected) => {
  change(LEAVES, (lines) => lines.slice(0, 3));
  change(JOURNAL, edit);
  const { broken, unfiled } = await verifyAudit(directory);
  expect(unfiled).toEqual([JOURNAL]);
  expect(broken).toEqual(
    expected.map(([line, reason]) => ({ file: JOURNAL, line, reason: expect.stringContaining(reason) })),
  );
});

test("leaves that were purged before they were filed are missed", async () => {
  change(LEAVES, (lines) => lines.slice(0, 1));
  change(JOURNAL, (lines) => lines.slice(6));
  expect((await verifyAudit(directory)).broken).toEqual([
    { file: JOURNAL, line: 2, reason: expect.stringContaining("sequence 4 where 2") },
  ]);
});
