import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import type { SortValue } from "./sort-values.ts";

/** Where a page ended: the sort values of its last entry, and what makes the order total. */
export interface Cursor {
  readonly values: readonly SortValue[];
  readonly record: number;
  readonly id: string;
}

/** All that a next link carries, encrypted: the query as sent, the place, and whom it was made for. */
export interface PageToken {
  readonly type: string;
  readonly query: string;
  readonly cursor: Cursor;
  /** Client, purpose and agreement version; a token is of no use to anybody else. */
  readonly requester: string;
  /** Seconds since 1970. */
  readonly expires_s: number;
}

export interface PageTokens {
  seal(token: PageToken): string;
  /** `undefined` for whatever was not sealed with this key. */
  open(text: string): PageToken | undefined;
}

const IV_bytes = 12;
const TAG_bytes = 16;

/** Random bytes are cheap by the thousand and dear by the dozen. */
function createIvPool(): () => Buffer {
  let pool = Buffer.alloc(0);
  return () => {
    if (pool.length === 0) pool = randomBytes(IV_bytes * 256);
    const iv = pool.subarray(0, IV_bytes);
    pool = pool.subarray(IV_bytes);
    return iv;
  };
}

/** Digits of the greatest key of a record. */
const RECORD_DIGITS = 16;

/** As JSON, padded: how many digits the key of a record has tells how many records there are, hidden ones too. */
function toText(token: PageToken): string {
  return JSON.stringify(token) + " ".repeat(Math.max(0, RECORD_DIGITS - String(token.cursor.record).length));
}

/** Page tokens under a key derived from the gateway's secret: the same in every process and after a restart. */
export function createPageTokens(secret: Buffer): PageTokens {
  const nextIv = createIvPool();
  const key = Buffer.from(hkdfSync("sha256", secret, "", "page-token", 32));
  return {
    seal(token) {
      const iv = nextIv();
      const cipher = createCipheriv("aes-256-gcm", key, iv);
      const sealed = Buffer.concat([iv, cipher.update(toText(token)), cipher.final(), cipher.getAuthTag()]);
      return sealed.toString("base64url");
    },
    open(text) {
      const sealed = Buffer.from(text, "base64url");
      if (sealed.length < IV_bytes + TAG_bytes) return undefined;
      const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, IV_bytes));
      decipher.setAuthTag(sealed.subarray(-TAG_bytes));
      try {
        const plain = Buffer.concat([decipher.update(sealed.subarray(IV_bytes, -TAG_bytes)), decipher.final()]);
        const token: PageToken = JSON.parse(plain.toString());
        return token;
      } catch {
        return undefined;
      }
    },
  };
}
