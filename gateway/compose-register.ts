import { readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { ODS_ORGANIZATION, ODS_SITE } from "#profiles/systems.ts";
import { createLivingMap } from "./access/living-map.ts";
import { NO_ODS, type OdsExcerpt } from "./access/organization-ancestry.ts";
import { checkProduction, type ParsedRegister, parseRegister, type Register } from "./access/register.ts";
import type { RegisterProblem } from "./access/register-checks.ts";
import { digestRegister, type RegisterDigest } from "./access/register-digest.ts";
import { REGISTER_FILE } from "./access/register-file.ts";
import { hasRepeatedMember } from "./access/unique-json.ts";
import { type Config, ConfigError } from "./config.ts";
import { demonstrationThumbprints } from "./demonstration/keys.ts";
import type { SourceFacts } from "./disclosure/visibility.ts";
import { DATA_CLASSES, mapperOf, shapesOf } from "./ingest/mappers.ts";
import { LIMITS } from "./limits.ts";
import { pdsSourceFacts } from "./pds/register-source.ts";

/** A register as it was read, and from which files. */
export interface ReadRegister {
  readonly register: Register;
  readonly digest: RegisterDigest;
  /** Absolute paths; a change of any of them is a change of the register. */
  readonly files: readonly string[];
}

export type RegisterRead =
  | (ReadRegister & { readonly ok: true })
  /** Each as `REGISTER_FILE: path: what to do`. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads all that makes the register, again and again; whoever holds it keeps what need not be read anew. */
export type RegisterReader = () => Promise<RegisterRead>;

/** The register of REGISTER_FILE, or the demonstration's own. Throws a ConfigError for what the operator can mend. */
export async function loadRegister(
  config: Config,
): Promise<{ readonly read: RegisterReader; readonly first: ReadRegister }> {
  const read = createRegisterReader(config);
  const first = await read();
  if (!first.ok) throw new ConfigError(first.problems);
  return { read, first };
}

function createRegisterReader(config: Config): RegisterReader {
  const { registerFile } = config;
  if (registerFile === undefined) {
    return async () => {
      const { ensureDemonstrationRegister } = await import("./demonstration/ensure-register.ts");
      const register = await ensureDemonstrationRegister(config.dataDir, { traces: config.pds !== undefined });
      return { ok: true, register, digest: new Map(), files: [] };
    };
  }
  const readOds = createOdsReader(config.odsFile);
  return async () => {
    const json = await readJson(registerFile);
    if (json.problem !== undefined) return toProblems([json.problem]);
    const ods = await readOds(json.value);
    if ("problem" in ods) return { ok: false, problems: [ods.problem] };
    const parsed = await withColumns(parseRegister(json.value, ods.excerpt), registerFile);
    const problems = await registerProblems(parsed, config);
    if (!parsed.ok || problems.length > 0) return toProblems(problems);
    const { register } = parsed;
    const columns = register.sources.map(({ source, columns }): [string, unknown] => [`columns/${source}`, columns]);
    const more = Object.fromEntries(columns.filter(([, told]) => told !== undefined));
    const excerpt = { parents: [...ods.excerpt.parents], predecessors: [...ods.excerpt.predecessors] };
    return {
      ok: true,
      register,
      digest: digestRegister(json.value, config.odsFile === undefined ? more : { ...more, ods: excerpt }),
      files: [
        registerFile,
        ...(config.odsFile === undefined ? [] : [config.odsFile]),
        ...register.sources.flatMap(({ columnsFile }) =>
          columnsFile === undefined ? [] : [resolve(dirname(registerFile), columnsFile)],
        ),
      ],
    };
  };
}

function toProblems(problems: readonly RegisterProblem[]): RegisterRead {
  return { ok: false, problems: problems.map(({ path, message }) => `REGISTER_FILE: ${path}: ${message}`) };
}

/** The parser's own text quotes the file, which is no place for an error message to quote from. */
async function readJson(
  file: string,
): Promise<{ readonly value: unknown; readonly problem?: never } | { readonly problem: RegisterProblem }> {
  const problem = (message: string) => ({ problem: { path: file, message } });
  // What is no file may never end.
  const state = await stat(file).catch(() => undefined);
  if (state?.isFile() !== true) return problem("cannot be read");
  if (state.size > LIMITS.register_bytes_max) return problem(`larger than ${LIMITS.register_bytes_max} bytes`);
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return problem("cannot be read");
  try {
    const value: unknown = JSON.parse(text);
    // Of a member that stands twice somebody who checks the file may see the one that does not hold.
    return hasRepeatedMember(text) ? problem("names a member of an object twice") : { value };
  } catch {
    return problem("not JSON");
  }
}

/** The national file is long: it is gone through again only when it or the organisations asked for are others. */
function createOdsReader(odsFile: string | undefined) {
  let known: { readonly name: string; readonly excerpt: OdsExcerpt } | undefined;
  return async (json: unknown): Promise<{ readonly excerpt: OdsExcerpt } | { readonly problem: string }> => {
    const file = REGISTER_FILE.safeParse(json);
    // What is wrong with the register is told by whoever parses it next.
    if (odsFile === undefined || !file.success) return { excerpt: NO_ODS };
    const { organizations, ods } = file.data;
    const named = organizations.flatMap(({ system, value, partOf, formerly }) => [
      { system, value },
      ...partOf,
      ...formerly,
    ]);
    const codes = named.flatMap(({ system, value }) =>
      system === ODS_ORGANIZATION || system === ODS_SITE ? [value.toUpperCase()] : [],
    );
    const state = await stat(odsFile).catch(() => undefined);
    if (state === undefined) return { problem: `ODS_FILE: ${odsFile} cannot be read` };
    const name = JSON.stringify([state.mtimeMs, state.size, state.ino, ods, codes.toSorted()]);
    if (known?.name === name) return known;
    const { ODS_COLUMNS, readOdsFile } = await import("./access/ods-file.ts");
    const read = await readOdsFile(odsFile, ods ?? ODS_COLUMNS, codes);
    if (!read.ok) return { problem: `ODS_FILE: ${read.problem}` };
    known = { name, excerpt: read.excerpt };
    return known;
  };
}

async function withColumns(parsed: ParsedRegister, registerFile: string): Promise<ParsedRegister> {
  if (!parsed.ok || parsed.register.sources.every(({ columnsFile }) => columnsFile === undefined)) return parsed;
  const { readColumnFiles } = await import("./access/column-file.ts");
  return readColumnFiles(parsed.register, {
    folder: dirname(registerFile),
    shapesOf: async (kind) => shapesOf(await mapperOf(kind)),
  });
}

async function registerProblems(parsed: ParsedRegister, { mode, dataDir }: Config) {
  if (!parsed.ok) return parsed.problems;
  return mode === "production" ? checkProduction(parsed.register, await demonstrationThumbprints(dataDir)) : [];
}

/** What disclosure must know of every registered source, by name, as of now. */
export function toSourceFacts(register: Register): ReadonlyMap<string, SourceFacts> {
  return createLivingMap(
    () => register.version,
    () => compileSourceFacts(register),
  );
}

function compileSourceFacts(register: Register): ReadonlyMap<string, SourceFacts> {
  const sent = register.sources.map(({ source, authority, kind }) => ({
    source,
    authority,
    dataClass: DATA_CLASSES[kind],
  }));
  const written = register.writtenSources.map(({ source, authority, dataClass }) => ({
    source,
    authority,
    dataClass,
    isWritten: true,
  }));
  return new Map(
    [...sent, ...written, ...pdsSourceFacts(register.sources)].map((facts): [string, SourceFacts] => [
      facts.source,
      facts,
    ]),
  );
}
