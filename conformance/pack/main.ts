import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { rolldown } from "rolldown";
import { create } from "tar";
import { parseJson, text } from "../json.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const REPOSITORY = join(HERE, "..", "..");
const NAME = "early-years-fhir-conformance";
const FILE = "conformance.mjs";
/** Fixed, so that the same sources make the same package. */
const MODIFIED = new Date("2026-01-01T00:00:00Z");

/** Packs the kit with all it needs into one npm package that needs nothing but Node; answers with its path. */
export async function packKit(directory: string): Promise<string> {
  const project = parseJson(await readFile(join(REPOSITORY, "package.json"), "utf8"));
  const version = text(project, "version") ?? "0.0.0";
  const work = await mkdtemp(join(tmpdir(), "pack-"));
  try {
    const content = join(work, "package");
    await mkdir(content);
    await bundle(join(content, FILE));
    await writeFile(join(content, "package.json"), `${JSON.stringify(manifest(version, project), null, 2)}\n`);
    for (const [from, to] of FILES) await writeFile(join(content, to), await readFile(join(REPOSITORY, from)));
    await mkdir(directory, { recursive: true });
    const file = resolve(directory, `${NAME}-${version}.tgz`);
    const portable = { gzip: true, portable: true, mtime: MODIFIED };
    await create({ ...portable, file, cwd: work }, ["package"]);
    return file;
  } finally {
    await rm(work, { recursive: true });
  }
}

const FILES: readonly (readonly [from: string, to: string])[] = [
  ["LICENSE", "LICENSE"],
  ["conformance/README.md", "README.md"],
  ["conformance/reports/results.schema.json", "results.schema.json"],
];

async function bundle(file: string): Promise<void> {
  const build = await rolldown({ input: join(HERE, "..", "main.ts"), platform: "node", logLevel: "warn" });
  await build.write({ file, format: "esm", minify: true });
  await build.close();
}

function manifest(version: string, project: unknown) {
  return {
    name: NAME,
    version,
    description: "FHIR R4 conformance of any server, by HTTP alone",
    license: text(project, "license"),
    type: "module",
    bin: { [NAME]: FILE },
    engines: { node: ">=20" },
  };
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: "string", default: "dist" } } });
  process.stdout.write(`${await packKit(values.out)}\n`);
}
