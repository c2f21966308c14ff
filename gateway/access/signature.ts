import type { KeyObject } from "node:crypto";
import { compactVerify } from "jose/jws/compact/verify";

/** Whether a JWS in compact form is signed by this key with this algorithm and no other. */
export async function isSignedBy(jws: string, key: KeyObject, algorithm: string): Promise<boolean> {
  if (!hasCanonicalSignature(jws)) return false;
  try {
    await compactVerify(jws, key, { algorithms: [algorithm] });
    return true;
  } catch {
    return false;
  }
}

/**
 * The last character of base64url may hold bits that say nothing, so that several texts are one signature. Only the
 * one that an encoder writes is taken: a token with any byte changed is another token.
 */
export function hasCanonicalSignature(jws: string): boolean {
  const signature = jws.slice(jws.lastIndexOf(".") + 1);
  return Buffer.from(signature, "base64url").toString("base64url") === signature;
}
