import type { Config } from "./config.ts";
import { createLog } from "./log.ts";
import { openGateway } from "./running.ts";

/** Listens at once, is ready when all data are in, stops cleanly on SIGTERM and SIGINT. Throws when it cannot start. */
export async function startGateway(config: Config, environment: NodeJS.ProcessEnv): Promise<void> {
  const log = createLog(config.logLevel);
  const running = await openGateway({ config, environment, log, isLeading: true });
  // Without a handler these two would end the process.
  process.on("SIGHUP", () => void running.reload());
  process.on("SIGUSR2", () =>
    log.warn("one process alone has nobody to take over from it; GATEWAY_WORKERS makes several"),
  );
  let isStopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    log.info({ signal }, "stopping");
    await running.drain("at-once");
    await running.close();
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop(signal));
  if (!(await running.begin())) return;
  log.info({ baseUrl: config.baseUrl, mode: config.mode }, "ready");
  process.stdout.write(running.firstCalls);
}
