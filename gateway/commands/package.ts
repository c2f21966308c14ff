import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { create } from "tar";
import { PACKAGE_ID, RELEASE } from "#profiles/release.ts";
import { packageFiles } from "./package-files.ts";
import type { CommandResult } from "./token.ts";

const USAGE = `Usage: npm run package -- [--out DIRECTORY]

Writes the FHIR package of this release, ${PACKAGE_ID}-${RELEASE.version}.tgz, to the directory (dist/ without one), and
prints its path. The same release makes the same bytes.
`;

export async function runPackage(given: readonly string[]): Promise<CommandResult> {
  let out: string;
  try {
    const { values } = parseArgs({ args: [...given], options: { out: { type: "string", default: "dist" } } });
    out = values.out;
  } catch (error) {
    return { exit: 2, out: "", error: `${error instanceof Error ? error.message : "Wrong arguments"}\n\n${USAGE}` };
  }
  return { exit: 0, out: `${await writePackage(out)}\n`, error: "" };
}

/** Lays the files out and packs them in their order, with times and owners that no machine and no day change. */
async function writePackage(out: string): Promise<string> {
  const files = packageFiles();
  const file = join(out, `${PACKAGE_ID}-${RELEASE.version}.tgz`);
  const workplace = await mkdtemp(join(tmpdir(), "fhir-package-"));
  try {
    for (const [path, text] of files) {
      await mkdir(dirname(join(workplace, path)), { recursive: true });
      await writeFile(join(workplace, path), text);
      await chmod(join(workplace, path), 0o644);
    }
    await mkdir(out, { recursive: true });
    const mtime = new Date(`${RELEASE.date}T00:00:00Z`);
    await create({ cwd: workplace, file, gzip: { level: 9 }, portable: true, mtime }, [...files.keys()]);
  } finally {
    await rm(workplace, { recursive: true });
  }
  return file;
}

if (import.meta.main) {
  const { exit, out, error } = await runPackage(process.argv.slice(2));
  process.stdout.write(out);
  process.stderr.write(error);
  process.exitCode = exit;
}
