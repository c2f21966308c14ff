import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { LRUCache } from "lru-cache";
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

export interface Sessions {
  /** Answers with the value of the cookie: random, and kept here only as its hash. */
  open(told: Omit<Session, "formKey">): string;
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
      if (session === undefined) return undefined;
      if (now() >= session.expiresAt) {
        sessions.delete(nameOf(cookie));
        return undefined;
      }
      if (session.endsAt === undefined) return session;
      const longer = { ...session, expiresAt: Math.min(session.endsAt, now() + LIMITS.review_idle_ms) };
      sessions.set(nameOf(cookie), longer);
      return longer;
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
