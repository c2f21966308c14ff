import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { extract } from "tar";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startSmallServer } from "../mutants/small-server.ts";
import { selectTasks } from "../select.ts";
import { packKit } from "./main.ts";

const run = promisify(execFile);

let directory: string;
let packed: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "packed-"));
  packed = await packKit(directory);
  await extract({ file: packed, cwd: directory });
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

/** From a folder in which there is nothing of this repository. */
async function runPacked(...args: readonly string[]): Promise<string> {
  const file = join(directory, "package", "conformance.mjs");
  const { stdout } = await run(process.execPath, [file, ...args], { cwd: directory, env: { PATH: process.env.PATH } });
  return stdout;
}

describe("the packed kit", () => {
  test("is a package of a handful of files without anything to install", async () => {
    const files = await readdir(join(directory, "package"));
    expect(files.sort()).toEqual(["LICENSE", "README.md", "conformance.mjs", "package.json", "results.schema.json"]);
  });

  test("lists every case", async () => {
    const lines = (await runPacked("--list")).split("\n").filter(Boolean);
    expect(lines).toHaveLength(selectTasks({}).length);
  });

  test("tells how it is called where there is no repository", async () => {
    const [call] = (await runPacked("--help")).split("\n");
    expect(call).toBe("early-years-fhir-conformance --base URL [options]");
  });

  test("runs against a server", async () => {
    const server = await startSmallServer();
    const shown = await runPacked("--base", server.base, "--only", "READ-01,CRE-04");
    await server.stop();
    expect(shown).toContain("14 pass");
  });

  test("runs by npx from an empty folder", async () => {
    const empty = await mkdtemp(join(directory, "empty-"));
    const kit = ["--package", packed, "early-years-fhir-conformance"];
    const args = ["--yes", "--offline", ...kit, "--list", "--only", "READ-01"];
    const npx = process.platform === "win32" ? "npx.cmd" : "npx";
    const env = { ...process.env, npm_config_cache: join(directory, "cache"), npm_config_update_notifier: "false" };
    const { stdout } = await run(npx, args, { cwd: empty, env });
    expect(stdout).toContain("read/same-id[Patient]");
  });
});
