import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createVitest, type Vitest } from "vitest/node";
import { EQUIVALENT_MUTATIONS } from "./equivalent-mutations.ts";
import { type Mutation, mutationsOf } from "./mutations.ts";

/**
 * `npm run -s mutate`: makes each decision of the disclosure engine wrong in turn, and runs the unit tests of the room.
 * A mutation that no test notices survives, and is told with its place; exit 1 when any does.
 */

const ROOT = join(import.meta.dirname, "..", "..");
const ROOMS = ["gateway/disclosure", "gateway/disclosure/labels"];
const ALONE = ["gateway/interactions/guard.ts"];
const TESTS = ["gateway/disclosure/"];
/** Data, contracts and what is only told of a decision. */
const LEFT_OUT = /(\.test|\.fixtures|-lists|label-list|explanation|disclosure-decision)\.ts$|\/lists\.ts$/;

async function filesToMutate(wanted: readonly string[]): Promise<readonly string[]> {
  const rooms = await Promise.all(
    ROOMS.map(async (room) => (await readdir(join(ROOT, room))).map((name) => join(room, name))),
  );
  const files = [...rooms.flat(), ...ALONE].filter((file) => file.endsWith(".ts") && !LEFT_OUT.test(file));
  return wanted.length === 0 ? files : files.filter((file) => wanted.some((part) => file.includes(part)));
}

/** A copy of the rooms in which files may be made wrong. */
async function copyHouse(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), "mutate-"));
  for (const name of ["gateway", "mappers", "profiles", "package.json", "vitest.config.ts", "tsconfig.json"]) {
    await cp(join(ROOT, name), join(copy, name), { recursive: true, filter: (path) => !path.includes("node_modules") });
  }
  await symlink(join(ROOT, "node_modules"), join(copy, "node_modules"));
  return copy;
}

function startTests(root: string): Promise<Vitest> {
  const include = [...TESTS.map((path) => `${path}**/*.test.ts`), "gateway/interactions/guard.test.ts"];
  // A mutation may make a loop without an end.
  const bounds = { bail: 1, testTimeout: 5_000, maxWorkers: 1, isolate: false };
  return createVitest("test", { root, watch: false, reporters: [{}], include, ...bounds });
}

async function passes(vitest: Vitest, file?: string): Promise<boolean> {
  if (file !== undefined) vitest.invalidateFile(file);
  const tests = await vitest.globTestSpecifications();
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(tests, true);
  return unhandledErrors.length === 0 && testModules.length > 0 && testModules.every((module) => module.ok());
}

function isEquivalent(file: string, { what }: Mutation, mutatedLine: string): boolean {
  return EQUIVALENT_MUTATIONS.some(
    (known) => known.file === file && known.what === what && mutatedLine.includes(known.line),
  );
}

interface Count {
  made: number;
  equivalent: number;
  readonly survivors: string[];
}

async function mutateFile(
  file: string,
  { copy, vitest }: { copy: string; vitest: Vitest },
  count: Count,
): Promise<void> {
  const path = join(copy, file);
  const text = await readFile(path, "utf8");
  for (const mutation of mutationsOf(text)) {
    count.made += 1;
    const line = text.split("\n")[mutation.line - 1]?.trim() ?? "";
    if (isEquivalent(file, mutation, line)) {
      count.equivalent += 1;
      continue;
    }
    await writeFile(path, text.slice(0, mutation.start) + mutation.replacement + text.slice(mutation.end));
    if (!(await passes(vitest, path))) continue;
    const survivor = `${file}:${mutation.line}: ${mutation.what}: ${line}`;
    count.survivors.push(survivor);
    process.stdout.write(`${survivor}\n`);
  }
  await writeFile(path, text);
  vitest.invalidateFile(path);
}

/** Names of files, or parts of them, as arguments; all without any. */
async function run(): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const copy = await copyHouse();
  const vitest = await startTests(copy);
  try {
    if (!(await passes(vitest))) throw new Error("the tests fail as it is");
    const count: Count = { made: 0, equivalent: 0, survivors: [] };
    for (const file of await filesToMutate(positionals)) await mutateFile(file, { copy, vitest }, count);
    const { made, equivalent, survivors } = count;
    process.stdout.write(`${made} mutations, ${equivalent} of them equivalent, ${survivors.length} survived\n`);
    process.exitCode = survivors.length === 0 ? 0 : 1;
  } finally {
    await vitest.close();
    await rm(copy, { recursive: true });
  }
}

await run();
