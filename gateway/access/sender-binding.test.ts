import { generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import { decodeJwt, exportJWK } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { createSqliteStore } from "../store/sqlite/sqlite.ts";
import { type Authentication, createAuthenticator, type Presented } from "./authenticate.ts";
import { createProofKey, type Proof, type ProofKey, prove } from "./dpop.fixtures.ts";
import type { Register } from "./register.ts";
import type { ReplayStore } from "./replay.ts";
import { askOf, BASE_URL, NOW_ms, NOW_s, registerOf, TOKEN_URL, useGround } from "./token.fixtures.ts";

const ground = useGround(createSqliteStore);
const WITH_DPOP = registerOf({ senderConstraint: "dpop" });
const PATIENT = `${BASE_URL}/fhir/R4/Patient`;

let key: ProofKey;
let other: ProofKey;
beforeAll(async () => {
  key = await createProofKey();
  other = await createProofKey();
});

const proofFor = (change: Partial<Proof> = {}, by = key): Promise<string> =>
  prove(by, { method: "POST", url: TOKEN_URL, now_ms: NOW_ms, nonce: ground.nonces.make(NOW_ms), ...change });

async function bound(register: Register): Promise<string> {
  const claims = { jti: crypto.randomUUID() };
  const answer = await askOf(ground, { register, claims, dpop: await proofFor() });
  return JSON.parse(answer.body).access_token;
}

function authenticatorOf(register: Register, store: ReplayStore = ground.store) {
  const { keys, nonces } = ground;
  const state = { now_ms: NOW_ms, register };
  const authenticate = createAuthenticator({
    register: { ...register, client: (id) => state.register.client(id) },
    keys,
    nonces,
    store,
    baseUrl: BASE_URL,
    clock: () => state.now_ms,
  });
  return { state, authenticate };
}

const about = { method: "GET", url: `${PATIENT}?_id=1` };

async function use(token: string, presented: Partial<Presented>, register = WITH_DPOP): Promise<Authentication> {
  return authenticatorOf(register).authenticate({ authorization: `DPoP ${token}`, about, ...presented });
}

describe("the token of a client that must prove a key", () => {
  test("is bound to the key, says so, and brings a nonce for the next proof", async () => {
    const answer = await askOf(ground, { register: WITH_DPOP, dpop: await proofFor() });
    expect(answer.status, answer.body).toBe(200);
    const { token_type, access_token } = JSON.parse(answer.body);
    expect(token_type).toBe("DPoP");
    expect(decodeJwt(access_token).cnf).toEqual({ jkt: key.thumbprint });
    expect(ground.nonces.isGood(answer.headers["DPoP-Nonce"] ?? "", NOW_ms)).toBe(true);
    expect(answer.record).toMatchObject({ outcome: "success", binding: key.thumbprint });
  });

  test("a client that need not may have one too", async () => {
    const answer = await askOf(ground, { dpop: await proofFor() });
    expect(JSON.parse(answer.body).token_type).toBe("DPoP");
  });

  test("a proof without our nonce is told one, and the assertion is not used up by it", async () => {
    const claims = { jti: "kept-for-the-next-proof" };
    const { nonce: _, ...without } = { nonce: "", method: "POST", url: TOKEN_URL, now_ms: NOW_ms };
    const first = await askOf(ground, { register: WITH_DPOP, claims, dpop: await prove(key, without) });
    expect(first.status).toBe(400);
    expect(JSON.parse(first.body).error).toBe("use_dpop_nonce");
    const dpop = await proofFor({ nonce: first.headers["DPoP-Nonce"] ?? "" });
    expect((await askOf(ground, { register: WITH_DPOP, claims, dpop })).status).toBe(200);
  });

  test("a proof is good once, at whichever process", async () => {
    const dpop = await proofFor();
    expect((await askOf(ground, { register: WITH_DPOP, dpop })).status).toBe(200);
    const store = createSqliteStore({ path: join(ground.directory, "store.sqlite"), clock: () => NOW_ms });
    const again = await askOf(ground, { register: WITH_DPOP, dpop, claims: { jti: "another" } }, { store });
    expect(again.record.detail).toBe("dpop replayed");
    await store.close();
  });

  test("a store that cannot answer is no permission", async () => {
    const closed = createSqliteStore({ path: join(ground.directory, "closed.sqlite"), clock: () => NOW_ms });
    await closed.close();
    const answer = await askOf(ground, { register: WITH_DPOP, dpop: await proofFor() }, { store: closed });
    expect(answer).toMatchObject({ status: 503, record: { outcome: "failed" } });
  });

  test.each<{ readonly name: string; readonly problem: string; readonly change: Partial<Proof> }>([
    { name: "an access token's typ", problem: "typ", change: { header: { typ: "at+jwt" } } },
    { name: "a critical header", problem: "typ", change: { header: { b64: true } } },
    { name: "another method", problem: "htm", change: { method: "GET" } },
    { name: "a method in small letters", problem: "htm", change: { method: "post" } },
    { name: "another address", problem: "htu", change: { url: `${BASE_URL}/oauth2/other` } },
    { name: "another host", problem: "htu", change: { url: "https://other.example/oauth2/token" } },
    { name: "another scheme", problem: "htu", change: { url: TOKEN_URL.replace("https", "http") } },
    { name: "no address", problem: "htu", change: { claims: { htu: 7 } } },
    { name: "an old iat", problem: "iat", change: { claims: { iat: NOW_s - 75 } } },
    { name: "a future iat", problem: "iat", change: { claims: { iat: NOW_s + 30 } } },
    { name: "an iat as text", problem: "iat", change: { claims: { iat: String(NOW_s) } } },
    { name: "no jti", problem: "jti", change: { claims: { jti: undefined } } },
    { name: "a long jti", problem: "jti", change: { claims: { jti: "j".repeat(129) } } },
    { name: "another nonce", problem: "nonce", change: { nonce: "made-up" } },
    { name: "a nonce of another time", problem: "nonce", change: { nonce: "zzzzzz.AAAAAAAAAAAAAAAAAAAAAA" } },
    { name: "no key", problem: "jwk", change: { header: { jwk: undefined } } },
    { name: "a secret as key", problem: "jwk", change: { header: { jwk: { kty: "oct", k: "AAAA" } } } },
  ])("is refused for $name", async ({ problem, change }) => {
    const answer = await askOf(ground, { register: WITH_DPOP, dpop: await proofFor(change) });
    expect(answer.status).toBe(400);
    expect(answer.record).toMatchObject({ outcome: "refused", client: "practice-system", detail: `dpop ${problem}` });
    expect(answer.headers["DPoP-Nonce"]).toBeDefined();
  });

  test.each<{ readonly name: string; readonly problem: string; readonly proof: () => Promise<string> | string }>([
    { name: "no JWT", problem: "malformed", proof: () => "proof" },
    { name: "two proofs in one header", problem: "malformed", proof: async () => `${await proofFor()}, a.b.c` },
    { name: "a very long one", problem: "malformed", proof: () => `e30.${"A".repeat(5_000)}.AA` },
    { name: "another's signature", problem: "signature", proof: () => proofFor({ by: other.privateKey }) },
    {
      name: "a private key in its header",
      problem: "jwk",
      proof: async () => {
        const jwk = await exportJWK(key.privateKey);
        return proofFor({ header: { jwk } });
      },
    },
    {
      name: "a short RSA key",
      problem: "jwk",
      proof: async () => {
        const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 1_024 });
        const proof = await proofFor({ header: { jwk: await exportJWK(publicKey) } });
        expect(privateKey.type).toBe("private");
        const [, claims = ""] = proof.split(".");
        const header = { alg: "PS256", typ: "dpop+jwt", jwk: await exportJWK(publicKey) };
        return `${Buffer.from(JSON.stringify(header)).toString("base64url")}.${claims}.AAAA`;
      },
    },
    {
      name: "alg none",
      problem: "alg",
      proof: async () => {
        const [, claims = ""] = (await proofFor()).split(".");
        const header = { alg: "none", typ: "dpop+jwt", jwk: key.jwk };
        return `${Buffer.from(JSON.stringify(header)).toString("base64url")}.${claims}.AAAA`;
      },
    },
  ])("is refused for $name", async ({ problem, proof }) => {
    const answer = await askOf(ground, { register: WITH_DPOP, dpop: await proof() });
    expect(`${JSON.parse(answer.body).error} ${answer.record.detail}`).toBe(`invalid_dpop_proof dpop ${problem}`);
  });

  test("is refused without a proof", async () => {
    const answer = await askOf(ground, { register: WITH_DPOP });
    expect(answer.record.detail).toBe("dpop missing");
  });
});

describe("a token bound to a key", () => {
  const proofOf = (token: string, change: Partial<Proof> = {}, by = key) =>
    proofFor({ method: "GET", url: PATIENT, token, ...change }, by);

  test("is good with a proof of its own for each request", async () => {
    const token = await bound(WITH_DPOP);
    const { authenticate } = authenticatorOf(WITH_DPOP);
    for (let nth = 0; nth < 3; nth += 1) {
      const dpop = await proofOf(token);
      expect(await authenticate({ authorization: `DPoP ${token}`, dpop, about })).toMatchObject({
        ok: true,
        requester: { binding: { kind: "dpop", thumbprint: key.thumbprint } },
      });
    }
  });

  test.each<{ readonly name: string; readonly proof: (token: string) => Promise<string | undefined> }>([
    { name: "no proof", proof: async () => undefined },
    { name: "a proof by another key", proof: (token) => proofOf(token, {}, other) },
    { name: "a proof for another token", proof: () => proofOf("another") },
    { name: "a proof without the token", proof: () => proofFor({ method: "GET", url: PATIENT }) },
    {
      name: "a proof for another address",
      proof: (token) => proofOf(token, { url: `${BASE_URL}/fhir/R4/Observation` }),
    },
    { name: "a proof for another method", proof: (token) => proofOf(token, { method: "POST" }) },
  ])("is refused with $name", async ({ proof }) => {
    const token = await bound(WITH_DPOP);
    const dpop = await proof(token);
    const answer = await use(token, dpop === undefined ? {} : { dpop });
    expect(answer).toMatchObject({
      ok: false,
      issue: { kind: "invalid-proof", needsNonce: false },
      requester: { client: "practice-system" },
    });
  });

  test("is refused with a proof without our nonce, and told one", async () => {
    const token = await bound(WITH_DPOP);
    const dpop = await proofOf(token, { claims: { nonce: undefined } });
    const answer = await use(token, { dpop });
    expect(answer).toMatchObject({ ok: false, issue: { kind: "invalid-proof", needsNonce: true } });
    const nonce = !answer.ok && answer.issue.kind === "invalid-proof" ? answer.issue.nonce : "";
    expect(await use(token, { dpop: await proofOf(token, { nonce }) })).toMatchObject({ ok: true });
  });

  test("is refused when its proof was used before", async () => {
    const token = await bound(WITH_DPOP);
    const dpop = await proofOf(token);
    const answers = await Promise.all(Array.from({ length: 5 }, () => use(token, { dpop })));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  });

  test("is no bearer token, whatever proof comes with it", async () => {
    const token = await bound(WITH_DPOP);
    const dpop = await proofOf(token);
    expect(await use(token, { authorization: `Bearer ${token}`, dpop })).toMatchObject({ ok: false });
    expect(await use(token, { authorization: `Bearer ${token}` })).toMatchObject({ ok: false });
  });

  test("is refused where nobody says what the request is", async () => {
    const token = await bound(WITH_DPOP);
    expect(await use(token, { dpop: await proofOf(token), about: undefined })).toMatchObject({ ok: false });
  });

  test("is unavailable while the store cannot say whether its proof was used", async () => {
    const token = await bound(WITH_DPOP);
    const failing: ReplayStore = { write: () => Promise.reject(new Error("the disk is full")) };
    const { authenticate } = authenticatorOf(WITH_DPOP, failing);
    const answer = await authenticate({ authorization: `DPoP ${token}`, dpop: await proofOf(token), about });
    expect(answer).toMatchObject({ ok: false, issue: { kind: "unavailable", what: "store" } });
  });

  test("with the scheme DPoP and no binding is refused", async () => {
    const answer = await askOf(ground);
    const token = JSON.parse(answer.body).access_token;
    const plain = registerOf();
    expect(await use(token, { dpop: await proofOf(token) }, plain)).toMatchObject({ ok: false });
    expect(await use(token, { authorization: `Bearer ${token}` }, plain)).toMatchObject({ ok: true });
  });

  test("of a client from which the register asks for more since is no longer enough", async () => {
    const token = JSON.parse((await askOf(ground)).body).access_token;
    const { state, authenticate } = authenticatorOf(registerOf());
    expect(await authenticate({ authorization: `Bearer ${token}`, about })).toMatchObject({ ok: true });
    state.register = WITH_DPOP;
    expect(await authenticate({ authorization: `Bearer ${token}`, about })).toMatchObject({
      ok: false,
      issue: { kind: "invalid-token", reason: "revoked" },
    });
  });
});
