import { createHmac, generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CompactSign } from "jose";
import { afterAll, beforeAll, beforeEach } from "vitest";
import type { Store } from "../store/store.ts";
import { CLIENT_KEY } from "./client-key.ts";
import { createClientKeys } from "./client-keys.ts";
import { createDpopNonces, type DpopNonces } from "./dpop-nonce.ts";
import { ensureNonceKey, type GatewayKeys, openGatewayKeys } from "./gateway-keys.ts";
import type { GuardedFetch } from "./guarded-fetch.ts";
import { parseRegister, type Register } from "./register.ts";
import { createKeyPair, createRegisterFile } from "./register-fixtures.ts";
import { createTokenEndpoint, type TokenEndpointOptions } from "./token.ts";
import type { TokenAnswer } from "./token-answer.ts";

/** Token requests of invented clients against the endpoint on a real store. */

export const BASE_URL = "https://gateway.example";
export const TOKEN_URL = `${BASE_URL}/oauth2/token`;
export const NOW_ms = Date.parse("2026-11-22T12:00:00.400Z");
export const NOW_s = Math.floor(NOW_ms / 1_000);
export const PAIR = createKeyPair("first");
export const STRANGER = createKeyPair("first");
export const RSA = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const RSA_JWK = CLIENT_KEY.parse({ ...RSA.publicKey.export({ format: "jwk" }), kid: "rsa" });

export interface Ground {
  readonly directory: string;
  readonly store: Store;
  readonly keys: GatewayKeys;
  readonly nonces: DpopNonces;
  /** A new one for each test. */
  readonly jti: string;
}

type OpenStore = (options: { readonly path: string; readonly clock: () => number }) => Store;

/** A store and keys for the tests of one file, taken away at its end. */
export function useGround(openStore: OpenStore): Ground {
  const ground = { directory: "", nth: 0 };
  let store: Store;
  let keys: GatewayKeys;
  let nonces: DpopNonces;
  beforeAll(async () => {
    ground.directory = await mkdtemp(join(tmpdir(), "token-"));
    const where = { dataDir: ground.directory, mode: "demonstration" } as const;
    store = openStore({ path: join(ground.directory, "store.sqlite"), clock: () => NOW_ms });
    keys = await openGatewayKeys({ ...where, clock: () => NOW_ms });
    nonces = createDpopNonces(await ensureNonceKey(where));
  });
  afterAll(async () => {
    keys.close();
    await store.close();
    await rm(ground.directory, { recursive: true });
  });
  beforeEach(() => {
    ground.nth += 1;
  });
  return {
    get directory() {
      return ground.directory;
    },
    get store() {
      return store;
    },
    get keys() {
      return keys;
    },
    get nonces() {
      return nonces;
    },
    get jti() {
      return `jti-${ground.nth}`;
    },
  };
}

export function registerOf(
  changes: Readonly<Record<string, unknown>> = {},
  agreement: Readonly<Record<string, unknown>> = {},
): Register {
  const file = createRegisterFile(PAIR.jwk);
  const parsed = parseRegister({
    ...file,
    agreements: file.agreements.map((entry) => ({ ...entry, ...agreement })),
    clients: file.clients.flatMap((entry) => [
      { ...entry, jwks: { keys: [PAIR.jwk, RSA_JWK] }, ...changes },
      { ...entry, id: "other-system" },
    ]),
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.register;
}

const REGISTER = registerOf();

export interface Case {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly form?: Readonly<Record<string, string | undefined>>;
  /** Takes the place of the whole assertion. */
  readonly assertion?: string;
  readonly key?: KeyObject;
  readonly register?: Register;
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string;
  readonly tail?: string;
  readonly dpop?: string;
  readonly certificate?: string;
}

export async function sign({ header, claims, key }: Case, jti: string): Promise<string> {
  const good = { iss: "practice-system", sub: "practice-system", aud: TOKEN_URL, exp: NOW_s + 300, jti };
  const payload = Buffer.from(JSON.stringify({ ...good, ...claims }));
  const alg = typeof header?.alg === "string" ? header.alg : "ES384";
  return await new CompactSign(payload)
    .setProtectedHeader({ typ: "JWT", kid: "first", ...header, alg })
    .sign(key ?? PAIR.privateKey, { crit: { "early-years": true } });
}

const NO_FETCH: GuardedFetch = async () => ({ ok: false, reason: "unreachable" });

export function createEndpoint(ground: Ground, changes: Partial<TokenEndpointOptions> = {}) {
  return createTokenEndpoint({
    register: REGISTER,
    store: ground.store,
    keys: ground.keys,
    nonces: ground.nonces,
    findKey: createClientKeys({ fetch: NO_FETCH, clock: () => NOW_ms }),
    isSearchable: () => true,
    baseUrl: BASE_URL,
    clock: () => NOW_ms,
    ...changes,
  });
}

export async function askOf(
  ground: Ground,
  given: Case = {},
  changes: Partial<TokenEndpointOptions> = {},
): Promise<TokenAnswer> {
  const endpoint = createEndpoint(ground, { ...(given.register && { register: given.register }), ...changes });
  const form = {
    grant_type: "client_credentials",
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: given.assertion ?? (await sign(given, ground.jti)),
    scope: "system/Observation.rs",
    ...given.form,
  };
  const pairs = Object.entries(form).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return await endpoint({
    contentType: "contentType" in given ? given.contentType : "application/x-www-form-urlencoded",
    contentEncoding: given.contentEncoding,
    body: `${new URLSearchParams(pairs)}${given.tail ?? ""}`,
    dpop: given.dpop,
    certificate: given.certificate,
  });
}

/** A JWT whose parts are given as they are, with a signature that is never looked at or never right. */
export function forge(header: unknown, claims: unknown, signature = "c2lnbmF0dXJl"): string {
  const encode = (part: unknown): string =>
    Buffer.from(typeof part === "string" ? part : JSON.stringify(part)).toString("base64url");
  return `${encode(header)}.${encode(claims)}.${signature}`;
}

export const GOOD_CLAIMS = {
  iss: "practice-system",
  sub: "practice-system",
  aud: TOKEN_URL,
  exp: NOW_s + 300,
  jti: "forged",
};

export const SIGNED_WITH_PUBLIC_KEY = (() => {
  const unsigned = forge({ alg: "HS256", typ: "JWT", kid: "first" }, GOOD_CLAIMS).split(".").slice(0, 2).join(".");
  const secret = PAIR.jwk.kty === "EC" ? PAIR.jwk.x : "";
  return `${unsigned}.${createHmac("sha256", secret).update(unsigned).digest("base64url")}`;
})();
