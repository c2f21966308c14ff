import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface RunningUnguarded {
  /** Origin. */
  readonly base: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const COMMAND = fileURLToPath(new URL("../../gateway/commands/bench-unguarded.ts", import.meta.url));

/** Starts the same search over so many children of its own, without authentication, visibility and audit. */
export async function startUnguarded(children: number): Promise<RunningUnguarded> {
  const child = spawn(process.execPath, [COMMAND, "--children", String(children)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const base = await Promise.race([
    once(child.stdout, "data").then(([chunk]) => String(chunk).trim()),
    ended.then(() => undefined),
  ]);
  if (base === undefined) throw new Error("the gateway without its guards did not start");
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  return { base, pid: child.pid ?? 0, stop };
}
