/**
 * `node gateway/commands/bench-unguarded.ts [--children N]`
 *
 * For `npm run bench` alone: the same search over the same store, packs and HTTP, without authentication, visibility and
 * audit, so that what these cost can be told. It makes synthetic children of its own in a directory of its own, which is
 * gone when it ends, reads nothing from the environment, listens on 127.0.0.1, and answers searches by type alone. There
 * is no way to point it at other data. Prints its origin once it answers.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import type { Requester } from "../access/requester.ts";
import { parseScope } from "../access/scope.ts";
import { createFhirApp } from "../app.ts";
import type { AuditLog } from "../audit/audit.ts";
import { composeGateway, type Gateway } from "../compose.ts";
import { loadConfig } from "../config.ts";
import { createDirect } from "../direct.ts";

import { createLog, type Logger } from "../log.ts";
import { createFhirRoutes } from "../routes/fhir.ts";
import { createHttpServer } from "../serve.ts";
import { createUnguardedSearch } from "./unguarded-search.ts";

/** Whose children are searched: the bench measures the same client. */
const CLIENT = "gp-demo";

// As the gateway itself is started.
setFlagsFromString("--heap-growing-percent=50");
Buffer.poolSize = 2 * 1_048_576;

const NO_AUDIT: AuditLog = { append: async () => undefined, close: async () => undefined };

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { children: { type: "string", default: "40" } } });
  const dataDir = await mkdtemp(join(tmpdir(), `bench-unguarded-${process.pid}-`));
  const end = async (code: number): Promise<never> => {
    await rm(dataDir, { recursive: true, force: true });
    process.exit(code);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void end(0));
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  const config = loadConfig({
    DATA_DIR: dataDir,
    HOST: "127.0.0.1",
    PORT: String(port),
    BASE_URL: baseUrl,
    LOG_LEVEL: "error",
    DEMONSTRATION_CHILDREN: values.children,
  });
  const log = createLog(config.logLevel);
  const gateway = await composeGateway(config, log, { baseUrl, environment: "", isDemonstration: true });
  const { ensureDemonstrationData } = await import("../demonstration/data.ts");
  await ensureDemonstrationData(config.demonstrationChildren, { ...gateway, clock: Date.now });
  const server = createHttpServer(composeUnguarded(gateway, baseUrl, log), config, log);
  server.listen(port, config.host, () => process.stdout.write(`${baseUrl}\n`));
}

function composeUnguarded({ store, register, metrics }: Gateway, baseUrl: string, log: Logger) {
  const requester = everyRequester(register);
  const authenticated = { ok: true, requester } as const;
  const search = createUnguardedSearch({ store, register, audit: NO_AUDIT, fhirBase: `${baseUrl}/fhir/R4` });
  const fhir = createFhirRoutes({
    authenticate: () => authenticated,
    audit: NO_AUDIT,
    dispatch: async (request) =>
      request.interaction === "search-type" ? search(request) : { ok: false, issues: [{ kind: "unknown-route" }] },
    now: Date.now,
    isReady: () => true,
  });
  const ports = { fhir, metrics, log };
  return { app: createFhirApp({ ...ports, capabilityStatement: () => "{}" }), direct: createDirect(ports) };
}

function everyRequester(register: Gateway["register"]): Requester {
  const client = register.client(CLIENT);
  const all = parseScope("system/*.rs");
  if (client === undefined || !all.ok) throw new Error(`the demonstration has no ${CLIENT}`);
  const { agreement, organization } = client;
  const [purpose = ""] = agreement.purposes;
  return { client: CLIENT, organization, agreement, purpose, scopes: [all.scope], tokenId: "" };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

await main();
