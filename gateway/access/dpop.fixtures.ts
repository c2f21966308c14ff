import { createHash, generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { calculateJwkThumbprint, exportJWK, type JWK, SignJWT } from "jose";

/** Proofs of possession by invented keys, right unless a test says otherwise. */
export interface ProofKey {
  readonly privateKey: KeyObject;
  readonly jwk: JWK;
  readonly thumbprint: string;
}

export async function createProofKey(): Promise<ProofKey> {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = await exportJWK(publicKey);
  return { privateKey, jwk, thumbprint: await calculateJwkThumbprint(jwk) };
}

export interface Proof {
  readonly method: string;
  readonly url: string;
  readonly now_ms: number;
  readonly nonce?: string;
  readonly token?: string;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly by?: KeyObject;
}

export async function prove(key: ProofKey, proof: Proof): Promise<string> {
  const { method, url, now_ms, nonce, token, header, claims, by } = proof;
  const ath = token === undefined ? {} : { ath: createHash("sha256").update(token).digest("base64url") };
  return await new SignJWT({
    htm: method,
    htu: url,
    iat: Math.floor(now_ms / 1_000),
    jti: randomUUID(),
    ...(nonce === undefined ? {} : { nonce }),
    ...ath,
    ...claims,
  })
    .setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk: key.jwk, ...header })
    .sign(by ?? key.privateKey);
}
