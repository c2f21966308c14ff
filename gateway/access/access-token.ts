import { decodeProtectedHeader } from "jose/decode/protected_header";
import * as errors from "jose/errors";
import { jwtVerify } from "jose/jwt/verify";
import { z } from "zod";
import { LIMITS } from "../limits.ts";
import { fhirBase } from "./addresses.ts";
import { isInForce } from "./agreement-in-force.ts";
import type { GatewayKeys } from "./gateway-keys.ts";
import type { Client, Register } from "./register.ts";
import type { Requester, RequesterUser } from "./requester.ts";
import { parseScope } from "./scope.ts";
import { intersectScopes } from "./scope-intersection.ts";
import { hasCanonicalSignature } from "./signature.ts";

/** An access token that is ours and good, and whom it stands for. */
export interface Verified {
  readonly answer: { readonly ok: true; readonly requester: Requester };
  readonly expiresAt_ms: number;
  /** From then on the signature is checked again. */
  readonly trustedUntil_ms: number;
}

export interface AccessTokenOptions {
  readonly register: Register;
  readonly keys: Pick<GatewayKeys, "find">;
  readonly baseUrl: string;
  /** Milliseconds since 1970. */
  readonly now_ms: number;
}

const USER = z.object({
  id: z.string(),
  role: z.string(),
  group: z.enum([
    "gp",
    "health-visitor",
    "school-nurse",
    "early-years",
    "social-worker",
    "officer",
    "steward",
    "other",
  ]),
  session: z.string().optional(),
  roles: z.array(z.string()).optional(),
});

const CLAIMS = z.object({
  sub: z.string(),
  client_id: z.string(),
  jti: z.string(),
  exp: z.int(),
  scope: z.string(),
  purpose: z.string(),
  agreement: z.object({ id: z.string(), version: z.int() }),
  user: USER.optional(),
  cnf: z.union([z.strictObject({ jkt: z.string() }), z.strictObject({ "x5t#S256": z.string() })]).optional(),
});

type Claims = z.output<typeof CLAIMS>;

/** Whom a token stands for, or why it stands for nobody. */
export async function readAccessToken(
  token: string,
  options: AccessTokenOptions,
): Promise<Verified | "expired" | "not-ours" | "revoked"> {
  const { register, now_ms } = options;
  const claims = await readClaims(token, options);
  if (typeof claims === "string") return claims;
  const client = register.client(claims.sub);
  if (!isInForce(client, claims.agreement, now_ms) || !client.agreement.purposes.includes(claims.purpose))
    return "revoked";
  const requester = toRequester(claims, client, options);
  const expiresAt_ms = claims.exp * 1_000;
  return {
    answer: Object.freeze({ ok: true, requester }),
    expiresAt_ms,
    trustedUntil_ms: Math.min(expiresAt_ms, now_ms + LIMITS.token_cache_s * 1_000),
  };
}

function toRequester(
  { scope, purpose, jti, user, cnf }: Claims,
  client: Client,
  { register, now_ms }: AccessTokenOptions,
): Requester {
  const granted = scope.split(" ").flatMap((text) => {
    const parsed = parseScope(text);
    return parsed.ok ? [parsed.scope] : [];
  });
  const { system, value, authority } = client.organization;
  const ancestors = register.ancestorsOf({ system, value }, now_ms);
  const binding = cnf && ("jkt" in cnf ? (["dpop", cnf.jkt] as const) : (["mtls", cnf["x5t#S256"]] as const));
  return Object.freeze({
    client: client.id,
    organization: Object.freeze({ system, value, authority, ancestors }),
    ...(user === undefined ? {} : { user: toUser(user) }),
    ...(binding === undefined ? {} : { binding: Object.freeze({ kind: binding[0], thumbprint: binding[1] }) }),
    agreement: client.agreement,
    purpose,
    // A scope that was taken from the client since the token was issued is gone from the token too.
    scopes: Object.freeze(intersectScopes(granted, client.scopes)),
    tokenId: jti,
  });
}

function toUser({ session, roles, ...user }: NonNullable<Claims["user"]>): RequesterUser {
  return Object.freeze({
    ...user,
    ...(session === undefined ? {} : { session }),
    ...(roles === undefined ? {} : { roles }),
  });
}

async function readClaims(
  token: string,
  { keys, baseUrl, now_ms }: AccessTokenOptions,
): Promise<Claims | "expired" | "not-ours"> {
  if (token.length > LIMITS.access_token_characters_max) return "not-ours";
  try {
    const { kid = "" } = decodeProtectedHeader(token);
    const key = await keys.find(kid);
    if (key === undefined || !hasCanonicalSignature(token)) return "not-ours";
    const { payload } = await jwtVerify(token, key.publicKey, {
      algorithms: ["ES256"],
      typ: "at+jwt",
      issuer: baseUrl,
      audience: fhirBase(baseUrl),
      requiredClaims: ["exp", "jti", "sub"],
      currentDate: new Date(now_ms),
    });
    const claims = CLAIMS.safeParse(payload);
    return claims.success && claims.data.sub === claims.data.client_id ? claims.data : "not-ours";
  } catch (error) {
    if (error instanceof errors.JWTExpired) return "expired";
    // decodeProtectedHeader throws a TypeError for what is no token at all.
    if (error instanceof errors.JOSEError || error instanceof TypeError) return "not-ours";
    throw error;
  }
}
