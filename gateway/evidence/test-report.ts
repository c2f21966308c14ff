import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { z } from "zod";
import { CHANNELS } from "../leaks/channels.ts";
import { HAZARDS } from "./hazard-log.ts";
import type { EvidenceSection, EvidenceTable } from "./section.ts";

/** Folders and files of tests that hold what is disclosed; those of hazards and channels come on top. */
const DISCLOSURE_TESTS = [
  "gateway/disclosure",
  "gateway/leaks",
  "gateway/oversight",
  "gateway/evidence/hazard-log.test.ts",
];

const REPORT = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(z.object({ title: z.string(), fullName: z.string(), status: z.string() })),
    }),
  ),
});

/** What one run found. */
export interface TestRun {
  readonly ranAt: string;
  /** File below the project's root, full name, status. */
  readonly tests: readonly (readonly [file: string, name: string, status: string])[];
}

/** The files that are run, or named where they are not. */
export function testFiles(): readonly string[] {
  const traced = [
    ...HAZARDS.flatMap(({ tests }) => tests.map(([file]) => file)),
    ...CHANNELS.flatMap(({ tests }) => tests.map(([file]) => fileOf(file))),
  ];
  const covered = (file: string) => DISCLOSURE_TESTS.some((one) => file === one || file.startsWith(`${one}/`));
  return [...DISCLOSURE_TESTS, ...[...new Set(traced)].filter((file) => !covered(file)).toSorted()];
}

/**
 * Runs tests of this project by their own runner.
 *
 * @param root the project's folder
 * @returns `undefined` where they cannot be run, as in an installation without what develops it
 */
export async function runTests(
  root: string,
  files: readonly string[],
  progress: (line: string) => void,
): Promise<TestRun | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "evidence-tests-"));
  const report = join(folder, "report.json");
  try {
    const given = ["node_modules/vitest/vitest.mjs", "run", ...files, "--reporter=json", `--outputFile=${report}`];
    progress(`Running the tests of ${files.length} files and folders; this takes some minutes.\n`);
    const runner = spawn(process.execPath, given, { cwd: root, stdio: "ignore" });
    await new Promise((resolve) => runner.on("error", resolve).on("exit", resolve));
    const text = await readFile(report, "utf8").catch(() => undefined);
    if (text === undefined) return undefined;
    const { testResults } = REPORT.parse(JSON.parse(text));
    return {
      ranAt: new Date().toISOString(),
      tests: testResults.flatMap(({ name, assertionResults }) =>
        assertionResults.map(({ fullName, status }) => [name.replace(`${root}/`, ""), fullName, status] as const),
      ),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The leak channels and what holds each closed, with the result of the tests where they were run. */
export function testSection(run: TestRun | undefined): EvidenceSection {
  const text =
    run === undefined
      ? "The tests named here were not run for this evidence; --with-tests runs them."
      : `${run.tests.length} tests were run for this evidence, ending at ${run.ranAt}; ${run.tests.filter(([, , status]) => status !== "passed").length} did not pass.`;
  return {
    id: "tests",
    title: "Test report and leak report",
    text: [
      text,
      "A channel is a way in which an answer could tell of what is hidden. Each has tests of its own, named by file and title or its beginning; a test of this product fails when one is no more.",
    ],
    tables: [hazardTable(run), channelTable(run), ...(run === undefined ? [notRun()] : [failures(run), passes(run)])],
  };
}

function hazardTable(run: TestRun | undefined): EvidenceTable {
  return {
    id: "hazard-tests",
    title: "Hazards and the tests of their controls",
    head: ["Hazard", "Name", "File", "Test", "Result"],
    rows: HAZARDS.flatMap(({ id, name, tests }) =>
      tests.map(([file, title]) => [id, name, file, title, resultOf(run, file, title)]),
    ),
  };
}

function channelTable(run: TestRun | undefined): EvidenceTable {
  return {
    id: "leak-channels",
    title: "Leak channels",
    head: ["Number", "Channel", "File", "Test", "Result"],
    rows: CHANNELS.flatMap(({ number, name, tests }) =>
      tests.map(([file, title]) => {
        const path = fileOf(file);
        return [String(number), name, path, title, resultOf(run, path, title)];
      }),
    ),
  };
}

/** Channels name files from the gateway's folder on. */
function fileOf(file: string): string {
  return normalize(`gateway/${file}`);
}

/** A title with places for values is known by the longest part that is always the same. */
function resultOf(run: TestRun | undefined, file: string, title: string): string {
  if (run === undefined) return "not run";
  const [part = ""] = title.split(/%[a-z#]|\$\w+/).toSorted((one, other) => other.length - one.length);
  const found = run.tests.filter(([path, name]) => path === file && name.includes(part));
  if (found.length === 0) return "not found in the run";
  const failed = found.filter(([, , status]) => status !== "passed").length;
  return failed === 0 ? `passed (${found.length})` : `${failed} of ${found.length} did not pass`;
}

function notRun(): EvidenceTable {
  return {
    id: "tests-not-run",
    title: "Tests that were not run",
    head: ["Tests"],
    rows: testFiles().map((file) => [file]),
  };
}

function failures({ tests }: TestRun): EvidenceTable {
  const rows = tests.filter(([, , status]) => status !== "passed");
  return { id: "tests-not-passed", title: "Tests that did not pass", head: ["File", "Test", "Result"], rows };
}

function passes({ tests }: TestRun): EvidenceTable {
  return {
    id: "tests",
    title: "All tests of the run",
    head: ["File", "Test", "Result"],
    rows: tests,
    isOnlyData: true,
  };
}
