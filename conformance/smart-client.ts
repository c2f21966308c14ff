import { importJWK, type JWK, SignJWT } from "jose";
import { isRecord } from "./json.ts";

/** A SMART Backend Services client: its id and its private key. http://hl7.org/fhir/smart-app-launch/backend-services.html */
export interface SmartClient {
  readonly id: string;
  readonly key: JWK;
  readonly scope: string;
  /** Where it is given; else what smart-configuration names. */
  readonly tokenUrl?: string | undefined;
}

/** What a sound assertion says, and what a case may say otherwise. */
export interface AssertionParts {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Signs with this key in place of the client's own. */
  readonly key?: JWK;
}

const LIFE_S = 240;

/** The key of a file that holds a private JWK, alone, under `privateJwk`, or as the only one of a set. */
export function privateKeyFrom(content: unknown): JWK | undefined {
  if (!isRecord(content)) return undefined;
  const nested = content.privateJwk ?? (Array.isArray(content.keys) ? content.keys[0] : content);
  if (!isRecord(nested) || typeof nested.kty !== "string" || typeof nested.d !== "string") return undefined;
  return { ...nested, kty: nested.kty };
}

export async function signAssertion(
  client: SmartClient,
  tokenUrl: string,
  parts: AssertionParts = {},
): Promise<string> {
  const alg = client.key.alg ?? (client.key.kty === "RSA" ? "RS384" : "ES384");
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    ...{ iss: client.id, sub: client.id, aud: tokenUrl, jti: crypto.randomUUID(), iat: now, exp: now + LIFE_S },
    ...parts.claims,
  };
  const header = { alg, kid: client.key.kid ?? "", typ: "JWT", ...parts.header };
  return new SignJWT(claims).setProtectedHeader(header).sign(await importJWK(parts.key ?? client.key, alg));
}

export function tokenForm(assertion: string, scope: string): Record<string, string> {
  return {
    grant_type: "client_credentials",
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: assertion,
    scope,
  };
}
