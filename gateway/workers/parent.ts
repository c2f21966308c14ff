import cluster from "node:cluster";
import { fileURLToPath } from "node:url";
import type { Config } from "../config.ts";
import { createLog } from "../log.ts";
import { createCrew } from "./crew.ts";
import { closeUntaken } from "./handed-over.ts";

const WORKER = fileURLToPath(new URL("main.ts", import.meta.url));

/**
 * Runs several gateways behind one listening address. SIGTERM and SIGINT end all of them, SIGHUP has each read its files
 * again, SIGUSR2 replaces them one after another.
 *
 * @param exec what a worker runs
 */
export async function startWorkers(
  { workers: size, logLevel, baseUrl, mode }: Pick<Config, "workers" | "logLevel" | "baseUrl" | "mode">,
  exec = WORKER,
): Promise<void> {
  cluster.setupPrimary({ exec, args: [] });
  const log = createLog(logLevel);
  let isEnding = false;
  const end = async (code: number): Promise<void> => {
    if (isEnding) return;
    isEnding = true;
    const isClean = await crew.end();
    process.exit(isClean ? code : 1);
  };
  const fork = () => {
    const worker = cluster.fork();
    closeUntaken(worker);
    return worker;
  };
  const crew = createCrew({ size, fork, log, onGivenUp: (code) => void end(code) });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      log.info({ signal }, "stopping");
      void end(0);
    });
  }
  process.on("SIGHUP", () => crew.reload());
  process.on("SIGUSR2", () => void crew.replaceAll());
  const firstCalls = await crew.start();
  if (firstCalls === undefined) return;
  log.info({ baseUrl, mode, workers: size, pid: process.pid }, "ready");
  process.stdout.write(firstCalls);
}
