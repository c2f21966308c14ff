import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LIMITS } from "../limits.ts";
import { createSqliteStore } from "../store/sqlite/sqlite.ts";
import type { Store } from "../store/store.ts";
import { createAuthenticator } from "./authenticate.ts";
import { createDpopNonces } from "./dpop-nonce.ts";
import { ensureIdentityKey, ensureNonceKey, type GatewayKeys, openGatewayKeys } from "./gateway-keys.ts";
import { checkOrganizationHeader } from "./organization-header.ts";
import { parseRegister, type Register } from "./register.ts";
import { createKeyPair, createRegisterFile } from "./register-fixtures.ts";
import type { SigningKey } from "./signing-key.ts";

const BASE_URL = "https://gateway.example";
const START_ms = Date.parse("2026-11-22T12:00:00Z");
const PAIR = createKeyPair("first");

let directory: string;
let store: Store;
let keys: GatewayKeys;
let nonces: ReturnType<typeof createDpopNonces>;
let key: SigningKey;
let other: SigningKey;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "authenticate-"));
  store = createSqliteStore({ path: join(directory, "store.sqlite") });
  const clock = () => START_ms;
  keys = await openGatewayKeys({ dataDir: directory, mode: "production", clock });
  nonces = createDpopNonces(await ensureNonceKey({ dataDir: directory, mode: "production" }));
  key = keys.signing();
  const others = await openGatewayKeys({ dataDir: directory, mode: "demonstration", clock });
  other = others.signing();
  others.close();
});
afterAll(async () => {
  keys.close();
  await store.close();
  await rm(directory, { recursive: true });
});

interface Change {
  readonly client?: Readonly<Record<string, unknown>>;
  readonly agreement?: Readonly<Record<string, unknown>>;
}

function registerOf({ client, agreement }: Change = {}): Register {
  const file = createRegisterFile(PAIR.jwk);
  const parsed = parseRegister({
    ...file,
    agreements: file.agreements.map((entry) => ({ ...entry, ...agreement })),
    clients: file.clients.map((entry) => ({ ...entry, ...client })),
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.register;
}

/** An authenticator whose clock and register the test moves. */
function setUp(register: Register = registerOf()) {
  const state = { now_ms: START_ms, register, version: register.version };
  const authenticator = createAuthenticator({
    register: {
      ...register,
      get version() {
        return state.version;
      },
      client: (id) => state.register.client(id),
      source: (name) => state.register.source(name),
      agreementOf: (client) => state.register.agreementOf(client),
    },
    keys,
    store,
    nonces,
    baseUrl: BASE_URL,
    clock: () => state.now_ms,
  });
  const authenticate = (authorization: string | undefined) =>
    authenticator({ authorization, about: { method: "GET", url: `${BASE_URL}/fhir/R4/Patient` } });
  return { state, authenticate };
}

interface Token {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly by?: "other";
  readonly audience?: string | string[];
  readonly issuer?: string;
  readonly life_s?: number;
}

async function sign({ claims, header, by, audience, issuer, life_s }: Token = {}): Promise<string> {
  const now_s = START_ms / 1_000;
  return await new SignJWT({
    client_id: "practice-system",
    sub: "practice-system",
    jti: "token-1",
    scope: "system/Observation.rs",
    purpose: "TREAT",
    agreement: { id: "direct-care", version: 3 },
    ...claims,
  })
    .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: key.kid, ...header })
    .setIssuer(issuer ?? BASE_URL)
    .setAudience(audience ?? `${BASE_URL}/fhir/R4`)
    .setIssuedAt(now_s)
    .setExpirationTime(now_s + (life_s ?? 300))
    .sign((by === "other" ? other : key).privateKey);
}

const NOT_OURS = { ok: false, issue: { kind: "invalid-token", reason: "not-ours" } };
const EXPIRED = { ok: false, issue: { kind: "invalid-token", reason: "expired" } };
const REVOKED = { ok: false, issue: { kind: "invalid-token", reason: "revoked" } };
const MISSING = { ok: false, issue: { kind: "missing-token" } };

describe("a token of ours", () => {
  test("says who asks, on whose behalf, what for and within which scopes", async () => {
    const { authenticate } = setUp();
    expect(await authenticate(`Bearer ${await sign()}`)).toEqual({
      ok: true,
      requester: {
        client: "practice-system",
        organization: {
          system: "https://fhir.nhs.uk/Id/ods-organization-code",
          value: "Z99101",
          authority: "leeds",
          ancestors: [],
        },
        agreement: expect.objectContaining({ id: "direct-care", version: 3 }),
        purpose: "TREAT",
        scopes: [{ context: "system", type: "Observation", interactions: "rs" }],
        tokenId: "token-1",
      },
    });
  });

  test("seen before is answered at once, without a promise, with the same requester", async () => {
    const { authenticate } = setUp();
    const header = `Bearer ${await sign()}`;
    const first = authenticate(header);
    expect(first).toBeInstanceOf(Promise);
    expect(authenticate(header)).toBeInstanceOf(Promise);
    const answer = await first;
    expect(authenticate(header)).toBe(answer);
    expect(authenticate(header.replace("Bearer", "bearer"))).toBe(answer);
  });

  test("is taken at its word for a minute, then verified again", async () => {
    const { state, authenticate } = setUp();
    const header = `Bearer ${await sign()}`;
    await authenticate(header);
    state.now_ms += LIMITS.token_cache_s * 1_000 - 1;
    expect(authenticate(header)).toMatchObject({ ok: true });
    state.now_ms += 1;
    const again = authenticate(header);
    expect(again).toBeInstanceOf(Promise);
    expect(await again).toMatchObject({ ok: true });
  });

  test("is verified anew when the register has changed", async () => {
    const { state, authenticate } = setUp();
    const header = `Bearer ${await sign()}`;
    await authenticate(header);
    expect(authenticate(header)).toMatchObject({ ok: true });
    state.version += 1;
    const again = authenticate(header);
    expect(again).toBeInstanceOf(Promise);
    expect(await again).toMatchObject({ ok: true });
  });

  test("holds no scope that the client has lost since", async () => {
    const { authenticate } = setUp(registerOf({ client: { scopes: ["system/Patient.rs", "system/Observation.r"] } }));
    expect(await authenticate(`Bearer ${await sign()}`)).toMatchObject({
      requester: { scopes: [{ type: "Observation", interactions: "r" }] },
    });
  });
});

describe("what changes while a token lives counts at once, also for a token seen before", () => {
  test.each<{ readonly name: string; readonly change: Change }>([
    { name: "the client is disabled", change: { client: { enabled: false } } },
    { name: "the client is gone", change: { client: { id: "another" } } },
    { name: "the agreement has a new version", change: { agreement: { version: 4 } } },
    { name: "the agreement has ended", change: { agreement: { until: "2026-11-21" } } },
  ])("$name", async ({ change }) => {
    const header = `Bearer ${await sign()}`;
    const { state, authenticate } = setUp();
    expect(await authenticate(header)).toMatchObject({ ok: true });
    state.register = registerOf(change);
    expect(authenticate(header)).toEqual(REVOKED);
    expect(await setUp(registerOf(change)).authenticate(header)).toEqual(REVOKED);
  });

  test("a purpose that was taken out of the agreement is gone with it", async () => {
    const { authenticate } = setUp(registerOf({ agreement: { purposes: ["ETREAT"] } }));
    expect(await authenticate(`Bearer ${await sign()}`)).toEqual(REVOKED);
  });

  test("its own end", async () => {
    const { state, authenticate } = setUp();
    const header = `Bearer ${await sign({ life_s: 30 })}`;
    state.now_ms += 29_999;
    expect(await authenticate(header)).toMatchObject({ ok: true });
    state.now_ms += 1;
    expect(await authenticate(header)).toEqual(EXPIRED);
  });

  test("the end of the agreement's last day", async () => {
    const { state, authenticate } = setUp(registerOf({ agreement: { until: "2026-11-22" } }));
    state.now_ms = Date.parse("2026-11-22T23:59:59Z");
    const header = `Bearer ${await sign({ life_s: 86_400 })}`;
    expect(await authenticate(header)).toMatchObject({ ok: true });
    state.now_ms += 1_000;
    expect(authenticate(header)).toEqual(REVOKED);
  });
});

describe("what is no token of ours is refused", () => {
  test.each([
    { name: "no header", header: undefined },
    { name: "an empty header", header: "" },
    { name: "another scheme", header: "Basic dXNlcjpwYXNz" },
    { name: "the scheme alone", header: "Bearer " },
  ])("$name is a missing token", ({ header }) => {
    expect(setUp().authenticate(header)).toEqual(MISSING);
  });

  test.each<Token & { readonly name: string }>([
    { name: "of another key under our kid", by: "other" },
    { name: "of another key under its own kid", by: "other", header: { kid: "other" } },
    { name: "without a kid", header: { kid: undefined } },
    { name: "that is a client's assertion", header: { typ: "JWT" } },
    { name: "for another audience", audience: `${BASE_URL}/oauth2/token` },
    { name: "of another issuer", issuer: "https://other.example" },
    { name: "without a jti", claims: { jti: undefined } },
    { name: "without an agreement", claims: { agreement: undefined } },
    { name: "whose client_id is not its subject", claims: { client_id: "other-system" } },
  ])("a token $name", async ({ name: _name, ...token }) => {
    expect(await setUp().authenticate(`Bearer ${await sign(token)}`)).toEqual(NOT_OURS);
  });

  test.each(["not-a-token", "a.b.c", "e30.e30.e30", " ", "é", "eyJhbGciOiJub25lIn0.e30."])(
    "the text '%s'",
    async (text) => {
      expect(await setUp().authenticate(`Bearer ${text}`)).toEqual(NOT_OURS);
    },
  );

  test("a token with one character changed, wherever it is, also after the right one was seen", async () => {
    const { authenticate } = setUp();
    const token = await sign();
    await authenticate(`Bearer ${token}`);
    const places = [...token].flatMap((_, at) =>
      (at % 29 === 0 || at === token.length - 1) && token[at] !== "." ? [at] : [],
    );
    for (const at of places) {
      const changed = `${token.slice(0, at)}${token[at] === "A" ? "B" : "A"}${token.slice(at + 1)}`;
      expect(await authenticate(`Bearer ${changed}`), `character ${at}`).toMatchObject({ ok: false });
    }
    expect(places.length).toBeGreaterThan(10);
  });
});

describe("the gateway's keys", () => {
  test("hold an identity key of 32 bytes, the same at every start, unless one is given", async () => {
    const made = await ensureIdentityKey({ dataDir: directory });
    expect(made.symmetricKeySize).toBe(32);
    expect((await ensureIdentityKey({ dataDir: directory })).equals(made)).toBe(true);
    expect(await ensureIdentityKey({ dataDir: join(directory, "nowhere"), identityKey: made })).toBe(made);
  });
});

test.each([
  { value: undefined, issue: undefined },
  { value: "Z99101", issue: undefined },
  { value: "Z99102", issue: { kind: "organization-mismatch" } },
  { value: "", issue: { kind: "organization-mismatch" } },
])("a header that names $value beside the registered Z99101 gives $issue", ({ value, issue }) => {
  const organization = { system: "https://fhir.nhs.uk/Id/ods-organization-code", value: "Z99101", authority: "leeds" };
  expect(checkOrganizationHeader(value, { organization })).toEqual(issue);
});
