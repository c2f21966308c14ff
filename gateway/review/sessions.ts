import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { LRUCache } from "lru-cache";
import { LIMITS } from "../limits.ts";

/** A steward's session in a browser: no longer than the access token that it was made of. */
export interface Session {
  /** As it came; asked anew of the authenticator at each request. */
  readonly authorization: string;
  readonly client: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** What the forms of the session carry. */
  readonly formKey: string;
}

export interface Sessions {
  /** Answers with the value of the cookie: random, and kept here only as its hash. */
  open(told: Pick<Session, "authorization" | "client" | "expiresAt">): string;
  get(cookie: string): Session | undefined;
  end(cookie: string): void;
  /** What the sign-in form carries beside a cookie of its own. */
  formKeyOf(cookie: string): string;
}

const COOKIE_bytes = 32;

/** Sessions of one process: another one behind the same address knows none of them. */
export function createSessions(now: () => number): Sessions {
  const sessions = new LRUCache<string, Session>({ max: LIMITS.review_sessions_max });
  const secret = randomBytes(COOKIE_bytes);
  const keyOf = (words: string, cookie: string): string =>
    createHmac("sha256", secret).update(`${words}|${cookie}`).digest("base64url");
  return {
    open(told) {
      const cookie = newCookie();
      sessions.set(nameOf(cookie), { ...told, formKey: keyOf("session", cookie) });
      return cookie;
    },
    get(cookie) {
      const session = sessions.get(nameOf(cookie));
      if (session === undefined || now() < session.expiresAt) return session;
      sessions.delete(nameOf(cookie));
      return undefined;
    },
    end(cookie) {
      sessions.delete(nameOf(cookie));
    },
    formKeyOf: (cookie) => keyOf("sign-in", cookie),
  };
}

export function newCookie(): string {
  return randomBytes(COOKIE_bytes).toString("base64url");
}

function nameOf(cookie: string): string {
  return createHash("sha256").update(cookie).digest("base64url");
}

/** Compared in a time that tells nothing of how far both agree. */
export function isSameKey(sent: string | undefined, expected: string): boolean {
  const one = Buffer.from(sent ?? "");
  const other = Buffer.from(expected);
  return one.length === other.length && timingSafeEqual(one, other);
}
