import { decodeProtectedHeader, errors, jwtVerify } from "jose";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";
import type { SigningKey } from "./gateway-keys.ts";
import type { Client, Register } from "./register.ts";
import type { Requester } from "./requester.ts";
import { parseScope } from "./scope.ts";
import { intersectScopes } from "./scope-intersection.ts";
import { hasCanonicalSignature } from "./signature.ts";
import { fhirBase } from "./token.ts";

export type Authentication =
  | { readonly ok: true; readonly requester: Requester }
  | { readonly ok: false; readonly issue: Issue };

/** Takes the Authorization header. Answers at once for a token seen before, else when its signature is checked. */
export type Authenticator = (authorization: string | undefined) => Authentication | Promise<Authentication>;

export interface AuthenticatorOptions {
  readonly register: Register;
  /** The gateway's signing keys, those no longer used for new tokens included. */
  readonly keys: readonly Pick<SigningKey, "kid" | "publicKey">[];
  /** Origin of the gateway, without a trailing slash. */
  readonly baseUrl: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

interface Verified {
  readonly answer: Authentication & { readonly ok: true };
  readonly expiresAt_ms: number;
  /** From then on the signature is checked again. */
  readonly trustedUntil_ms: number;
}

const CLAIMS = z.object({
  sub: z.string(),
  client_id: z.string(),
  jti: z.string(),
  exp: z.int(),
  scope: z.string(),
  purpose: z.string(),
  agreement: z.object({ id: z.string(), version: z.int() }),
});

const MISSING: Authentication = { ok: false, issue: { kind: "missing-token" } };
const NOT_OURS: Authentication = { ok: false, issue: { kind: "invalid-token", reason: "not-ours" } };
const EXPIRED: Authentication = { ok: false, issue: { kind: "invalid-token", reason: "expired" } };
const REVOKED: Authentication = { ok: false, issue: { kind: "invalid-token", reason: "revoked" } };

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { register, clock } = options;
  // Keyed by the token itself: memory that also holds the signing key would be none the safer for a digest a request.
  const cache = new LRUCache<string, Verified>({ max: LIMITS.token_cache_entries_max });

  return (authorization) => {
    const token = toToken(authorization);
    if (token === undefined) return MISSING;
    const known = cache.get(token);
    const now_ms = clock();
    if (known === undefined || now_ms >= known.trustedUntil_ms)
      return verify(token, options).then((verified) => {
        if (!("answer" in verified)) return verified;
        cache.set(token, verified);
        return judge(verified, register, clock());
      });
    return judge(known, register, now_ms);
  };
}

/** RFC 6750 2.1; the scheme is case-insensitive. */
function toToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization.length < 8) return undefined;
  const isBearer = authorization.startsWith("Bearer ") || authorization.slice(0, 7).toLowerCase() === "bearer ";
  return isBearer ? authorization.slice(7) : undefined;
}

/** What may change while a token lives, looked at on every request. */
function judge({ answer, expiresAt_ms }: Verified, register: Register, now_ms: number): Authentication {
  if (now_ms >= expiresAt_ms) return EXPIRED;
  const client = register.client(answer.requester.client);
  return isInForce(client, answer.requester.agreement, now_ms) ? answer : REVOKED;
}

function isInForce(
  client: Client | undefined,
  told: { readonly id: string; readonly version: number },
  now_ms: number,
): client is Client {
  return (
    client?.enabled === true &&
    client.agreement.id === told.id &&
    client.agreement.version === told.version &&
    now_ms < client.endsAt_ms
  );
}

async function verify(
  token: string,
  { register, keys, baseUrl, clock }: AuthenticatorOptions,
): Promise<Authentication | Verified> {
  const now_ms = clock();
  const claims = await readClaims(token, { keys, baseUrl, now_ms });
  if ("ok" in claims) return claims;

  const client = register.client(claims.sub);
  if (!isInForce(client, claims.agreement, now_ms) || !client.agreement.purposes.includes(claims.purpose))
    return REVOKED;
  const granted = claims.scope.split(" ").flatMap((text) => {
    const parsed = parseScope(text);
    return parsed.ok ? [parsed.scope] : [];
  });
  const { system, value, authority } = client.organization;
  const requester: Requester = Object.freeze({
    client: client.id,
    organization: Object.freeze({ system, value, authority }),
    agreement: client.agreement,
    purpose: claims.purpose,
    // A scope that was taken from the client since the token was issued is gone from the token too.
    scopes: Object.freeze(intersectScopes(granted, client.scopes)),
    tokenId: claims.jti,
  });
  const expiresAt_ms = claims.exp * 1_000;
  return {
    answer: Object.freeze({ ok: true, requester }),
    expiresAt_ms,
    trustedUntil_ms: Math.min(expiresAt_ms, now_ms + LIMITS.token_cache_s * 1_000),
  };
}

async function readClaims(
  token: string,
  { keys, baseUrl, now_ms }: Pick<AuthenticatorOptions, "keys" | "baseUrl"> & { readonly now_ms: number },
): Promise<Authentication | z.output<typeof CLAIMS>> {
  try {
    const { kid } = decodeProtectedHeader(token);
    const key = keys.find((candidate) => candidate.kid === kid);
    if (key === undefined || !hasCanonicalSignature(token)) return NOT_OURS;
    const { payload } = await jwtVerify(token, key.publicKey, {
      algorithms: ["ES256"],
      typ: "at+jwt",
      issuer: baseUrl,
      audience: fhirBase(baseUrl),
      requiredClaims: ["exp", "jti", "sub"],
      currentDate: new Date(now_ms),
    });
    const claims = CLAIMS.safeParse(payload);
    return claims.success && claims.data.sub === claims.data.client_id ? claims.data : NOT_OURS;
  } catch (error) {
    if (error instanceof errors.JWTExpired) return EXPIRED;
    // decodeProtectedHeader throws a TypeError for what is no token at all.
    if (error instanceof errors.JOSEError || error instanceof TypeError) return NOT_OURS;
    throw error;
  }
}
