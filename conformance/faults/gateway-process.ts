import { setTimeout as pause } from "node:timers/promises";
import { type RunningGateway, startGateway } from "../start-gateway.ts";
import { childrenOf, freePort, until } from "./processes.ts";

export interface GatewayProcess {
  readonly fhirBase: string;
  readonly token: RunningGateway["token"];
  /** All its processes, the one that was started first. */
  pids(): Promise<readonly number[]>;
  /** Those that answer: its children, or itself where there are none. */
  workers(): Promise<readonly number[]>;
  kill(): Promise<void>;
  /** On the same address and the same data. */
  begin(): Promise<void>;
  stop(): Promise<void>;
  /** Of all processes so far that have been started here; the end of each. */
  output(): string;
}

export interface GatewayProcessOptions {
  readonly dataDir: string;
  /** That are to answer before it counts as begun, where there are several. */
  readonly workers: number;
  readonly env: Readonly<Record<string, string>>;
}

const READY_MS = 600_000;
const POLL_MS = 20;

/** A gateway that can be killed and started again where it was. */
export async function startGatewayProcess({
  dataDir,
  workers: size,
  env,
}: GatewayProcessOptions): Promise<GatewayProcess> {
  const port = await freePort();
  const begin = async () => {
    const begun = await startGateway({ dataDir, port, env, readyWithin_ms: READY_MS });
    // The first of them answers for all before the others can.
    const count = () => begun.output().match(/a worker is ready/g)?.length ?? 0;
    const isCrew = (await childrenOf(begun.pid)).length > 0;
    if (isCrew) await until(() => count() >= size, READY_MS, "the start of all workers");
    return begun;
  };
  let running = await begin();
  let before = "";
  const workers = async () => {
    const children = await childrenOf(running.pid);
    return children.length === 0 ? [running.pid] : children;
  };
  return {
    fhirBase: running.fhirBase,
    token: (client, options) => running.token(client, options),
    pids: async () => [running.pid, ...(await childrenOf(running.pid))],
    workers,
    async kill() {
      // The parent first: it would start again what dies.
      for (const pid of [running.pid, ...(await childrenOf(running.pid))]) signal(pid, "SIGKILL");
      while (isThere(running.pid)) await pause(POLL_MS);
    },
    async begin() {
      before += running.output().slice(-4_000);
      running = await begin();
    },
    stop: () => running.stop(),
    output: () => before + running.output(),
  };
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}

function isThere(pid: number): boolean {
  return signal(pid, 0);
}
