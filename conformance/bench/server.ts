import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type GatewayOptions, type RunningGateway, startGateway } from "../start-gateway.ts";
import { own, release } from "./clean-up.ts";

export interface RunningServer {
  /** Origin. */
  readonly base: string;
  /** Its first line as it stands. */
  readonly said: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const STOP_WITHIN_MS = 12_000;

/** A gateway that ends with the bench, however that ends. */
export async function openGateway(options: GatewayOptions): Promise<RunningGateway> {
  let pid: number | undefined;
  const onSpawn = (started: number) => {
    pid = started;
    own(started);
  };
  try {
    const gateway = await startGateway({ ...options, onSpawn });
    const stop = async () => {
      await gateway.stop();
      release(pid);
    };
    return { ...gateway, stop };
  } catch (error) {
    release(pid);
    throw error;
  }
}

/** A script in a process of its own, whose first line is its origin, or else what it has found. */
export async function openScript(path: string, words: readonly string[] = []): Promise<RunningServer> {
  const script = fileURLToPath(new URL(path, import.meta.url));
  const child = spawn(process.execPath, [script, ...words], { stdio: ["ignore", "pipe", "inherit"] });
  own(child.pid);
  const ended = once(child, "close");
  const said = await Promise.race([
    once(child.stdout, "data").then(([chunk]) => String(chunk).trim()),
    ended.then(() => undefined),
  ]);
  if (said === undefined) {
    release(child.pid);
    throw new Error(`${path} did not start`);
  }
  const stop = async () => {
    child.kill("SIGTERM");
    const force = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
    await ended;
    clearTimeout(force);
    release(child.pid);
  };
  return { base: said, said, pid: child.pid ?? 0, stop };
}
