import { endInWords } from "../begin.ts";
import { loadConfig } from "../config.ts";
import type { Ending } from "../end-server.ts";
import { LIMITS } from "../limits.ts";
import { createLog } from "../log.ts";
import type { ProcessMetrics } from "../metrics.ts";
import { openGateway, type Running } from "../running.ts";
import { type Asking, createAsking } from "./ask.ts";
import { isMessage, type ToParent, type ToWorker, WORDS } from "./messages.ts";

type Begin = Extract<ToWorker, { kind: "begin" }>;

/**
 * One of several gateways behind one address, which does as its parent tells it. When the parent is gone it ends at once
 * (node:cluster sees to that): what was acknowledged is on disk.
 */
export async function startWorker(environment: NodeJS.ProcessEnv): Promise<void> {
  const told = Promise.withResolvers<Begin>();
  const opened = Promise.withResolvers<Running>();
  const scrapes = createAsking<readonly ProcessMetrics[]>();
  const end = once(async (ending: Ending) => endRunning(await opened.promise, ending));
  const heed = async (message: ToWorker): Promise<void> => {
    if (message.kind === "begin") return message.words === WORDS ? told.resolve(message) : refuse();
    if (message.kind === "end") return end(message.ending);
    const running = await opened.promise;
    if (message.kind === "lead") await running.lead();
    if (message.kind === "reload") await running.reload();
    if (message.kind === "count") tell({ kind: "counted", id: message.id, metrics: await running.metrics.tell() });
    if (message.kind === "counted") scrapes.answered(message.id, message.of);
  };
  process.on("message", (message) => {
    if (isMessage<ToWorker>(message)) heed(message).catch(endInWords);
  });

  const { place, isLeading } = await told.promise;
  const config = loadConfig(environment);
  const log = createLog(config.logLevel, place);
  const running = await openGateway({ config, environment, log, isLeading });
  opened.resolve(running);
  // Of a signal to all processes of a group this is one; the parent is another, and tells the same.
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void end("at-once"));
  process.on("SIGHUP", () => void running.reload());
  running.metrics.gatherBy(() => gatherMetrics(running, scrapes));
  if (await running.begin()) tell({ kind: "ready", words: WORDS, firstCalls: running.firstCalls });
}

/** Whoever asked for this worker is of another version; those who answer go on as they are. */
function refuse(): void {
  process.stderr.write("This worker is of another version than the gateway that asked for it: restart the gateway.\n");
  tell({ kind: "foreign", words: WORDS }, () => process.exit(1));
}

async function endRunning(running: Running, ending: Ending): Promise<void> {
  await running.drain(ending);
  // Some are read from the store.
  const metrics = await running.metrics.tell().catch(() => []);
  await running.close();
  tell({ kind: "leaving", metrics }, () => process.exit(0));
}

/** Of all processes; of this one alone when the parent is too busy to answer. */
async function gatherMetrics(
  running: Running,
  scrapes: Asking<readonly ProcessMetrics[]>,
): Promise<readonly ProcessMetrics[]> {
  const of = await scrapes.ask((id) => tell({ kind: "count", id }), 2 * LIMITS.worker_metrics_ms);
  return of ?? [await running.metrics.tell()];
}

function tell(message: ToParent, sent: () => void = () => {}): void {
  process.send?.(message, undefined, undefined, sent);
}

function once<T>(work: (argument: T) => Promise<void>): (argument: T) => Promise<void> {
  let done: Promise<void> | undefined;
  return (argument) => {
    done ??= work(argument);
    return done;
  };
}
