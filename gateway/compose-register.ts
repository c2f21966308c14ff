import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { checkProduction, type ParsedRegister, parseRegisterText, type Register } from "./access/register.ts";
import { type Config, ConfigError } from "./config.ts";
import { demonstrationThumbprints } from "./demonstration/keys.ts";
import type { SourceFacts } from "./disclosure/visibility.ts";
import { DATA_CLASSES, mapperOf, shapesOf } from "./ingest/mappers.ts";
import { pdsSourceFacts } from "./pds/register-source.ts";

/** The register of REGISTER_FILE, or the demonstration's own. Throws a ConfigError for what the operator can mend. */
export async function loadRegister(config: Config): Promise<Register> {
  if (config.registerFile === undefined) {
    const { ensureDemonstrationRegister } = await import("./demonstration/ensure-register.ts");
    return ensureDemonstrationRegister(config.dataDir, { traces: config.pds !== undefined });
  }
  const parsed = await withColumns(parseRegisterText(await readRegister(config.registerFile)), config.registerFile);
  const problems = await registerProblems(parsed, config);
  if (!parsed.ok || problems.length > 0) {
    throw new ConfigError(problems.map(({ path, message }) => `REGISTER_FILE: ${path}: ${message}`));
  }
  return parsed.register;
}

async function withColumns(parsed: ParsedRegister, registerFile: string): Promise<ParsedRegister> {
  if (!parsed.ok || parsed.register.sources.every(({ columnsFile }) => columnsFile === undefined)) return parsed;
  const { readColumnFiles } = await import("./access/column-file.ts");
  return readColumnFiles(parsed.register, {
    folder: dirname(registerFile),
    shapesOf: async (kind) => shapesOf(await mapperOf(kind)),
  });
}

async function readRegister(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch {
    throw new ConfigError([`REGISTER_FILE: ${file} cannot be read`]);
  }
}

async function registerProblems(parsed: ParsedRegister, { mode, dataDir }: Config) {
  if (!parsed.ok) return parsed.problems;
  return mode === "production" ? checkProduction(parsed.register, await demonstrationThumbprints(dataDir)) : [];
}

/** What disclosure must know of every registered source, by name. */
export function toSourceFacts(register: Register): ReadonlyMap<string, SourceFacts> {
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
