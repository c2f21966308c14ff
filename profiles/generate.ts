/**
 * Writes `generated/`, and the snapshots of the StructureDefinitions, from the artefacts of this room and the FHIR R4
 * definitions.
 *
 * `node profiles/generate.ts` writes; with `--check` nothing is written, stale files are named and the exit code is 1.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { ROOM } from "./generator/artefacts.ts";
import { generate } from "./generator/generate.ts";

const DIRECTORY = "generated/";

function isFresh(path: string, text: string): boolean {
  const file = new URL(path, ROOM);
  if (!existsSync(file)) return false;
  const found = readFileSync(file, "utf8");
  // The formatter lays JSON out in its own way.
  return path.endsWith(".json") ? isDeepStrictEqual(JSON.parse(found), JSON.parse(text)) : found === text;
}

/** Paths below `profiles/` that differ from what would be written now, are missing, or should not be there. */
export function staleFiles(): readonly string[] {
  const expected = generate();
  const directory = new URL(DIRECTORY, ROOM);
  const found = existsSync(directory) ? readdirSync(directory).map((name) => `${DIRECTORY}${name}`) : [];
  const stale = [...expected].filter(([path, text]) => !isFresh(path, text)).map(([path]) => path);
  return [...stale, ...found.filter((path) => !expected.has(path))].sort();
}

function main(args: readonly string[]): number {
  if (args.includes("--check")) {
    const stale = staleFiles();
    for (const path of stale) process.stderr.write(`profiles/${path} is stale: run npm run generate\n`);
    return stale.length > 0 ? 1 : 0;
  }
  mkdirSync(new URL(DIRECTORY, ROOM), { recursive: true });
  for (const [path, text] of generate()) if (!isFresh(path, text)) writeFileSync(new URL(path, ROOM), text);
  return 0;
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));
