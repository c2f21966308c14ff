import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  randomUUID,
  timingSafeEqual,
} from "node:crypto";
import { isUsed, type ReplayStore, useOnce } from "../access/replay.ts";
import type { SignedInPerson } from "../access/signed-in-person.ts";
import { LIMITS } from "../limits.ts";

/**
 * A steward's session in a browser: of an access token, no longer than that, or of a person who signed in, until they
 * have not asked for a while or the end has come. Who it stands for is judged anew at each request.
 */
export interface Session {
  readonly of: { readonly authorization: string } | { readonly person: SignedInPerson };
  /** Whom the pages say is signed in. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** When it is over though it is in use; absent: it is not prolonged. Milliseconds since 1970. */
  readonly endsAt?: number;
  /** What the forms of the session carry. */
  readonly formKey: string;
}

/** A session as a browser asked with it. */
export interface Found {
  readonly session: Session;
  /** The cookie to go on with, where the session goes on while it is used. */
  readonly renewed?: string;
}

/** Sessions live in their cookies, encrypted, so that every process finds them; of those that were ended the store knows. */
export interface Sessions {
  /** Answers with the value of the cookie; `undefined` when it were longer than browsers keep. */
  open(told: Omit<Session, "formKey">): string | undefined;
  get(cookie: string): Promise<Found | undefined>;
  /** Resolves with false when the store cannot keep in mind that it is over. */
  end(cookie: string): Promise<boolean>;
  /** What the sign-in form carries beside a cookie of its own. */
  formKeyOf(cookie: string): string;
}

export interface SessionOptions {
  /** The gateway's own: all keys here are derived from it. */
  readonly secret: Buffer;
  readonly store: ReplayStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

type Kept = Omit<Session, "formKey"> & { readonly id: string };

const COOKIE_bytes = 32;

export function createSessions({ secret, store, now }: SessionOptions): Sessions {
  const { seal, unseal } = createSeal(secret);
  const formSecret = deriveKey(secret, "review-form");
  const formKey = (words: string, of: string): string =>
    createHmac("sha256", formSecret).update(`${words}|${of}`).digest("base64url");
  const ending = ({ id, endsAt, expiresAt }: Kept) =>
    ({ kind: "session", parts: [id], until_ms: endsAt ?? expiresAt }) as const;
  return {
    open(told) {
      const cookie = seal({ ...told, id: randomUUID() });
      return cookie.length > LIMITS.review_cookie_characters_max ? undefined : cookie;
    },
    async get(cookie) {
      const kept = unseal(cookie);
      if (kept === undefined || now() >= kept.expiresAt || (await isUsed(store, ending(kept)))) return undefined;
      const { id, ...session } = kept;
      const found = { ...session, formKey: formKey("session", id) };
      if (kept.endsAt === undefined) return { session: found };
      const expiresAt = Math.min(kept.endsAt, now() + LIMITS.review_idle_ms);
      return { session: { ...found, expiresAt }, renewed: seal({ ...kept, expiresAt }) };
    },
    async end(cookie) {
      const kept = unseal(cookie);
      return kept === undefined || (await useOnce(store, ending(kept))) !== "unknown";
    },
    formKeyOf: (cookie) => formKey("sign-in", cookie),
  };
}

export function newCookie(): string {
  return randomBytes(COOKIE_bytes).toString("base64url");
}

const KEY_bytes = 32;
const IV_bytes = 12;
const TAG_bytes = 16;

function deriveKey(secret: Buffer, use: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", use, KEY_bytes));
}

function createSeal(secret: Buffer) {
  const key = deriveKey(secret, "review-session");
  return {
    seal(kept: Kept): string {
      const iv = randomBytes(IV_bytes);
      const cipher = createCipheriv("aes-256-gcm", key, iv);
      const text = Buffer.concat([iv, cipher.update(JSON.stringify(kept)), cipher.final(), cipher.getAuthTag()]);
      return text.toString("base64url");
    },
    unseal(cookie: string): Kept | undefined {
      const sealed = Buffer.from(cookie, "base64url");
      if (sealed.length < IV_bytes + TAG_bytes) return undefined;
      const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, IV_bytes));
      decipher.setAuthTag(sealed.subarray(-TAG_bytes));
      try {
        const plain = Buffer.concat([decipher.update(sealed.subarray(IV_bytes, -TAG_bytes)), decipher.final()]);
        const kept: Kept = JSON.parse(plain.toString());
        return kept;
      } catch {
        return undefined;
      }
    },
  };
}

/** Compared in a time that tells nothing of how far both agree. */
export function isSameKey(sent: string | undefined, expected: string): boolean {
  const one = Buffer.from(sent ?? "");
  const other = Buffer.from(expected);
  return one.length === other.length && timingSafeEqual(one, other);
}
