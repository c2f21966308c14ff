import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importJWK, SignJWT } from "jose";
import { LRUCache } from "lru-cache";
import type { RegisterFile } from "./access/register-file.ts";
import { composeGateway, type Gateway } from "./compose.ts";
import { loadConfig } from "./config.ts";
import { ensureDemonstrationData } from "./demonstration/data.ts";
import { ensureDemonstrationKeys, readDemonstrationKey } from "./demonstration/keys.ts";
import { demonstrationRegister } from "./demonstration/register.ts";
import { createLog } from "./log.ts";

/** A whole gateway in this process, on a directory of its own, reached without a socket. */
export const BASE = "http://127.0.0.1:8080";
export const FHIR = `${BASE}/fhir/R4`;
export const FORM = "application/x-www-form-urlencoded";

export interface TestGateway extends AsyncDisposable {
  readonly directory: string;
  readonly gateway: Gateway;
  /** Ends it and starts it anew on the same data, under another register. */
  restart(change: (register: RegisterFile) => RegisterFile): Promise<void>;
  /** A signed assertion of a demonstration client, or of another with its key. */
  assertion(client: string, by?: string): Promise<string>;
  requestToken(assertion: string, scope: string, headers?: Record<string, string>): Promise<Response>;
  token(client: string, scope?: string): Promise<string>;
  /** `path` is an URL, an absolute path, or relative to the FHIR base. */
  ask(client: string, path: string, init?: RequestInit, scope?: string): Promise<Response>;
}

export const EVERY_SCOPE = "system/*.cruds";

/**
 * @param children of the demonstration that are brought in first; 0 for none
 * @param change makes another register of the demonstration's
 * @param environment what else the gateway is told from outside
 */
export async function startTestGateway(
  children: number,
  change?: (register: RegisterFile) => RegisterFile,
  environment: Readonly<Record<string, string>> = {},
): Promise<TestGateway> {
  const directory = await mkdtemp(join(tmpdir(), "gateway-"));
  const started = await openTestGateway(directory, change, environment);
  if (children > 0) await ensureDemonstrationData(children, { ...started.gateway, clock: Date.now });
  return started;
}

/** The same on a directory that is there; it goes with the gateway. */
export async function openTestGateway(
  directory: string,
  change?: (register: RegisterFile) => RegisterFile,
  environment: Readonly<Record<string, string>> = {},
): Promise<TestGateway> {
  let gateway = await composeIn(directory, change && (await writeRegister(directory, change)), environment);
  gateway.markReady();
  // Tokens live five minutes.
  const tokens = new LRUCache<string, string>({ max: 100, ttl: 240_000 });

  const asking: TestGateway = {
    directory,
    get gateway() {
      return gateway;
    },
    async restart(other) {
      await gateway.close();
      gateway = await composeIn(directory, await writeRegister(directory, other), environment);
      gateway.markReady();
      tokens.clear();
    },
    async assertion(client, by = client) {
      const key = await readDemonstrationKey(directory, by);
      if (!key) throw new Error(`no key of ${by}`);
      return new SignJWT({})
        .setProtectedHeader({ alg: "ES384", typ: "JWT", kid: key.privateJwk.kid ?? "" })
        .setIssuer(client)
        .setSubject(client)
        .setAudience(`${BASE}/oauth2/token`)
        .setJti(randomUUID())
        .setExpirationTime("4m")
        .sign(await importJWK(key.privateJwk, "ES384"));
    },
    async requestToken(assertion, scope, headers = {}) {
      const form = {
        grant_type: "client_credentials",
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: assertion,
        scope,
      };
      const init = { method: "POST", body: new URLSearchParams(form).toString() };
      return gateway.app.request(`${BASE}/oauth2/token`, { ...init, headers: { "Content-Type": FORM, ...headers } });
    },
    async token(client, scope = EVERY_SCOPE) {
      const known = tokens.get(`${client} ${scope}`);
      if (known) return known;
      const answer = await asking.requestToken(await asking.assertion(client), scope);
      const { access_token } = await jsonOf<{ access_token?: string }>(answer);
      if (!access_token) throw new Error(`no token for ${client}: ${answer.status}`);
      tokens.set(`${client} ${scope}`, access_token);
      return access_token;
    },
    async ask(client, path, init = {}, scope = EVERY_SCOPE) {
      const headers = new Headers(init.headers);
      headers.set("Authorization", `Bearer ${await asking.token(client, scope)}`);
      const url = path.startsWith("http") ? path : path.startsWith("/") ? `${BASE}${path}` : `${FHIR}/${path}`;
      return gateway.app.request(url, { ...init, headers });
    },
    async [Symbol.asyncDispose]() {
      await gateway.close();
      await rm(directory, { recursive: true });
    },
  };
  return asking;
}

/** Writes the demonstration's register with a change, for the keys in the directory. */
export async function writeRegister(
  directory: string,
  change: (register: RegisterFile) => RegisterFile,
): Promise<string> {
  const keys = await ensureDemonstrationKeys(directory);
  const sets = Object.entries(keys).map(([client, { publicJwk }]) => [client, { keys: [publicJwk] }] as const);
  const file = join(directory, "register.json");
  await writeFile(file, JSON.stringify(change(demonstrationRegister(Object.fromEntries(sets)))));
  return file;
}

/** A gateway on a directory; its data are not brought in, and it is not ready. */
export async function composeIn(
  directory: string,
  registerFile?: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Gateway> {
  const config = loadConfig({
    ...environment,
    DATA_DIR: directory,
    LOG_LEVEL: "silent",
    ...(registerFile !== undefined && { REGISTER_FILE: registerFile }),
  });
  const calls = { baseUrl: config.baseUrl, environment: "", isDemonstration: true };
  return composeGateway(config, createLog("silent"), calls);
}

export async function jsonOf<T>(response: Response): Promise<T> {
  return JSON.parse(await response.text());
}
