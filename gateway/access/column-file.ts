import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import type { CsvShape } from "#mappers/mapper.ts";
import { nearest } from "../outcome/nearest.ts";
import type { Register } from "./register.ts";
import type { RegisterProblem } from "./register-checks.ts";
import type { ColumnMap, RegisteredSource } from "./source.ts";

/** `columnsFile` of a source: the supplier's own column names, as table → their column → ours. */
const COLUMN_FILE = z.record(z.string(), z.record(z.string().min(1), z.string().min(1)));

type ParsedColumns =
  | { readonly ok: true; readonly columns: ColumnMap }
  | { readonly ok: false; readonly problems: readonly RegisterProblem[] };

/**
 * Reads the text of a `columnsFile` against the tables that its source has; every problem at once, each with its path, as
 * `CYP201CareContact.CCI`. Names of columns alone are in it and in its problems, never values.
 */
export function parseColumnFile(text: string, shapes: readonly CsvShape[]): ParsedColumns {
  const parsed = COLUMN_FILE.safeParse(parseJson(text));
  if (!parsed.success) {
    const message = 'expected JSON of the form { "table": { "the supplier\'s column": "ours" } }';
    return { ok: false, problems: [{ path: "", message }] };
  }
  const problems = Object.entries(parsed.data).flatMap(([table, columns]) => checkTable(table, columns, shapes));
  return problems.length > 0 ? { ok: false, problems } : { ok: true, columns: parsed.data };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function checkTable(
  table: string,
  columns: Readonly<Record<string, string>>,
  shapes: readonly CsvShape[],
): RegisterProblem[] {
  const shape = shapes.find(({ name }) => name === table);
  if (shape === undefined) {
    const names = shapes.map(({ name }) => name);
    return [{ path: table, message: `no table of this source${hint(nearest(table, names))}` }];
  }
  const known = [...shape.required, ...shape.optional];
  const targets = Object.values(columns);
  return Object.entries(columns).flatMap(([theirs, ours], index) => {
    const path = `${table}.${theirs}`;
    if (!known.includes(ours)) {
      return [{ path, message: `${ours} is no column of ${table}${hint(nearest(ours, known))}` }];
    }
    const first = targets.indexOf(ours);
    if (first !== index) {
      return [{ path, message: `${ours} is already what ${Object.keys(columns)[first]} stands for` }];
    }
    return [];
  });
}

function hint(meant: string | undefined): string {
  return meant === undefined ? "" : `; did you mean ${meant}?`;
}

interface ColumnFilePorts {
  /** Folder of REGISTER_FILE, from which the paths of column files count. */
  readonly folder: string;
  /** The tables, or the one shape, in which sources of this kind come as CSV; none where they do not. */
  shapesOf(kind: RegisteredSource["kind"]): Promise<readonly CsvShape[]>;
}

type WithColumns =
  | { readonly ok: true; readonly register: Register }
  | { readonly ok: false; readonly problems: readonly RegisterProblem[] };

/** The register with what the column files of its sources say. Each is read once, at start. */
export async function readColumnFiles(register: Register, { folder, shapesOf }: ColumnFilePorts): Promise<WithColumns> {
  const problems: RegisterProblem[] = [];
  const sources: RegisteredSource[] = [];
  for (const [index, source] of register.sources.entries()) {
    if (source.columnsFile === undefined) {
      sources.push(source);
      continue;
    }
    const path = `sources[${index}].columnsFile`;
    const shapes = await shapesOf(source.kind);
    const text = shapes.length === 0 ? undefined : await readText(resolve(folder, source.columnsFile));
    if (shapes.length === 0) problems.push({ path, message: `a source of kind ${source.kind} has no columns` });
    else if (text === undefined) problems.push({ path, message: `${source.columnsFile} cannot be read` });
    else {
      const parsed = parseColumnFile(text, shapes);
      if (parsed.ok) sources.push({ ...source, columns: parsed.columns });
      else problems.push(...parsed.problems.map((problem) => within(path, problem)));
    }
  }
  if (problems.length > 0) return { ok: false, problems };
  const byName = new Map(sources.map((source) => [source.source, source]));
  return { ok: true, register: Object.freeze({ ...register, sources, source: (name: string) => byName.get(name) }) };
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch {
    return undefined;
  }
}

function within(path: string, problem: RegisterProblem): RegisterProblem {
  return { path: problem.path === "" ? path : `${path} ${problem.path}`, message: problem.message };
}
