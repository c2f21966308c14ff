import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createVitest, type TestModule, type Vitest } from "vitest/node";
import { EQUIVALENT_MUTATIONS } from "./equivalent-mutations.ts";
import { type Mutation, mutationsOf } from "./mutations.ts";
import { toSwitchable } from "./switchable.ts";

/**
 * `npm run -s mutate`: makes each decision on what is disclosed wrong in turn, and asks the unit tests of it. A
 * file is loaded once with all its mutations in it, of which one at a time is switched on; those that are made when it is
 * loaded get a run of their own. One that no test notices survives, and is told with its place; exit 1 when any does.
 */

const ROOT = join(import.meta.dirname, "..", "..");
const ROOMS = ["gateway/disclosure", "gateway/disclosure/labels"];
const ALONE = [
  "guard.ts",
  "guard-body.ts",
  "guard-labels.ts",
  "record-reader-view.ts",
  "record-reader-candidate.ts",
  "record-reader-links.ts",
  "record-reader-patient.ts",
  "record-reader-labels.ts",
  "record-reader-places.ts",
  "record-reader-services.ts",
  "scope-sight.ts",
  "pupil-numbers.ts",
].map((name) => `gateway/interactions/${name}`);
/** What is the same of all that is decided alike. */
const ALIKE = "gateway/search/likeness.ts";
const TESTS = [
  "gateway/disclosure/**/*.test.ts",
  "gateway/interactions/guard*.test.ts",
  "gateway/interactions/record-reader*.test.ts",
  "gateway/interactions/scope-sight.test.ts",
  "gateway/interactions/pupil-numbers.test.ts",
];
/** Tests of many generated cases: asked last, of what no other notices. */
const SLOW = /(-properties|record-reader-labels|record-reader-likeness)\.test\.ts$/;
/** Data, contracts and what is only told of a decision. */
const LEFT_OUT = /(\.test|\.fixtures|-lists|label-list|explanation|disclosure-decision)\.ts$|\/lists\.ts$/;

async function filesToMutate(wanted: readonly string[]): Promise<readonly string[]> {
  const rooms = await Promise.all(
    ROOMS.map(async (room) => (await readdir(join(ROOT, room))).map((name) => join(room, name))),
  );
  const files = [...rooms.flat(), ...ALONE, ALIKE].filter((file) => file.endsWith(".ts") && !LEFT_OUT.test(file));
  return wanted.length === 0 ? files : files.filter((file) => wanted.some((part) => file.includes(part)));
}

/** What the file under test is to be read as, instead of as it stands. */
interface Loaded {
  path: string;
  text: string;
}

function startTests(loaded: Loaded): Promise<Vitest> {
  const setupFiles = [join(import.meta.dirname, "mutated-tests.ts")];
  // A cache of what was loaded would keep the mutations.
  const bounds = { maxWorkers: 1, isolate: false, testTimeout: 600_000, fsModuleCache: false };
  const transform = (_: string, id: string) => (id === loaded.path ? { code: loaded.text, map: null } : undefined);
  return createVitest(
    "test",
    { root: ROOT, watch: false, reporters: [{}], include: TESTS, setupFiles, ...bounds },
    { plugins: [{ name: "mutations", enforce: "pre", transform }] },
  );
}

class Mutator {
  readonly #loaded: Loaded;
  readonly #vitest: Vitest;
  #run = 0;

  private constructor(loaded: Loaded, vitest: Vitest) {
    this.#loaded = loaded;
    this.#vitest = vitest;
  }

  static async start(): Promise<Mutator> {
    const loaded = { path: "", text: "" };
    return new Mutator(loaded, await startTests(loaded));
  }

  close(): Promise<void> {
    return this.#vitest.close();
  }

  /** Numbers of the mutations that no test notices. */
  async survivorsOf(file: string, text: string, mutations: readonly Mutation[]): Promise<readonly number[]> {
    const all = mutations.map((mutation, number) => ({ ...mutation, number }));
    const switched = all.filter(({ isFixed }) => !isFixed);
    const left = new Set(switched.map(({ number }) => number));
    const fixed = new Set(all.flatMap(({ isFixed, number }) => (isFixed ? [number] : [])));
    const noticed = new Map<string, number>();
    this.#load(file, toSwitchable(text, switched));
    for (const isLast of [false, true]) {
      if (left.size === 0) continue;
      const modules = await this.#test((moduleId) => SLOW.test(moduleId) === isLast, [...left]);
      if (!modules.every((module) => module.ok())) throw new Error(`the tests fail as it is: ${file}`);
      for (const { moduleId, children } of modules) {
        const told = [...children.allTests()].map((test) => test.meta());
        const numbers = told.flatMap(({ noticed: some = [] }) => some);
        for (const number of numbers) left.delete(number);
        noticed.set(moduleId, numbers.length);
        for (const number of told.flatMap(({ loaded = [] }) => loaded)) if (left.has(number)) fixed.add(number);
      }
    }
    const [first = ""] = [...noticed].sort(([, one], [, other]) => other - one).map(([moduleId]) => moduleId);
    for (const number of fixed) {
      const { start, end, replacement } = all[number] ?? { start: 0, end: 0, replacement: "" };
      this.#load(file, text.slice(0, start) + replacement + text.slice(end));
      if (await this.#passes(first)) left.add(number);
      else left.delete(number);
    }
    this.#load("", "");
    return [...left];
  }

  #load(file: string, text: string): void {
    this.#vitest.invalidateFile(this.#loaded.path);
    this.#loaded.path = join(ROOT, file);
    this.#loaded.text = text;
    this.#vitest.invalidateFile(this.#loaded.path);
  }

  /** `first`: the test file that notices most. */
  async #passes(first: string): Promise<boolean> {
    const parts = [
      (moduleId: string) => moduleId === first,
      (moduleId: string) => moduleId !== first && !SLOW.test(moduleId),
      (moduleId: string) => moduleId !== first && SLOW.test(moduleId),
    ];
    for (const part of parts) {
      const modules = await this.#test(part, []);
      if (!modules.every((module) => module.ok())) return false;
    }
    return true;
  }

  async #test(isAsked: (moduleId: string) => boolean, left: readonly number[]): Promise<readonly TestModule[]> {
    this.#run += 1;
    this.#vitest.provide("mutations", { run: this.#run, left });
    const tests = (await this.#vitest.globTestSpecifications()).filter(({ moduleId }) => isAsked(moduleId));
    const { testModules, unhandledErrors } = await this.#vitest.runTestSpecifications(tests, true);
    if (unhandledErrors.length > 0) throw new Error("the tests do not run");
    return testModules;
  }
}

function isEquivalent(file: string, { what }: Mutation, mutatedLine: string): boolean {
  return EQUIVALENT_MUTATIONS.some(
    (known) => known.file === file && known.what === what && mutatedLine.includes(known.line),
  );
}

interface Count {
  made: number;
  equivalent: number;
  survived: number;
}

async function mutateFile(file: string, mutator: Mutator, count: Count): Promise<void> {
  const text = await readFile(join(ROOT, file), "utf8");
  const lines = text.split("\n");
  const lineOf = ({ line }: Mutation): string => lines[line - 1]?.trim() ?? "";
  const made = mutationsOf(text);
  const mutations = made.filter((mutation) => !isEquivalent(file, mutation, lineOf(mutation)));
  const survivors = await mutator.survivorsOf(file, text, mutations);
  count.made += made.length;
  count.equivalent += made.length - mutations.length;
  count.survived += survivors.length;
  for (const mutation of survivors.flatMap((number) => mutations[number] ?? [])) {
    process.stdout.write(`${file}:${mutation.line}: ${mutation.what}: ${lineOf(mutation)}\n`);
  }
}

/** Names of files, or parts of them, as arguments; all without any. */
async function run(): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const mutator = await Mutator.start();
  try {
    const count: Count = { made: 0, equivalent: 0, survived: 0 };
    for (const file of await filesToMutate(positionals)) await mutateFile(file, mutator, count);
    const { made, equivalent, survived } = count;
    process.stdout.write(`${made} mutations, ${equivalent} of them equivalent, ${survived} survived\n`);
    process.exitCode = survived === 0 ? 0 : 1;
  } finally {
    await mutator.close();
  }
}

await run();
