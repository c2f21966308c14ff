import { createCipheriv, createDecipheriv, createHmac, hkdfSync, type KeyObject, randomBytes } from "node:crypto";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID_CHARACTERS = 8;

/**
 * What Redis gets to see of an identity: keyed digests in place of what is asked for (there are so few NHS numbers that
 * a plain digest could be guessed), and values that open only under the name they were stored under.
 */
export interface EntrySeal {
  /** Names the key without telling anything of it; part of every key in Redis, so that keys can be replaced. */
  readonly keyId: string;
  /** HMAC-SHA-256, base64url, of something secret within one use of it. */
  digest(use: string, secret: string): string;
  /** AES-256-GCM, base64: nonce, tag, ciphertext. */
  seal(name: string, text: string): string;
  /** `undefined` for anything that was not sealed under this name with this key. */
  open(name: string, sealed: string): string | undefined;
}

export function createEntrySeal(identityKey: KeyObject): EntrySeal {
  const derive = (use: string): Buffer =>
    Buffer.from(
      hkdfSync("sha256", identityKey, Buffer.alloc(0), `early-years-gateway identity cache ${use}`, KEY_BYTES),
    );
  const namingKey = derive("names");
  const valueKey = derive("values");
  return {
    keyId: derive("key id").toString("base64url").slice(0, KEY_ID_CHARACTERS),
    digest: (use, secret) => createHmac("sha256", namingKey).update(`${use}\n${secret}`).digest("base64url"),
    seal(name, text) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", valueKey, nonce).setAAD(Buffer.from(name));
      const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64");
    },
    open(name, sealed) {
      const bytes = Buffer.from(sealed, "base64");
      if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
      const nonce = bytes.subarray(0, NONCE_BYTES);
      try {
        const decipher = createDecipheriv("aes-256-gcm", valueKey, nonce, { authTagLength: TAG_BYTES });
        decipher.setAAD(Buffer.from(name)).setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
        return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
      } catch {
        return undefined;
      }
    },
  };
}
