import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface RunningCeiling {
  readonly base: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const CEILING = fileURLToPath(new URL("./ceiling.ts", import.meta.url));

/** Starts the static server with the bodies that the gateway answered. */
export async function startCeiling(bodies: readonly string[]): Promise<RunningCeiling> {
  const directory = await mkdtemp(join(tmpdir(), "ceiling-"));
  const file = join(directory, "bodies.json");
  await writeFile(file, JSON.stringify(bodies), { mode: 0o600 });
  const child = spawn(process.execPath, [CEILING, file], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const port = await Promise.race([
    once(child.stdout, "data").then(([chunk]) => String(chunk).trim()),
    ended.then(() => undefined),
  ]);
  await rm(directory, { recursive: true });
  if (port === undefined) throw new Error("the static server did not start");
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  return { base: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, stop };
}
