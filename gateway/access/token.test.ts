import { createHmac, generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CompactSign, decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createSqliteStore } from "../store/sqlite.ts";
import type { Store } from "../store/store.ts";
import { CLIENT_KEY } from "./client-key.ts";
import { ensureSigningKey, type SigningKey } from "./gateway-keys.ts";
import { parseRegister, type Register } from "./register.ts";
import { createKeyPair, createRegisterFile } from "./register-fixtures.ts";
import { createTokenEndpoint, type TokenAnswer } from "./token.ts";

const BASE_URL = "https://gateway.example";
const TOKEN_URL = `${BASE_URL}/oauth2/token`;
const NOW_ms = Date.parse("2026-11-22T12:00:00.400Z");
const NOW_s = Math.floor(NOW_ms / 1_000);
const PAIR = createKeyPair("first");
const STRANGER = createKeyPair("first");
const RSA = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const RSA_JWK = CLIENT_KEY.parse({ ...RSA.publicKey.export({ format: "jwk" }), kid: "rsa" });

let directory: string;
let store: Store;
let signingKey: SigningKey;
let nth = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "token-"));
  store = createSqliteStore({ path: join(directory, "store.sqlite"), clock: () => NOW_ms });
  signingKey = await ensureSigningKey({ dataDir: directory, mode: "demonstration" });
});
afterAll(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});
beforeEach(() => {
  nth += 1;
});

function registerOf(
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

interface Case {
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
}

async function sign({ header, claims, key }: Case): Promise<string> {
  const good = { iss: "practice-system", sub: "practice-system", aud: TOKEN_URL, exp: NOW_s + 300, jti: `jti-${nth}` };
  const payload = Buffer.from(JSON.stringify({ ...good, ...claims }));
  const alg = typeof header?.alg === "string" ? header.alg : "ES384";
  return await new CompactSign(payload)
    .setProtectedHeader({ typ: "JWT", kid: "first", ...header, alg })
    .sign(key ?? PAIR.privateKey, { crit: { "early-years": true } });
}

async function ask(given: Case = {}, at: Store = store): Promise<TokenAnswer> {
  const endpoint = createTokenEndpoint({
    register: given.register ?? REGISTER,
    store: at,
    signingKey,
    baseUrl: BASE_URL,
    clock: () => NOW_ms,
  });
  const form = {
    grant_type: "client_credentials",
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: given.assertion ?? (await sign(given)),
    scope: "system/Observation.rs",
    ...given.form,
  };
  const pairs = Object.entries(form).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return await endpoint({
    contentType: "contentType" in given ? given.contentType : "application/x-www-form-urlencoded",
    contentEncoding: given.contentEncoding,
    body: `${new URLSearchParams(pairs)}${given.tail ?? ""}`,
  });
}

/** A JWT whose parts are given as they are, with a signature that is never looked at or never right. */
function forge(header: unknown, claims: unknown, signature = "c2lnbmF0dXJl"): string {
  const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString("base64url");
  return `${encode(header)}.${encode(claims)}.${signature}`;
}

const GOOD_CLAIMS = { iss: "practice-system", sub: "practice-system", aud: TOKEN_URL, exp: NOW_s + 300, jti: "forged" };

function signedWithPublicKeyAsSecret(): string {
  const unsigned = forge({ alg: "HS256", typ: "JWT", kid: "first" }, GOOD_CLAIMS).split(".").slice(0, 2).join(".");
  const secret = PAIR.jwk.kty === "EC" ? PAIR.jwk.x : "";
  return `${unsigned}.${createHmac("sha256", secret).update(unsigned).digest("base64url")}`;
}

async function withChangedByte(part: 0 | 1 | 2): Promise<string> {
  const segments = (await sign({})).split(".");
  const segment = segments[part] ?? "";
  const at = 12;
  segments[part] = `${segment.slice(0, at)}${segment[at] === "A" ? "B" : "A"}${segment.slice(at + 1)}`;
  return segments.join(".");
}

describe("a good assertion", () => {
  test("gets a token that says who asks, for whom, why and under which agreement", async () => {
    const answer = await ask();
    expect(answer.status).toBe(200);
    expect(answer.headers).toEqual({
      "Content-Type": "application/json",
      "Cache-Control": "no-store",
      Pragma: "no-cache",
    });
    const body = JSON.parse(answer.body);
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: "bearer",
      expires_in: 300,
      scope: "system/Observation.rs",
    });
    expect(decodeProtectedHeader(body.access_token)).toEqual({ alg: "ES256", typ: "at+jwt", kid: signingKey.kid });
    const { payload } = await jwtVerify(body.access_token, signingKey.publicKey, { currentDate: new Date(NOW_ms) });
    expect(payload).toEqual({
      iss: BASE_URL,
      sub: "practice-system",
      client_id: "practice-system",
      aud: `${BASE_URL}/fhir/R4`,
      iat: NOW_s,
      exp: NOW_s + 300,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      scope: "system/Observation.rs",
      purpose: "TREAT",
      organization: { system: "https://fhir.nhs.uk/Id/ods-organization-code", value: "Z99101" },
      agreement: { id: "direct-care", version: 3 },
    });
    expect(answer.record).toEqual({
      outcome: "success",
      client: "practice-system",
      organization: "Z99101",
      purpose: "TREAT",
      agreement: "direct-care/3",
      legalBasis: "6(1)(e) 9(2)(h) implied-direct-care",
      tokenId: payload.jti,
      detail: "system/Observation.rs",
    });
  });

  test.each<Case & { readonly name: string; readonly scope?: string; readonly purpose?: string }>([
    { name: "signed with RS384", header: { alg: "RS384", kid: "rsa" }, key: RSA.privateKey },
    { name: "signed with PS384", header: { alg: "PS384", kid: "rsa" }, key: RSA.privateKey },
    { name: "signed with RS512", header: { alg: "RS512", kid: "rsa" }, key: RSA.privateKey },
    { name: "with its client_id beside it", form: { client_id: "practice-system" } },
    { name: "with iat and nbf now", claims: { iat: NOW_s, nbf: NOW_s } },
    { name: "from a clock ten seconds ahead", claims: { iat: NOW_s + 10, exp: NOW_s + 310 } },
    { name: "that ends within the second", claims: { exp: NOW_s + 1 } },
    { name: "with a jti of 128 characters", claims: { jti: "j".repeat(128) } },
    { name: "that claims another registered purpose", claims: { purpose: "ETREAT" }, purpose: "ETREAT" },
    {
      name: "that asks for more than is registered",
      form: { scope: "system/*.cruds" },
      scope: "system/Patient.rs system/Observation.rs",
    },
    { name: "that asks in words of SMART 1", form: { scope: "system/Patient.read" }, scope: "system/Patient.rs" },
    { name: "that asks to send", form: { scope: "ingest/leeds-eyfsp" }, scope: "ingest/leeds-eyfsp" },
    { name: "with a charset in its content type", contentType: "Application/X-WWW-Form-Urlencoded; charset=UTF-8" },
    { name: "with a parameter that is not known", form: { resource: "x" } },
  ])("$name gets a token", async ({ name: _name, scope, purpose, ...given }) => {
    const answer = await ask(given);
    expect(answer.status, answer.body).toBe(200);
    const body = JSON.parse(answer.body);
    expect(body.scope).toBe(scope ?? "system/Observation.rs");
    expect(decodeJwt(body.access_token).purpose).toBe(purpose ?? "TREAT");
  });
});

describe("each check refuses what it is there for", () => {
  const ES384 = { alg: "ES384", typ: "JWT", kid: "first" };
  test.each<Case & { readonly check: number; readonly name: string; readonly detail: string; readonly error: string }>([
    { check: 1, name: "JSON", contentType: "application/json", detail: "content-type", error: "400 invalid_request" },
    { check: 1, name: "no content type", contentType: undefined, detail: "content-type", error: "400 invalid_request" },
    {
      check: 1,
      name: "a body of 17 kB",
      form: { x: "x".repeat(17_000) },
      detail: "too-large",
      error: "400 invalid_request",
    },
    {
      check: 1,
      name: "a repeated scope",
      tail: "&scope=system/*.rs",
      detail: "repeated-parameter",
      error: "400 invalid_request",
    },
    {
      check: 1,
      name: "a repeated unknown parameter",
      tail: "&x=1&x=1",
      detail: "repeated-parameter",
      error: "400 invalid_request",
    },
    {
      check: 2,
      name: "no grant type",
      form: { grant_type: undefined },
      detail: "grant-type",
      error: "400 unsupported_grant_type",
    },
    {
      check: 2,
      name: "another grant type",
      form: { grant_type: "password" },
      detail: "grant-type",
      error: "400 unsupported_grant_type",
    },
    {
      check: 3,
      name: "another assertion type",
      form: { client_assertion_type: "saml2" },
      detail: "assertion-type",
      error: "401 invalid_client",
    },
    {
      check: 3,
      name: "no assertion",
      form: { client_assertion: undefined },
      detail: "assertion-missing",
      error: "401 invalid_client",
    },
    { check: 4, name: "two parts", assertion: "e30.e30", detail: "assertion-malformed", error: "401 invalid_client" },
    {
      check: 4,
      name: "an empty signature",
      assertion: `${forge(ES384, GOOD_CLAIMS, "")}`,
      detail: "assertion-malformed",
      error: "401 invalid_client",
    },
    {
      check: 4,
      name: "a header that is a list",
      assertion: forge([], GOOD_CLAIMS),
      detail: "assertion-malformed",
      error: "401 invalid_client",
    },
    {
      check: 4,
      name: "claims that are not JSON",
      assertion: "e30.bm90.bm90",
      detail: "assertion-malformed",
      error: "401 invalid_client",
    },
    {
      check: 4,
      name: "a JWE",
      assertion: "e30.e30.e30.e30.e30",
      detail: "assertion-malformed",
      error: "401 invalid_client",
    },
    { check: 4, name: "no typ", header: { typ: undefined }, detail: "header-typ", error: "401 invalid_client" },
    {
      check: 4,
      name: "an access token's typ",
      header: { typ: "at+jwt" },
      detail: "header-typ",
      error: "401 invalid_client",
    },
    {
      check: 4,
      name: "alg none",
      assertion: forge({ ...ES384, alg: "none" }, GOOD_CLAIMS),
      detail: "header-alg",
      error: "401 invalid_client",
    },
    {
      check: 4,
      name: "alg None",
      assertion: forge({ ...ES384, alg: "None" }, GOOD_CLAIMS),
      detail: "header-alg",
      error: "401 invalid_client",
    },
    {
      check: 4,
      name: "HS256 with the public key as secret",
      assertion: signedWithPublicKeyAsSecret(),
      detail: "header-alg",
      error: "401 invalid_client",
    },
    {
      check: 4,
      name: "RS256",
      header: { alg: "RS256", kid: "rsa" },
      key: RSA.privateKey,
      detail: "header-alg",
      error: "401 invalid_client",
    },
    {
      check: 4,
      name: "crit",
      header: { crit: ["early-years"], "early-years": 1 },
      detail: "header-member",
      error: "401 invalid_client",
    },
    {
      check: 4,
      name: "an embedded key",
      header: { jwk: STRANGER.jwk },
      key: STRANGER.privateKey,
      detail: "header-member",
      error: "401 invalid_client",
    },
    { check: 4, name: "x5c", header: { x5c: ["MIIB"] }, detail: "header-member", error: "401 invalid_client" },
    {
      check: 4,
      name: "x5u",
      header: { x5u: "https://a.example/c" },
      detail: "header-member",
      error: "401 invalid_client",
    },
    {
      check: 4,
      name: "b64",
      assertion: forge({ ...ES384, b64: false }, GOOD_CLAIMS),
      detail: "header-member",
      error: "401 invalid_client",
    },
    { check: 4, name: "no kid", header: { kid: undefined }, detail: "header-kid", error: "401 invalid_client" },
    {
      check: 5,
      name: "another sub than iss",
      claims: { sub: "other-system" },
      detail: "issuer-is-not-subject",
      error: "401 invalid_client",
    },
    {
      check: 5,
      name: "no iss",
      claims: { iss: undefined },
      detail: "issuer-is-not-subject",
      error: "401 invalid_client",
    },
    {
      check: 5,
      name: "another client_id",
      form: { client_id: "other-system" },
      detail: "client-id",
      error: "401 invalid_client",
    },
    {
      check: 5,
      name: "an unknown client",
      claims: { iss: "nobody", sub: "nobody" },
      detail: 'unknown-client claimed "nobody"',
      error: "401 invalid_client",
    },
    {
      check: 5,
      name: "a client named like a method",
      claims: { iss: "constructor", sub: "constructor" },
      detail: 'unknown-client claimed "constructor"',
      error: "401 invalid_client",
    },
    {
      check: 5,
      name: "a disabled client",
      register: registerOf({ enabled: false }),
      detail: "disabled-client",
      error: "401 invalid_client",
    },
    {
      check: 6,
      name: "a jku",
      header: { jku: "https://a.example/jwks" },
      detail: "header-member",
      error: "401 invalid_client",
    },
    { check: 7, name: "an unknown kid", header: { kid: "second" }, detail: "unknown-key", error: "401 invalid_client" },
    {
      check: 7,
      name: "a kid of another key type",
      header: { kid: "rsa" },
      detail: "unknown-key",
      error: "401 invalid_client",
    },
    {
      check: 7,
      name: "a kid of another client",
      claims: { iss: "other-system", sub: "other-system" },
      header: { alg: "RS384", kid: "rsa" },
      key: RSA.privateKey,
      detail: "unknown-key",
      error: "401 invalid_client",
    },
    {
      check: 8,
      name: "a stranger's signature",
      key: STRANGER.privateKey,
      detail: "signature",
      error: "401 invalid_client",
    },
    {
      check: 8,
      name: "a signature of zeros",
      assertion: forge(ES384, GOOD_CLAIMS, Buffer.alloc(96).toString("base64url")),
      detail: "signature",
      error: "401 invalid_client",
    },
    { check: 9, name: "no aud", claims: { aud: undefined }, detail: "audience", error: "401 invalid_client" },
    {
      check: 9,
      name: "the FHIR base as aud",
      claims: { aud: `${BASE_URL}/fhir/R4` },
      detail: "audience",
      error: "401 invalid_client",
    },
    {
      check: 9,
      name: "an aud with a slash more",
      claims: { aud: `${TOKEN_URL}/` },
      detail: "audience",
      error: "401 invalid_client",
    },
    {
      check: 9,
      name: "a list with another aud",
      claims: { aud: [TOKEN_URL, "https://a.example"] },
      detail: "audience",
      error: "401 invalid_client",
    },
    {
      check: 9,
      name: "a list of one aud",
      claims: { aud: [TOKEN_URL] },
      detail: "audience",
      error: "401 invalid_client",
    },
    { check: 10, name: "no exp", claims: { exp: undefined }, detail: "expiry", error: "401 invalid_client" },
    {
      check: 10,
      name: "exp as text",
      claims: { exp: String(NOW_s + 60) },
      detail: "expiry",
      error: "401 invalid_client",
    },
    {
      check: 10,
      name: "exp with a fraction",
      claims: { exp: NOW_s + 60.5 },
      detail: "expiry",
      error: "401 invalid_client",
    },
    { check: 10, name: "exp this very second", claims: { exp: NOW_s }, detail: "expiry", error: "401 invalid_client" },
    { check: 10, name: "exp 311 s ahead", claims: { exp: NOW_s + 311 }, detail: "expiry", error: "401 invalid_client" },
    { check: 10, name: "exp in milliseconds", claims: { exp: NOW_ms }, detail: "expiry", error: "401 invalid_client" },
    {
      check: 10,
      name: "iat in the future",
      claims: { iat: NOW_s + 11 },
      detail: "not-yet-valid",
      error: "401 invalid_client",
    },
    {
      check: 10,
      name: "nbf in the future",
      claims: { nbf: NOW_s + 60 },
      detail: "not-yet-valid",
      error: "401 invalid_client",
    },
    { check: 10, name: "iat as text", claims: { iat: "now" }, detail: "not-yet-valid", error: "401 invalid_client" },
    { check: 11, name: "no jti", claims: { jti: undefined }, detail: "jti", error: "401 invalid_client" },
    { check: 11, name: "an empty jti", claims: { jti: "" }, detail: "jti", error: "401 invalid_client" },
    { check: 11, name: "a jti that is a number", claims: { jti: 7 }, detail: "jti", error: "401 invalid_client" },
    {
      check: 11,
      name: "a jti of 129 characters",
      claims: { jti: "j".repeat(129) },
      detail: "jti",
      error: "401 invalid_client",
    },
    { check: 12, name: "no scope", form: { scope: undefined }, detail: "scope-missing", error: "400 invalid_scope" },
    {
      check: 12,
      name: "a scope of blanks",
      form: { scope: "  " },
      detail: "scope-missing",
      error: "400 invalid_scope",
    },
    {
      check: 12,
      name: "a scope with a modifier",
      form: { scope: "system/Observation.rs?category:not=laboratory" },
      detail: "scope-malformed",
      error: "400 invalid_scope",
    },
    {
      check: 12,
      name: "letters out of order",
      form: { scope: "system/Observation.sr" },
      detail: "scope-malformed",
      error: "400 invalid_scope",
    },
    {
      check: 12,
      name: "a patient's scope",
      form: { scope: "patient/Observation.rs" },
      detail: "scope-malformed",
      error: "400 invalid_scope",
    },
    {
      check: 12,
      name: "nothing that is registered",
      form: { scope: "system/Consent.rs" },
      detail: "scope-none",
      error: "400 invalid_scope",
    },
    {
      check: 13,
      name: "a purpose that is not registered",
      claims: { purpose: "HRESCH" },
      detail: "purpose",
      error: "400 invalid_scope",
    },
    {
      check: 13,
      name: "several purposes",
      claims: { purpose: ["TREAT", "BTG"] },
      detail: "purpose",
      error: "400 invalid_scope",
    },
    {
      check: 13,
      name: "an agreement that has ended",
      register: registerOf({}, { until: "2026-11-21" }),
      detail: "agreement-ended",
      error: "400 unauthorized_client",
    },
  ])("check $check: $name", async ({ check: _check, name: _name, detail, error, ...given }) => {
    const answer = await ask(given);
    const body = JSON.parse(answer.body);
    expect(`${answer.status} ${body.error}`, answer.body).toBe(error);
    expect(answer.record).toMatchObject({ outcome: "refused", detail });
    expect(answer.headers["Cache-Control"]).toBe("no-store");
    // RFC 6749 5.2: what an error_description may hold.
    expect(body.error_description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
  });

  test("a compressed body is 415, one said to be as it is is read", async () => {
    const compressed = await ask({ contentEncoding: "gzip" });
    expect(compressed.status).toBe(415);
    expect(JSON.parse(compressed.body).error).toBe("invalid_request");
    expect(compressed.record).toMatchObject({ outcome: "refused", client: "unknown", detail: "content-encoding" });
    expect((await ask({ contentEncoding: "Identity" })).status).toBe(200);
  });

  test.each([0, 1, 2] as const)("a changed byte in part %i", async (part) => {
    const answer = await ask({ assertion: await withChangedByte(part) });
    expect(answer.status).toBe(401);
  });
});

describe("an answer tells nothing of who the clients are", () => {
  test("stranger, disabled client, wrong key and wrong signature get the same bytes", async () => {
    const bodies = await Promise.all(
      [
        { claims: { iss: "nobody", sub: "nobody" } },
        { register: registerOf({ enabled: false }) },
        { header: { kid: "second" } },
        { key: STRANGER.privateKey },
      ].map(async (given) => (await ask(given)).body),
    );
    expect(new Set(bodies).size).toBe(1);
  });

  test.each([
    { name: "a registered client under a wrong key", iss: "practice-system", client: "practice-system", told: false },
    { name: "nobody's id", iss: "nobody", client: "unknown", told: true },
    { name: "a child's number", iss: "9990000018", client: "unknown", told: true },
    { name: "a member of every object", iss: "constructor", client: "unknown", told: true },
  ])("$name is recorded as $client, the claim of a stranger in the detail alone", async ({ iss, client, told }) => {
    const { record } = await ask({ claims: { iss, sub: iss }, key: STRANGER.privateKey });
    expect(record.client).toBe(client);
    expect(record.detail).toBe(told ? `unknown-client claimed "${iss}"` : "signature");
  });

  test("a long claim is recorded by its beginning", async () => {
    const { record } = await ask({ claims: { iss: "x".repeat(5_000), sub: "x".repeat(5_000) } });
    expect(record.detail).toBe(`unknown-client claimed "${"x".repeat(200)}"`);
  });
});

describe("an assertion is taken once", () => {
  test("the second time is refused", async () => {
    const assertion = await sign({});
    expect((await ask({ assertion })).status).toBe(200);
    const again = await ask({ assertion });
    expect(again.status).toBe(401);
    expect(again.record.detail).toBe("replayed");
  });

  test("of many at the same time one is taken", async () => {
    const assertion = await sign({});
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask({ assertion })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test("a second process on the same file refuses it too", async () => {
    const other = createSqliteStore({ path: join(directory, "store.sqlite"), clock: () => NOW_ms });
    const assertion = await sign({});
    expect((await ask({ assertion }, other)).status).toBe(200);
    expect((await ask({ assertion }, store)).record.detail).toBe("replayed");
    await other.close();
  });

  test("two clients may use the same jti", async () => {
    const claims = { iss: "other-system", sub: "other-system" };
    expect((await ask()).status).toBe(200);
    expect((await ask({ claims })).status).toBe(200);
  });

  test("a bad signature does not use up a jti", async () => {
    expect((await ask({ key: STRANGER.privateKey })).status).toBe(401);
    expect((await ask()).status).toBe(200);
  });

  test("a store that cannot answer is no permission", async () => {
    const closed = createSqliteStore({ path: join(directory, "closed.sqlite"), clock: () => NOW_ms });
    await closed.close();
    const answer = await ask({}, closed);
    expect(answer.status).toBe(503);
    expect(answer.headers["Retry-After"]).toBe("5");
    expect(answer.record).toMatchObject({ outcome: "failed", detail: "store-unavailable" });
  });
});
