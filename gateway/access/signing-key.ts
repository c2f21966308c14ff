import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import type { JSONWebKeySet, JWK } from "jose";
import { calculateJwkThumbprint } from "jose/jwk/thumbprint";
import { z } from "zod";

/** A key pair with which the gateway signs access tokens. */
export interface SigningKey {
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly publicJwk: JWK;
  /** From when on new tokens are signed with it, until its successor is. Milliseconds since 1970. */
  readonly from_ms: number;
}

const EC_KEY = z.strictObject({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: z.string(),
  y: z.string(),
  d: z.string(),
});

/** The file of one key. */
const STORED = z.strictObject({ from: z.iso.datetime(), jwk: EC_KEY });

export type PrivateJwk = z.output<typeof EC_KEY>;

export function createPrivateJwk(): PrivateJwk {
  return EC_KEY.parse(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" }));
}

/** The text of the file in which the only key was kept before keys were rotated. */
export function parsePrivateJwk(text: string): PrivateJwk {
  return EC_KEY.parse(JSON.parse(text));
}

export function formatStoredKey(jwk: PrivateJwk, from_ms: number): string {
  return `${JSON.stringify({ from: new Date(from_ms).toISOString(), jwk })}\n`;
}

export async function parseStoredKey(text: string): Promise<SigningKey> {
  const { from, jwk } = STORED.parse(JSON.parse(text));
  const { d, ...point } = jwk;
  const kid = await calculateJwkThumbprint(point);
  return {
    kid,
    privateKey: createPrivateKey({ key: { ...point, d }, format: "jwk" }),
    publicKey: createPublicKey({ key: point, format: "jwk" }),
    publicJwk: { ...point, alg: "ES256", use: "sig", kid },
    from_ms: Date.parse(from),
  };
}

/** What `/oauth2/jwks` answers with. */
export function toJwks(keys: readonly Pick<SigningKey, "publicJwk">[]): JSONWebKeySet {
  return { keys: keys.map(({ publicJwk }) => publicJwk) };
}
