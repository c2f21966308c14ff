import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeJwt, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSqliteStore } from "../store/sqlite/sqlite.ts";
import type { Store } from "../store/store.ts";
import { createGuardedFetch, fetchJson } from "./guarded-fetch.ts";
import { AUDIENCE, startTestIssuer, type TestIssuer } from "./oidc-issuer.fixtures.ts";
import { type Client, parseRegister, type Register } from "./register.ts";
import type { RegisterFile } from "./register-file.ts";
import { createKeyPair, createRegisterFile } from "./register-fixtures.ts";
import { createUserTokenChecker } from "./user-token.ts";

const ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token";
const ROLE = "S8000:G8000:R8001";

let issuer: TestIssuer;
let person: Readonly<Record<string, unknown>>;
let directory: string;
let store: Store;

beforeAll(async () => {
  person = { role: ROLE, roles: [{ id: "555021935107" }, { id: "555021936106" }], selected_role_id: "555021936106" };
  issuer = await startTestIssuer(() => person);
  directory = await mkdtemp(join(tmpdir(), "users-"));
  store = createSqliteStore({ path: join(directory, "store.sqlite"), isAlone: true });
});
afterAll(async () => {
  await issuer.stop();
  await store.close();
  await rm(directory, { recursive: true });
});

type Issuer = NonNullable<RegisterFile["issuers"]>[number];

function registerOf(told: Partial<Issuer> = {}): { readonly register: Register; readonly client: Client } {
  const file = createRegisterFile(createKeyPair("first").jwk);
  const parsed = parseRegister({
    ...file,
    issuers: [
      { id: "care-identity", issuer: issuer.url, audience: AUDIENCE, groups: { [ROLE]: "health-visitor" }, ...told },
    ],
    clients: file.clients.map((client) => ({ ...client, users: { issuer: "care-identity", required: true } })),
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const client = parsed.register.client("practice-system");
  if (client === undefined) throw new Error("The client stands in the register.");
  return { register: parsed.register, client };
}

function checkerOf(
  told: Partial<Issuer> = {},
  more: { readonly fetched?: string[]; readonly clock?: () => number } = {},
) {
  const { register, client } = registerOf(told);
  const fetch = fetchJson(createGuardedFetch({ isLoopbackAllowed: true }));
  const { check } = createUserTokenChecker({
    register,
    store,
    clock: more.clock ?? Date.now,
    fetchJson: async (url) => {
      more.fetched?.push(url);
      return fetch(url);
    },
  });
  return async (token: string | undefined, type: string | undefined = ID_TOKEN) => {
    const checked = await check(client, token, type);
    return checked.ok ? checked.user : checked.refusal.reason;
  };
}

describe("the identity token of a real OpenID provider", () => {
  test("says who the person is, in which role and in which session", async () => {
    const token = await issuer.signIn();
    expect(await checkerOf()(token)).toEqual({
      id: `${issuer.url}|person-1`,
      role: ROLE,
      group: "health-visitor",
      roles: ["555021935107", "555021936106"],
      ...(typeof decodeJwt(token).sid === "string" ? { session: decodeJwt(token).sid } : {}),
    });
  });

  test("is taken as often as access tokens fit into its life, and no more often", async () => {
    const token = await issuer.signIn();
    const check = checkerOf();
    const taken: unknown[] = [];
    for (let nth = 0; nth < 13; nth += 1) taken.push(await check(token));
    expect(taken.filter((one) => typeof one === "object")).toHaveLength(12);
    expect(taken.at(-1)).toBe("used-up");
  });

  test("of another audience is not taken", async () => {
    expect(await checkerOf()(await issuer.signIn({ client: "another-system" }))).toBe("audience");
  });

  test.each([
    { told: { acr: ["aal3"] }, reason: "acr" },
    { told: { signedInWithin_s: 60 }, reason: "signed-in-too-long-ago", later_ms: 120_000 },
    { told: {}, reason: "expired", later_ms: 700_000 },
    { told: { algorithms: ["ES256" as const] }, reason: "header" },
    { told: { issuer: "https://identity.example" }, reason: "issuer" },
  ])("is not taken when the register asks for more: $reason", async ({ told, reason, later_ms = 0 }) => {
    const token = await issuer.signIn();
    const check = checkerOf(told, { clock: () => Date.now() + later_ms });
    expect(await check(token)).toBe(reason);
  });

  test("costs the issuer no second question about a kid that it does not have", async () => {
    const fetched: string[] = [];
    const check = checkerOf({}, { fetched });
    const forged = await sign({}, { kid: "none" });
    for (let nth = 0; nth < 5; nth += 1) expect(await check(forged)).toBe("key");
    expect(fetched).toHaveLength(2);
  });
});

const STRANGER = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const NOW_s = () => Math.floor(Date.now() / 1_000);

/** What somebody else signed, told like the issuer's own. */
async function sign(
  claims: Readonly<Record<string, unknown>>,
  header: { readonly kid?: string; readonly alg?: string; readonly crit?: string[] } = {},
  key: KeyObject = STRANGER.privateKey,
): Promise<string> {
  const told = { iss: issuer.url, aud: AUDIENCE, sub: "person-1", iat: NOW_s(), exp: NOW_s() + 60, role: ROLE };
  return new SignJWT({ ...told, ...claims })
    .setProtectedHeader({ alg: "RS256", kid: "issuer-key", ...header })
    .sign(key);
}

describe("a token that the issuer did not give", () => {
  test("is refused though it says all that the issuer's would", async () => {
    expect(await checkerOf()(await sign({}))).toBe("signature");
  });

  test.each([
    { what: "no token", make: async () => undefined, reason: "missing" },
    { what: "no JWT", make: async () => "a.b", reason: "malformed" },
    {
      what: "none as alg",
      make: async () => `${part({ alg: "none", kid: "x" })}.${part({ iss: issuer.url })}.AA`,
      reason: "header",
    },
    {
      what: "a shared secret as alg",
      make: async () => `${part({ alg: "HS256", kid: "issuer-key" })}.${part({ iss: issuer.url })}.AA`,
      reason: "header",
    },
    {
      what: "another type",
      make: async () => sign({}),
      type: "urn:ietf:params:oauth:token-type:access_token",
      reason: "type",
    },
  ])("is refused: $what", async ({ make, type, reason }) => {
    expect(await checkerOf()(await make(), type)).toBe(reason);
  });

  test("is refused while the issuer cannot be asked", async () => {
    const { register, client } = registerOf();
    const { check } = createUserTokenChecker({ register, store, clock: Date.now, fetchJson: async () => undefined });
    expect(await check(client, await sign({}), ID_TOKEN)).toMatchObject({
      ok: false,
      refusal: { reason: "issuer-away" },
    });
  });
});

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** The same token with n - s in place of s, which is as good a signature. SEC 2, secp256r1. */
function toTwin(token: string): string {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const at = token.lastIndexOf(".") + 1;
  const signature = Buffer.from(token.slice(at), "base64url");
  const s = order - BigInt(`0x${signature.toString("hex", 32)}`);
  const twin = Buffer.concat([signature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, "0"), "hex")]);
  return `${token.slice(0, at)}${twin.toString("base64url")}`;
}

describe("a token signed as it must be", () => {
  /** An issuer that publishes the stranger's key. */
  function signingIssuer(told: Partial<Issuer> = {}) {
    const { register, client } = registerOf(told);
    const keys = [{ ...STRANGER.publicKey.export({ format: "jwk" }), kid: "issuer-key" }];
    const checker = createUserTokenChecker({
      register,
      store,
      clock: Date.now,
      fetchJson: async (url) => ({
        json: url.endsWith("/keys") ? { keys } : { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` },
      }),
    });
    return { checker, client, register };
  }

  async function checkSigned(claims: Readonly<Record<string, unknown>>, told: Partial<Issuer> = {}) {
    const { checker, client } = signingIssuer(told);
    const checked = await checker.check(client, await sign({ jti: Math.random(), ...claims }), ID_TOKEN);
    return checked.ok ? checked.user : checked.refusal.reason;
  }

  test.each([
    { claims: { aud: [AUDIENCE, "another"] }, reason: "audience" },
    { claims: { azp: "another" }, reason: "audience" },
    { claims: { exp: "soon" }, reason: "expired" },
    { claims: { iat: NOW_s() + 3_600 }, reason: "not-yet-valid" },
    { claims: { iat: undefined }, reason: "not-yet-valid" },
    { claims: { nbf: NOW_s() + 3_600 }, reason: "not-yet-valid" },
    { claims: { iat: NOW_s() - 7_200 }, reason: "too-old" },
    { claims: { sub: "" }, reason: "subject" },
    { claims: { role: undefined }, reason: "role" },
    { claims: { role: ["R1", "R2"] }, reason: "role" },
    { claims: { roles: [{ id: "1" }], selected_role_id: "2" }, reason: "role" },
  ])("is refused for its claims $claims: $reason", async ({ claims, reason }) => {
    expect(await checkSigned(claims)).toBe(reason);
  });

  test.each([
    { claims: { aud: "gateway", nonce: "n-1" }, reason: undefined },
    { claims: { aud: ["gateway"], azp: "gateway", nonce: "n-1" }, reason: undefined },
    { claims: { aud: AUDIENCE, nonce: "n-1" }, reason: "audience" },
    { claims: { aud: ["gateway", AUDIENCE], nonce: "n-1" }, reason: "audience" },
    { claims: { aud: "gateway", azp: AUDIENCE, nonce: "n-1" }, reason: "audience" },
    { claims: { aud: "gateway", nonce: "n-2" }, reason: "nonce" },
    { claims: { aud: "gateway" }, reason: "nonce" },
    { claims: { aud: "gateway", nonce: ["n-1"] }, reason: "nonce" },
  ])(
    "that the gateway asked for itself is for it and for what it asked: $claims, $reason",
    async ({ claims, reason }) => {
      const { checker, register } = signingIssuer();
      const known = register.issuer("care-identity");
      if (known === undefined) throw new Error("The issuer stands in the register.");
      const checked = await checker.checkOwn(known, await sign(claims), { audience: "gateway", nonce: "n-1" });
      expect(typeof checked === "string" ? checked : undefined).toBe(reason);
    },
  );

  test.each(["constructor", "__proto__", "toString"])(
    "has no group where the register names none, whatever the role is called: %s",
    async (role) => {
      expect(await checkSigned({ role })).toMatchObject({ role, group: "other" });
    },
  );

  test("is taken no more often for being signed in both of the ways that one signature of ECDSA can be written", async () => {
    const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const { register, client } = registerOf({ algorithms: ["ES256"] });
    const keys = [{ ...pair.publicKey.export({ format: "jwk" }), kid: "issuer-key" }];
    const fetchJson = async (url: string) => ({
      json: url.endsWith("/keys") ? { keys } : { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` },
    });
    const { check } = createUserTokenChecker({ register, store, clock: Date.now, fetchJson });
    const token = await sign({ jti: Math.random() }, { alg: "ES256" }, pair.privateKey);
    let taken = 0;
    for (let nth = 0; nth < 26; nth += 1) {
      const { ok } = await check(client, nth % 2 === 0 ? token : toTwin(token), ID_TOKEN);
      taken += ok ? 1 : 0;
    }
    expect(taken).toBe(12);
  });

  test("is taken when it is recent and strong enough", async () => {
    const told = { acr: ["aal2", "aal3"], signedInWithin_s: 600 };
    expect(await checkSigned({ acr: "aal3", auth_time: NOW_s() - 500 }, told)).toMatchObject({ role: ROLE });
    expect(await checkSigned({ acr: "aal3", auth_time: NOW_s() - 700 }, told)).toBe("signed-in-too-long-ago");
  });

  test("says the role of the assignment that the person selected", async () => {
    const nrbac = [
      { code: "R1", id: "1" },
      { code: "R2", id: "2" },
    ];
    const claims = { role: "nrbac.code", roles: "nrbac.id", selectedRole: "selected" };
    expect(await checkSigned({ nrbac, selected: "2" }, { claims })).toMatchObject({ role: "R2", roles: ["1", "2"] });
    expect(await checkSigned({ nrbac }, { claims })).toBe("role");
  });
});
