import { createCipheriv, createDecipheriv, createHmac, hkdfSync, type KeyObject, randomBytes } from "node:crypto";
import type { RecordKey } from "../../store/store.ts";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** One namespace for all that this gateway keeps in Redis about identities. */
const PREFIX = "eyg:id:";

/**
 * What Redis gets to see of an identity: a keyed digest in place of the identifier (there are so few NHS numbers that a
 * plain digest could be guessed), and an encrypted record key that opens only under the name it was stored under.
 */
export interface EntrySeal {
  /** `eyg:id:` and the HMAC-SHA256 of the identifier (base64url). */
  name(identifier: string): string;
  /** AES-256-GCM, base64: nonce, tag, ciphertext. */
  seal(name: string, record: RecordKey): string;
  /** `undefined` for anything that was not sealed under this name with this key. */
  open(name: string, sealed: string): RecordKey | undefined;
}

export function createEntrySeal(identityKey: KeyObject): EntrySeal {
  const derive = (use: string): Buffer =>
    Buffer.from(
      hkdfSync("sha256", identityKey, Buffer.alloc(0), `early-years-gateway identity cache ${use}`, KEY_BYTES),
    );
  const namingKey = derive("names");
  const valueKey = derive("values");
  return {
    name(identifier) {
      return PREFIX + createHmac("sha256", namingKey).update(identifier).digest("base64url");
    },
    seal(name, record) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", valueKey, nonce).setAAD(Buffer.from(name));
      const text = Buffer.concat([cipher.update(String(record), "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString("base64");
    },
    open(name, sealed) {
      const bytes = Buffer.from(sealed, "base64");
      if (bytes.length <= NONCE_BYTES + TAG_BYTES) return undefined;
      const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
      try {
        const decipher = createDecipheriv("aes-256-gcm", valueKey, bytes.subarray(0, NONCE_BYTES), {
          authTagLength: TAG_BYTES,
        });
        decipher.setAAD(Buffer.from(name)).setAuthTag(tag);
        const text =
          decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
        return /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
      } catch {
        return undefined;
      }
    },
  };
}
