import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { getToken } from "../commands/token.ts";
import { loadConfig } from "../config.ts";
import { startOwnRedis } from "../identity/cache/test-redis.ts";
import { freePort, RUNTIME } from "../spawned.fixtures.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const POLL_MS = 10;
const START_MS_MAX = 300_000;

const LINE = z.looseObject({
  msg: z.string(),
  worker: z.int().optional(),
  pid: z.int().optional(),
  code: z.int().nullish(),
  signal: z.string().nullish(),
});

export type Line = z.output<typeof LINE>;

/** A gateway of several workers, in processes of their own, with a Redis of their own. */
export interface Workers extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly dataDir: string;
  readonly baseUrl: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What was logged so far. */
  lines(): readonly Line[];
  /** What stands on standard output so far. */
  output(): string;
  /** Resolves with the first line from there on that is as it should be. */
  line(is: (line: Line) => boolean, from?: number): Promise<Line>;
  /** The process at a place now. */
  pidOf(worker: number): number;
  /** Sends a signal to the parent, which need not be what was started. */
  tell(signal: NodeJS.Signals): void;
  token(client: string, scope?: string): Promise<string>;
  /** Ends what was started; resolves with its exit code, or what killed it. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

export interface WorkersOptions {
  readonly workers: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** By `npm start`. Resolves when all workers are ready. */
export async function startWorkersForTest(options: WorkersOptions): Promise<Workers> {
  const redis = await startOwnRedis();
  const dataDir = await mkdtemp(join(tmpdir(), "workers-"));
  const environment = {
    DATA_DIR: dataDir,
    PORT: String(await freePort()),
    REDIS_URL: redis.url,
    GATEWAY_WORKERS: String(options.workers),
    DEMONSTRATION_CHILDREN: "0",
    ...options.environment,
  };
  const child = spawn("npm", ["start"], {
    cwd: REPOSITORY,
    env: { ...RUNTIME, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: Line[] = [];
  let output = "";
  let errors = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk;
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    errors += chunk;
    const whole = errors.split("\n");
    errors = whole.pop() ?? "";
    lines.push(...whole.flatMap((line) => (line.startsWith("{") ? [LINE.parse(JSON.parse(line))] : [])));
  });
  const ended = once(child, "exit");
  const line: Workers["line"] = async (is, from = 0) => {
    const givenUp = performance.now() + START_MS_MAX;
    while (performance.now() < givenUp) {
      const found = lines.slice(from).find(is);
      if (found) return found;
      if (child.exitCode !== null) break;
      await sleep(POLL_MS);
    }
    throw new Error(`No such line; there are: ${lines.map(({ msg }) => msg).join(", ")} ${errors}`);
  };
  const config = loadConfig(environment);
  const started: Workers = {
    child,
    dataDir,
    baseUrl: config.baseUrl,
    environment,
    lines: () => lines,
    output: () => output,
    line,
    pidOf: (worker) => lines.findLast((one) => isReady(one) && one.worker === worker)?.pid ?? 0,
    tell(signal) {
      process.kill(lines.findLast(({ msg }) => msg === "ready")?.pid ?? 0, signal);
    },
    token: (client, scope) => getToken({ client, purpose: undefined, scope }, config),
    async stop(signal = "SIGTERM") {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await ended;
      return child.exitCode ?? child.signalCode;
    },
    async [Symbol.asyncDispose]() {
      await started.stop();
      await redis.stop();
      await rm(dataDir, { recursive: true, maxRetries: 10, retryDelay: 100 });
    },
  };
  await line(({ msg }) => msg === "ready");
  return started;
}

export const isReady = ({ msg }: Line): boolean => msg === "a worker is ready";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Connection {
  ask(
    path: string,
    init?: { readonly headers?: Readonly<Record<string, string>> /** Sent by POST. */; readonly body?: string },
  ): Promise<Answer>;
  close(): void;
}

/**
 * One connection that is kept alive as long as the server keeps it, as an EHR's client would have it; nothing is sent
 * twice. A request that has no whole answer rejects.
 */
export function openConnection(baseUrl: string): Connection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    ask: (path, { headers, body } = {}) =>
      new Promise<Answer>((resolve, reject) => {
        const method = body === undefined ? "GET" : "POST";
        const asked = request(`${baseUrl}${path}`, { agent, method, ...(headers && { headers }) }, (answer) => {
          text(answer).then(
            (whole) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: whole }),
            reject,
          );
        });
        asked.setTimeout(120_000, () => asked.destroy(new Error("no answer")));
        asked.once("error", reject);
        asked.end(body);
      }),
    close: () => agent.destroy(),
  };
}

/** The ids of all requests that stand in the audit log. */
export async function recordedRequests(dataDir: string): Promise<ReadonlySet<string>> {
  const audit = join(dataDir, "audit");
  const journals = (await readdir(audit)).filter((name) => name.endsWith(".journal"));
  const texts = await Promise.all(journals.map((name) => readFile(join(audit, name), "utf8")));
  return new Set(texts.flatMap((one) => [...one.matchAll(/"requestId":"([^"]*)"/g)].map(([, id = ""]) => id)));
}
