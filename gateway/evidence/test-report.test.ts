import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runTests, testFiles, testSection } from "./test-report.ts";

const ROOT = join(import.meta.dirname, "../..");
const FILE = "gateway/evidence/suppression.test.ts";

test("every file and folder that would be run is there, each once", () => {
  const files = testFiles();
  expect(new Set(files).size).toBe(files.length);
  for (const file of files) expect(existsSync(join(ROOT, file)), file).toBe(true);
});

test("without a run every channel and hazard says so, and the tests are named", () => {
  const { text, tables } = testSection(undefined);
  expect(text[0]).toContain("were not run");
  for (const id of ["hazard-tests", "leak-channels"]) {
    const rows = tables.find((table) => table.id === id)?.rows ?? [];
    expect(new Set(rows.map((row) => row.at(-1))), id).toEqual(new Set(["not run"]));
  }
  expect(new Set(tables.find(({ id }) => id === "leak-channels")?.rows.map(([number]) => number)).size).toBe(60);
});

test("a run is this project's own, and tells what each test found", async () => {
  const progress: string[] = [];
  const run = await runTests(ROOT, [FILE], (line) => progress.push(line));
  expect(progress.length).toBe(1);
  expect(run?.tests).toContainEqual([FILE, "a share is one of what is shown", "passed"]);
  const { text, tables } = testSection(run);
  expect(text[0]).toMatch(/^\d+ tests were run for this evidence, ending at .*; 0 did not pass\.$/);
  expect(tables.find(({ id }) => id === "tests")?.rows).toHaveLength(run?.tests.length ?? 0);
  // What was not among them is not said to have passed.
  expect(tables.find(({ id }) => id === "leak-channels")?.rows[0]?.at(-1)).toBe("not found in the run");
});

test("what did not pass is told by hazard, channel and name", () => {
  const [file, title] = ["gateway/leaks/searches.test.ts", "no count and no total holds what is hidden"];
  const { text, tables } = testSection({
    ranAt: "2026-01-01T00:00:00Z",
    tests: [[file, `a search ${title}`, "failed"]],
  });
  expect(text[0]).toContain("1 did not pass");
  expect(
    tables
      .find(({ id }) => id === "leak-channels")
      ?.rows.find((row) => row[3] === title)
      ?.at(-1),
  ).toBe("1 of 1 did not pass");
  expect(tables.find(({ id }) => id === "tests-not-passed")?.rows).toEqual([[file, `a search ${title}`, "failed"]]);
});

test("where nothing can be run nothing is said to have been", async () => {
  expect(await runTests("/", [FILE], () => undefined)).toBeUndefined();
});
