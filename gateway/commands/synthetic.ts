/**
 * `npm run -s synthetic -- --children N --out DIR [--seed S] [--dirt RATE] [--today DATE] [--no-scenarios] [--force]`
 *
 * Writes source files of every kind for N synthetic children and `truth.csv`, which says whose each record is. Prints
 * one line of JSON: the children, and each file with its bytes. Exit 0 when all is written, 1 when a file could not be
 * written, 2 on misuse.
 */
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type GenerateOptions, generate } from "#mappers/synthetic/generate.ts";
import { REFERENCE_DATE } from "#mappers/synthetic/scenarios.ts";

const DEFAULT_SEED = "1";

const USAGE = `usage: npm run -s synthetic -- --children N --out DIR [options]

  --children N     how many children, besides the named ones
  --out DIR        where to write; made if it is not there
  --seed S         the same seed gives the same bytes (default ${DEFAULT_SEED})
  --dirt RATE      share of records with something wrong, 0 to 1 (default 0.05)
  --today DATE     ages are as on this day, YYYY-MM-DD (default ${REFERENCE_DATE})
  --no-scenarios   leave out the named children
  --force          write into a directory that is not empty, over files of the same names
`;

interface Task {
  readonly options: GenerateOptions;
  readonly directory: string;
  readonly isForced: boolean;
}

interface WrittenFile {
  readonly source: string;
  readonly name: string;
  readonly bytes: number;
}

function parseTask(args: readonly string[]): Task | string {
  let values: Readonly<Record<string, string | boolean | undefined>>;
  try {
    values = parseArgs({
      args: [...args],
      options: {
        children: { type: "string" },
        out: { type: "string" },
        seed: { type: "string", default: DEFAULT_SEED },
        dirt: { type: "string" },
        today: { type: "string", default: REFERENCE_DATE },
        "no-scenarios": { type: "boolean", default: false },
        force: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return error instanceof Error ? error.message : "arguments that cannot be read";
  }
  const { children, out, seed, dirt, today } = values;
  if (typeof children !== "string" || !/^[0-9]{1,7}$/.test(children)) return "--children: expected a whole number";
  if (typeof out !== "string" || out === "") return "--out: expected a directory";
  if (dirt !== undefined && (typeof dirt !== "string" || !/^[0-9]*\.?[0-9]+$/.test(dirt))) {
    return "--dirt: expected a number from 0 to 1";
  }
  return {
    directory: out,
    isForced: values.force === true,
    options: {
      children: Number(children),
      seed: typeof seed === "string" ? seed : DEFAULT_SEED,
      today: typeof today === "string" ? today : REFERENCE_DATE,
      scenarios: values["no-scenarios"] !== true,
      ...(dirt === undefined ? {} : { dirtRate: Number(dirt) }),
    },
  };
}

/** Under its name only when it is whole; `writeFile` takes the next chunk when the last one is written. */
async function writeWhole(path: string, chunks: Iterable<string>): Promise<number> {
  const part = `${path}.part`;
  try {
    await writeFile(part, chunks);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  return (await stat(path)).size;
}

async function write({ options, directory, isForced }: Task): Promise<readonly WrittenFile[] | string> {
  const files = generate(options);
  let next: ReturnType<typeof files.next>;
  try {
    next = files.next();
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
  await mkdir(directory, { recursive: true });
  if (!isForced && (await readdir(directory)).length > 0)
    return "--out: the directory is not empty; --force to write into it";
  const written: WrittenFile[] = [];
  for (; next.done !== true; next = files.next()) {
    const { source, name, chunks } = next.value;
    written.push({ source, name, bytes: await writeWhole(join(directory, name), chunks) });
  }
  return written;
}

async function run(args: readonly string[]): Promise<number> {
  const task = parseTask(args);
  if (typeof task === "string") return misuse(task);
  try {
    const files = await write(task);
    if (typeof files === "string") return misuse(files);
    process.stdout.write(`${JSON.stringify({ children: task.options.children, files })}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`cannot write: ${error instanceof Error ? error.message : "unknown reason"}\n`);
    return 1;
  }
}

function misuse(reason: string): number {
  process.stderr.write(`${reason}\n\n${USAGE}`);
  return 2;
}

process.exitCode = await run(process.argv.slice(2));
