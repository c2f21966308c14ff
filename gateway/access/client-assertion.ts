import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { LIMITS } from "../limits.ts";
import { ASSERTION_ALGORITHMS, type AssertionAlgorithm } from "./client-key.ts";
import type { FindClientKey, Signed } from "./client-keys.ts";
import type { Client, Register } from "./register.ts";
import { isSignedBy } from "./signature.ts";
import type { TokenRefusal } from "./token-refusal.ts";
import { type Members, parseSegment } from "./unique-json.ts";

/**
 * Client authentication by a signed JWT, checked in a fixed order (the numbers are those of this room's README).
 * https://hl7.org/fhir/smart-app-launch/STU2.2/client-confidential-asymmetric.html
 */

export interface AssertionClaims {
  readonly jti: string;
  /** Seconds since 1970. */
  readonly exp: number;
  /** The `purpose` claim as it came, of any type; absent when none is claimed. */
  readonly purpose?: unknown;
}

export type CheckedAssertion =
  | { readonly ok: true; readonly client: Client; readonly claims: AssertionClaims }
  | { readonly ok: false; readonly refusal: TokenRefusal; readonly claimed?: string };

export interface AssertionCheckerOptions {
  readonly register: Pick<Register, "client">;
  readonly findKey: FindClientKey;
  /** The token endpoint's URL, character for character. */
  readonly audience: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

const FORBIDDEN = ["crit", "b64", "jwk", "x5u", "x5c"] as const;
const KID_CHARACTERS_MAX = 128;

export function createAssertionChecker({ register, findKey, audience, clock }: AssertionCheckerOptions) {
  const decoys = createDecoys();

  return async (assertion: string, clientId: string | undefined): Promise<CheckedAssertion> => {
    const parts = readAssertion(assertion);
    if (parts === undefined) return { ok: false, refusal: { kind: "assertion-malformed" } };
    const { header, claims } = parts;
    const claimed = typeof claims.iss === "string" ? { claimed: claims.iss } : {};

    const signed = checkHeader(header);
    if ("kind" in signed) return { ok: false, refusal: signed, ...claimed };

    const { iss } = claims;
    if (typeof iss !== "string" || iss === "" || claims.sub !== iss)
      return { ok: false, refusal: { kind: "issuer-is-not-subject" }, ...claimed };
    if (clientId !== undefined && clientId !== iss) return { ok: false, refusal: { kind: "client-id" }, ...claimed };

    const client = register.client(iss);
    const isElsewhere = header.jku !== undefined && header.jku !== client?.jwksUri;
    const key = client?.enabled && !isElsewhere ? (await findKey(client, signed))?.key : undefined;
    // Check 8. A stranger's assertion costs as much as a client's, so that time does not tell who the clients are.
    const verified = await isSignedBy(assertion, key ?? decoys[signed.alg], signed.alg);
    if (client === undefined) return { ok: false, refusal: { kind: "unknown-client" }, ...claimed };
    if (!client.enabled) return { ok: false, refusal: { kind: "disabled-client" }, ...claimed };
    if (isElsewhere) return { ok: false, refusal: { kind: "jku" }, ...claimed };
    if (key === undefined) return { ok: false, refusal: { kind: "unknown-key" }, ...claimed };
    if (!verified) return { ok: false, refusal: { kind: "signature" }, ...claimed };

    const checked = checkClaims(claims, audience, clock() / 1_000);
    return "kind" in checked ? { ok: false, refusal: checked, ...claimed } : { ok: true, client, claims: checked };
  };
}

function readAssertion(assertion: string): { readonly header: Members; readonly claims: Members } | undefined {
  const segments = assertion.split(".");
  const header = parseSegment(segments[0]);
  const claims = parseSegment(segments[1]);
  const isWhole = segments.length === 3 && /^[A-Za-z0-9_-]+$/.test(segments[2] ?? "");
  return isWhole && header && claims ? { header, claims } : undefined;
}

/** Check 4. */
function checkHeader(header: Members): TokenRefusal | Signed {
  if (header.typ !== "JWT") return { kind: "header-typ" };
  const alg = ASSERTION_ALGORITHMS.find((known) => known === header.alg);
  if (alg === undefined) return { kind: "header-alg" };
  const member = FORBIDDEN.find((name) => header[name] !== undefined);
  if (member !== undefined) return { kind: "header-member", member };
  const { kid } = header;
  if (typeof kid !== "string" || kid === "" || kid.length > KID_CHARACTERS_MAX) return { kind: "header-kid" };
  return { alg, kid };
}

/** Checks 9 and 10, and the shape of what 11 needs. */
function checkClaims(claims: Members, audience: string, now_s: number): TokenRefusal | AssertionClaims {
  const { aud, exp, iat, nbf, jti, purpose } = claims;
  // One text, not a list: a list lets one assertion be good at two servers.
  if (aud !== audience) return { kind: "audience", expected: audience };

  if (exp === undefined) return { kind: "expiry", reason: "missing" };
  if (typeof exp !== "number" || !Number.isSafeInteger(exp)) return { kind: "expiry", reason: "not-an-integer" };
  if (exp <= now_s) return { kind: "expiry", reason: "past" };
  if (exp > now_s + LIMITS.assertion_life_s_max + LIMITS.clock_skew_s) return { kind: "expiry", reason: "too-far" };
  for (const instant of [iat, nbf]) {
    if (instant === undefined) continue;
    const isPast =
      typeof instant === "number" && Number.isSafeInteger(instant) && instant <= now_s + LIMITS.clock_skew_s;
    if (!isPast) return { kind: "not-yet-valid" };
  }

  if (typeof jti !== "string" || jti === "" || jti.length > LIMITS.jti_characters_max) return { kind: "jti" };
  return { jti, exp, ...(purpose === undefined ? {} : { purpose }) };
}

/** Keys that nobody holds, one for each algorithm. */
function createDecoys(): Readonly<Record<AssertionAlgorithm, KeyObject>> {
  const modulus = randomBytes(256);
  modulus[0] = 0xc1;
  modulus[255] = 0xc1;
  // Any odd number costs as much to verify with as a true modulus, and none has to be searched for.
  const rsa = createPublicKey({ key: { kty: "RSA", n: modulus.toString("base64url"), e: "AQAB" }, format: "jwk" });
  const ec = generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey;
  return { RS384: rsa, PS384: rsa, RS512: rsa, ES384: ec };
}
