/**
 * Writes `generated/` from the artefacts of this room and the FHIR R4 definitions.
 *
 * `node profiles/generate.ts` writes; with `--check` nothing is written, stale files are named and the exit code is 1.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { ROOM } from "./generator/artefacts.ts";
import { generate } from "./generator/generate.ts";

const DIRECTORY = new URL("generated/", ROOM);

/** Names of files under `generated/` that differ from what would be written now, are missing, or should not be there. */
export function staleFiles(): readonly string[] {
  const expected = generate();
  const found = existsSync(DIRECTORY) ? readdirSync(DIRECTORY) : [];
  const changed = [...expected]
    .filter(([name, text]) => !found.includes(name) || readFileSync(new URL(name, DIRECTORY), "utf8") !== text)
    .map(([name]) => name);
  return [...changed, ...found.filter((name) => !expected.has(name))].sort();
}

function main(args: readonly string[]): number {
  if (args.includes("--check")) {
    const stale = staleFiles();
    for (const name of stale) process.stderr.write(`profiles/generated/${name} is stale: run npm run generate\n`);
    return stale.length > 0 ? 1 : 0;
  }
  mkdirSync(DIRECTORY, { recursive: true });
  for (const [name, text] of generate()) writeFileSync(new URL(name, DIRECTORY), text);
  return 0;
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));
