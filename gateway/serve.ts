import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { getRequestListener, RequestError } from "@hono/node-server";
import { createBodyDeadline } from "./body-deadline.ts";
import { createCertificateGate } from "./certificate-gate.ts";
import { composeGateway, type Gateway } from "./compose.ts";
import { composeFeeds, type Feeds } from "./compose-feeds.ts";
import { type Config, loadConfig } from "./config.ts";
import { LIMITS } from "./limits.ts";
import { createLog, type Logger } from "./log.ts";
import { toUnexpected } from "./outcome/operation-outcome.ts";
import { type FirstCalls, firstCalls } from "./routes/home.ts";
import { respondWithIssues } from "./routes/respond.ts";
import { answerUnparsed } from "./routes/unparsed.ts";

/** Listens at once, is ready when all data are in, stops cleanly on SIGTERM and SIGINT. Throws when it cannot start. */
export async function startGateway(environment: NodeJS.ProcessEnv): Promise<void> {
  // The hot path copies pages into fresh buffers: a bigger pool spares it an allocation each.
  Buffer.poolSize = 2 * 1_048_576;
  const config = loadConfig(environment);
  const log = createLog(config.logLevel);
  const calls = {
    baseUrl: config.baseUrl,
    environment: toCommandEnvironment(config, environment),
    isDemonstration: config.registerFile === undefined,
  };
  const gateway = await composeGateway(config, log, calls);
  try {
    await serve(gateway, { config, log, calls });
  } catch (error) {
    await gateway.close();
    throw error;
  }
}

async function serve(
  gateway: Gateway,
  { config, log, calls }: { readonly config: Config; readonly log: Logger; readonly calls: FirstCalls },
): Promise<void> {
  const feeds = await composeFeeds(config, gateway, log);
  const server = createHttpServer(gateway, config, log);
  server.on("error", (error) => {
    process.stderr.write(
      `Cannot listen on ${config.host}:${config.port}: ${"code" in error ? error.code : error.name}\n`,
    );
    process.exit(1);
  });
  server.listen(config.port, config.host);
  stopOnSignal(server, { gateway, feeds }, log);
  if (calls.isDemonstration) {
    const { ensureDemonstrationData } = await import("./demonstration/data.ts");
    await ensureDemonstrationData(config.demonstrationChildren, { ...gateway, clock: Date.now });
  }
  gateway.markReady();
  await feeds.open();
  log.info({ baseUrl: config.baseUrl, mode: config.mode }, "ready");
  if (calls.isDemonstration) {
    const lines = firstCalls(calls).map((call) => `  ${call}`);
    process.stdout.write(
      `\nEarly Years FHIR Gateway: ${config.baseUrl}/fhir/R4\nThree calls to begin with:\n\n${lines.join("\n")}\n\n`,
    );
  }
}

/** The HTTP server: what cannot be made a request of is answered like everything else. */
export function createHttpServer({ app }: Pick<Gateway, "app">, config: Config, log: Logger): Server {
  const believe = createCertificateGate(config.certificateProxy);
  const listener = getRequestListener(app.fetch, {
    hostname: config.host,
    autoCleanupIncoming: true,
    errorHandler(error) {
      const isUnreadable = error instanceof RequestError;
      if (!isUnreadable) log.error({ error }, "unexpected");
      const issue = isUnreadable ? ({ kind: "malformed-request" } as const) : toUnexpected(error);
      return respondWithIssues([issue], { requestId: randomUUID(), correlationId: undefined });
    },
  });
  const deadline = createBodyDeadline(LIMITS.body_deadline_ms);
  const answerWithin = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const done = deadline.watch(incoming);
    try {
      await listener(incoming, outgoing);
    } finally {
      done();
    }
  };
  const answer = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    believe(incoming);
    if (isAmbiguous(incoming)) {
      answerUnparsed(new Error("read in two ways"), incoming.socket);
    } else void answerWithin(incoming, outgoing);
  };
  // Left to node, a missing Host is answered with an empty body, and so is an expectation that nobody has.
  const server = createServer({ requireHostHeader: false, requestTimeout: 0 }, answer);
  server.on("checkExpectation", answer);
  server.on("clientError", answerUnparsed);
  server.on("connect", (_request, socket) => answerUnparsed(new Error("CONNECT"), socket));
  return server;
}

/**
 * What a proxy may read otherwise than we do: no Host or two of them (RFC 9112 3.2), and a path that leads elsewhere than
 * it begins, past a rule of the proxy on where it begins.
 */
function isAmbiguous({ rawHeaders, httpVersion, url = "" }: IncomingMessage): boolean {
  const hosts = rawHeaders.filter((header, at) => at % 2 === 0 && header.toLowerCase() === "host").length;
  const [path = ""] = url.split("?", 1);
  return hosts > 1 || (hosts === 0 && httpVersion !== "1.0") || DOT_SEGMENT.test(path);
}

const DOT_SEGMENT = /\/(?:\.|%2e){1,2}(?:\/|$)/i;

function stopOnSignal(
  server: Server,
  { gateway, feeds }: { readonly gateway: Gateway; readonly feeds: Feeds },
  log: Logger,
): void {
  let isStopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    log.info({ signal }, "stopping");
    // Requests under way are finished; whoever holds a connection open beyond that is cut off.
    const cut = setTimeout(() => server.closeAllConnections(), LIMITS.shutdown_grace_ms);
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeIdleConnections();
    });
    await feeds.close();
    clearTimeout(cut);
    // Closing writes what is queued; a disk that takes longer is what the runtime's own kill is for.
    setTimeout(() => process.exit(1), LIMITS.shutdown_grace_ms).unref();
    await gateway.close();
    process.exit(0);
  };
  // Without a handler the signal would end the process.
  process.on("SIGHUP", () => void gateway.reload());
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop(signal));
}

/** What the commands of a first call need to find this gateway, where it differs from the defaults. */
function toCommandEnvironment(config: Config, environment: NodeJS.ProcessEnv): string {
  const parts: string[] = [];
  if (config.baseUrl !== "http://127.0.0.1:8080") parts.push(`BASE_URL=${config.baseUrl}`);
  if (environment.DATA_DIR) parts.push(`DATA_DIR='${config.dataDir}'`);
  return parts.map((part) => `${part} `).join("");
}
