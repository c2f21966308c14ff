import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { join } from "node:path";
import { calculateJwkThumbprint, type JSONWebKeySet, type JWK } from "jose";
import { z } from "zod";
import type { Config } from "../config.ts";
import { ensureFile } from "./private-file.ts";

/** The key pair with which the gateway signs access tokens. */
export interface SigningKey {
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly publicJwk: JWK;
}

const STORED = z.strictObject({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: z.string(),
  y: z.string(),
  d: z.string(),
});

/**
 * The signing key under DATA_DIR/keys, made at first start. Each mode has a file of its own, so that no token of a
 * demonstration is ever good in production on the same directory.
 */
export async function ensureSigningKey({ dataDir, mode }: Pick<Config, "dataDir" | "mode">): Promise<SigningKey> {
  const text = await ensureFile(join(dataDir, "keys", `access-token.${mode}.jwk.json`), async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    return `${JSON.stringify(privateKey.export({ format: "jwk" }))}\n`;
  });
  const { d, ...point } = STORED.parse(JSON.parse(text));
  const kid = await calculateJwkThumbprint(point);
  return {
    kid,
    privateKey: createPrivateKey({ key: { ...point, d }, format: "jwk" }),
    publicKey: createPublicKey({ key: point, format: "jwk" }),
    publicJwk: { ...point, alg: "ES256", use: "sig", kid },
  };
}

/** What `/oauth2/jwks` answers with. */
export function toJwks(keys: readonly SigningKey[]): JSONWebKeySet {
  return { keys: keys.map(({ publicJwk }) => publicJwk) };
}

/** IDENTITY_KEY where it is set (always so in production), else the demonstration's own, made at first start. */
export async function ensureIdentityKey({
  dataDir,
  identityKey,
}: Pick<Config, "dataDir" | "identityKey">): Promise<KeyObject> {
  if (identityKey !== undefined) return identityKey;
  const text = await ensureFile(join(dataDir, "keys", "identity.demonstration.key"), async () =>
    randomBytes(32).toString("base64"),
  );
  return createSecretKey(Buffer.from(text, "base64"));
}
