import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { importJWK, SignJWT } from "jose";
import { at, isRecord, parseJson, text } from "./json.ts";

export interface GatewayOptions {
  /** Added to the environment; wins over what is set here. */
  readonly env?: Readonly<Record<string, string>>;
  /** Kept after stop where it is given; else a temporary one is made and removed. */
  readonly dataDir?: string;
  /** A free one when absent. */
  readonly port?: number;
  /** How long to wait for /health/ready. */
  readonly readyWithin_ms?: number;
  /** Told at once, before the gateway is ready, for whoever has to end it in any case. */
  readonly onSpawn?: (pid: number) => void;
}

export interface TokenOptions {
  readonly scope?: string;
  /** v3 ActReason code, claimed in the assertion. */
  readonly purpose?: string;
}

/** A gateway in a process of its own, known by HTTP alone. */
export interface RunningGateway {
  /** Origin. */
  readonly base: string;
  /** Base of the FHIR API. */
  readonly fhirBase: string;
  /** An access token by SMART Backend Services, with a demonstration client's own key. */
  token(client: string, options?: TokenOptions): Promise<string>;
  stop(): Promise<void>;
  readonly pid: number;
  readonly dataDir: string;
  /** All that the process wrote so far. */
  output(): string;
  /** From spawn to the first 200 of /health/ready. */
  readonly ready_ms: number;
}

const REPOSITORY = fileURLToPath(new URL("..", import.meta.url));
const POLL_MS = 5;
const STOP_WITHIN_MS = 12_000;
const REQUEST_TIMEOUT_MS = 60_000;
/** Enough to page, to find families and to meet every named child; few enough to be ready in a moment. */
const CHILDREN = "40";

/** Starts a gateway as `npm start` does, on a free port, and waits until it is ready. Throws with its output if it does not get there. */
export async function startGateway(options: GatewayOptions = {}): Promise<RunningGateway> {
  const port = options.port ?? (await freePort());
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "gateway-")));
  const base = `http://127.0.0.1:${port}`;
  const settings = { HOST: "127.0.0.1", PORT: String(port), BASE_URL: base, DATA_DIR: dataDir, LOG_LEVEL: "warn" };
  const unset = { REDIS_URL: "", DATABASE_URL: "", REGISTER_FILE: "", GATEWAY_MODE: "", IDENTITY_KEY: "" };
  const PATH = `${join(REPOSITORY, "node_modules/.bin")}:${process.env.PATH}`;
  const env = { ...process.env, PATH, DEMONSTRATION_CHILDREN: CHILDREN, ...unset, ...settings, ...options.env };
  const started = performance.now();
  const command = await startCommand();
  const child = spawn("sh", ["-c", command], { cwd: REPOSITORY, env, stdio: ["ignore", "pipe", "pipe"] });
  if (child.pid !== undefined) options.onSpawn?.(child.pid);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  const stop = async () => {
    await end(child);
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await untilReady(base, child, options.readyWithin_ms ?? 300_000);
  } catch (error) {
    await stop();
    throw new Error(`${error instanceof Error ? error.message : "not ready"}; it wrote:\n${output.slice(-2_000)}`);
  }
  return {
    ...{ base, fhirBase: `${base}/fhir/R4`, dataDir, pid: child.pid ?? 0, stop },
    token: (client, tokenOptions) => requestToken(base, dataDir, client, tokenOptions),
    output: () => output,
    ready_ms: performance.now() - started,
  };
}

/** A token for a demonstration client of a gateway whose DATA_DIR is at hand. */
async function requestToken(
  base: string,
  dataDir: string,
  client: string,
  options: TokenOptions = {},
): Promise<string> {
  const url = `${base}/oauth2/token`;
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: await signAssertion(url, dataDir, client, options.purpose),
    scope: options.scope ?? "system/*.rs",
  });
  const response = await fetch(url, { method: "POST", body, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  const answer = parseJson(await response.text());
  const token = text(answer, "access_token");
  if (token !== undefined) return token;
  throw new Error(`no token for ${client}: ${response.status} ${text(answer, "error_description") ?? ""}`);
}

async function signAssertion(audience: string, dataDir: string, client: string, purpose?: string): Promise<string> {
  const file = parseJson(await readFile(join(dataDir, "demonstration", `${client}.jwk.json`), "utf8"));
  const jwk = at(file, "privateJwk") ?? file;
  if (!isRecord(jwk)) throw new Error(`the key file of ${client} holds no key`);
  const alg = text(jwk, "alg") ?? "ES384";
  const kid = text(jwk, "kid") ?? "";
  return new SignJWT(purpose === undefined ? {} : { purpose })
    .setProtectedHeader({ alg, kid, typ: "JWT" })
    .setIssuer(client)
    .setSubject(client)
    .setAudience(audience)
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime("4 minutes")
    .sign(await importJWK({ ...jwk }, alg));
}

/** What `npm start` runs: the runtime's options, which decide over memory and start, stand there alone. */
async function startCommand(): Promise<string> {
  const command = text(parseJson(await readFile(join(REPOSITORY, "package.json"), "utf8")), "scripts", "start");
  if (command === undefined) throw new Error("package.json has no script to start the gateway");
  return command;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

async function untilReady(base: string, child: ChildProcess, within_ms: number): Promise<void> {
  const deadline = performance.now() + within_ms;
  while (performance.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the gateway ended with ${child.exitCode ?? child.signalCode} before it was ready`);
    const ready = await fetch(`${base}/health/ready`, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) }).catch(
      () => undefined,
    );
    await ready?.body?.cancel();
    if (ready?.status === 200) return;
    await sleep(POLL_MS);
  }
  throw new Error(`the gateway was not ready within ${within_ms} ms`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const force = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
  await ended;
  clearTimeout(force);
}
