import { hash } from "node:crypto";
import { LIMITS } from "../limits.ts";
import type { FetchJson } from "./issuer-discovery.ts";
import type { Client, Register } from "./register.ts";
import type { UserIssuer } from "./register-issuer.ts";
import { type ReplayStore, useOnce } from "./replay.ts";
import type { RequesterUser } from "./requester.ts";
import { isSignedBy } from "./signature.ts";
import type { TokenRefusal } from "./token-refusal.ts";
import { toRequesterUser } from "./user-claims.ts";
import { createIssuerKeys } from "./user-issuer-keys.ts";
import { USER_TOKEN_TEXTS, type UserTokenReason } from "./user-token-texts.ts";

export interface UserTokenOptions {
  readonly register: Register;
  readonly fetchJson: FetchJson;
  readonly store: ReplayStore;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

export type CheckedUser =
  | { readonly ok: true; readonly user: RequesterUser }
  | { readonly ok: false; readonly refusal: Extract<TokenRefusal, { kind: "subject-token" }> };

type Members = Readonly<Record<string, unknown>>;

/** What a token must say beside what its issuer's entry asks for. */
interface Expected {
  readonly audience: string;
  /** Where the token answers a request of the gateway's own. */
  readonly nonce?: string;
}

interface Read {
  readonly user: RequesterUser;
  readonly claims: Members;
}

const ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token";

/**
 * Who the person is behind an identity token that a client exchanges (RFC 8693). The client is authenticated by then.
 * https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
 */
export function createUserTokenChecker(options: UserTokenOptions) {
  const { register, clock } = options;
  const findKey = createIssuerKeys(options);

  async function check(
    client: Client,
    token: string | undefined,
    type: string | undefined,
  ): Promise<UserTokenReason | RequesterUser> {
    const issuer = client.users && register.issuer(client.users.issuer);
    if (issuer === undefined) return "no-users";
    if (token === undefined || token === "") return "missing";
    if (type !== ID_TOKEN) return "type";
    const read = await checkToken(token, issuer, { audience: issuer.audience });
    if (typeof read === "string") return read;
    return (await takeUse(options.store, token, read.claims)) ?? read.user;
  }

  async function checkToken(token: string, issuer: UserIssuer, expected: Expected): Promise<UserTokenReason | Read> {
    const parts = readToken(token);
    if (parts === undefined) return "malformed";
    const { alg, kid } = parts.header;
    const isKnown = issuer.algorithms.some((known) => known === alg);
    if (!isKnown || typeof alg !== "string" || typeof kid !== "string" || parts.header.crit !== undefined)
      return "header";
    // Before a key is looked up: nobody is asked about the token of somebody else.
    if (parts.claims.iss !== issuer.issuer) return "issuer";
    const key = await findKey(issuer, { alg, kid });
    if (typeof key === "string") return key === "away" ? "issuer-away" : "key";
    if (!(await isSignedBy(token, key, alg))) return "signature";
    const problem = checkClaims(parts.claims, { ...issuer, ...expected }, clock() / 1_000);
    if (problem !== undefined) return problem;
    const user = toRequesterUser(parts.claims, issuer);
    return typeof user === "string" ? user : { user, claims: parts.claims };
  }

  return {
    async check(client: Client, token: string | undefined, type: string | undefined): Promise<CheckedUser> {
      const checked = await check(client, token, type);
      if (typeof checked !== "string") return { ok: true, user: checked };
      return { ok: false, refusal: { kind: "subject-token", reason: checked, text: USER_TOKEN_TEXTS[checked] } };
    },

    /** Of a token that the issuer gave the gateway itself, for a sign-in that it began with this nonce. */
    async checkOwn(
      issuer: UserIssuer,
      token: string,
      expected: Required<Expected>,
    ): Promise<UserTokenReason | RequesterUser> {
      const read = await checkToken(token, issuer, expected);
      return typeof read === "string" ? read : read.user;
    },
  };
}

function readToken(token: string): { readonly header: Members; readonly claims: Members } | undefined {
  const segments = token.split(".");
  const isCompact = segments.length === 3 && segments.every((segment) => /^[A-Za-z0-9_-]+$/.test(segment));
  if (!isCompact || token.length > LIMITS.subject_token_bytes_max) return undefined;
  const [header, claims] = segments.map(toMembers);
  return header && claims && { header, claims };
}

function toMembers(segment: string): Members | undefined {
  try {
    const json: unknown = JSON.parse(Buffer.from(segment, "base64url").toString());
    return typeof json === "object" && json !== null && !Array.isArray(json) ? { ...json } : undefined;
  } catch {
    return undefined;
  }
}

function checkClaims(claims: Members, issuer: UserIssuer & Expected, now_s: number): UserTokenReason | undefined {
  const { aud, azp, exp, iat, nbf, auth_time, acr } = claims;
  // A list of one is one value; more of them let a token for somebody else be used here.
  const [audience, ...others] = Array.isArray(aud) ? aud : [aud];
  if (audience !== issuer.audience || others.length > 0) return "audience";
  if (azp !== undefined && azp !== issuer.audience) return "audience";
  if (issuer.nonce !== undefined && claims.nonce !== issuer.nonce) return "nonce";
  if (!isWhole(exp) || exp <= now_s) return "expired";
  const latest = now_s + LIMITS.clock_skew_s;
  if (!isWhole(iat) || iat > latest) return "not-yet-valid";
  if (nbf !== undefined && (!isWhole(nbf) || nbf > latest)) return "not-yet-valid";
  if (now_s - iat > LIMITS.subject_token_life_s_max + LIMITS.clock_skew_s) return "too-old";
  const { signedInWithin_s } = issuer;
  if (signedInWithin_s !== undefined) {
    const isRecent =
      isWhole(auth_time) && auth_time <= latest && now_s - auth_time <= signedInWithin_s + LIMITS.clock_skew_s;
    if (!isRecent) return "signed-in-too-long-ago";
  }
  return issuer.acr === undefined || issuer.acr.some((known) => known === acr) ? undefined : "acr";
}

function isWhole(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value);
}

/**
 * An access token lives five minutes and the identity token an hour, so the latter is good for as many as fit, and for
 * no more: whoever steals it cannot have tokens without end.
 */
async function takeUse(store: ReplayStore, token: string, claims: Members): Promise<UserTokenReason | undefined> {
  // What is signed, not how: one signature of ECDSA can be written in two ways.
  const name = hash("sha256", token.slice(0, token.lastIndexOf(".")), "base64url");
  const exp_s = typeof claims.exp === "number" ? claims.exp : 0;
  for (let nth = 1; nth <= LIMITS.subject_token_uses_max; nth += 1) {
    const used = await useOnce(store, { kind: "subject", parts: [name, nth], until_ms: exp_s * 1_000 });
    if (used === "first") return undefined;
    if (used === "unknown") return "store-unavailable";
  }
  return "used-up";
}
