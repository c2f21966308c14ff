import { decodeJwt } from "jose";
import { LIMITS } from "../limits.ts";
import { REVIEW_PATH } from "../review/pages/layout.ts";
import { isSameKey, newCookie } from "../review/sessions.ts";

/**
 * The cookies of the pages: one that stands for a session, one that the sign-in form is tied to, one that waits while a
 * person signs in elsewhere.
 */
export interface Cookies {
  readonly session: string | undefined;
  readonly form: string | undefined;
  readonly pending: string | undefined;
}

interface CookieNames {
  readonly session: string;
  readonly form: string;
  readonly pending: string;
  /** Attributes that every cookie has but the pending one. */
  readonly attributes: string;
  /** Another site leads the browser back to this one address: Strict would hold the cookie back. */
  readonly pendingAttributes: string;
}

/** Over https the name itself keeps a plain page of the same host from setting it. */
function namesOf(baseUrl: string): CookieNames {
  const isSecure = baseUrl.startsWith("https:");
  const prefix = isSecure ? "__Secure-" : "";
  const secure = isSecure ? "; Secure" : "";
  return {
    session: `${prefix}identity-review`,
    form: `${prefix}identity-review-form`,
    pending: `${prefix}identity-review-pending`,
    attributes: `Path=${REVIEW_PATH}; HttpOnly; SameSite=Strict${secure}`,
    pendingAttributes: `Path=${SIGNED_IN_PATH}; HttpOnly; SameSite=Lax${secure}`,
  };
}

export function createCookies(baseUrl: string) {
  const names = namesOf(baseUrl);
  const set = (name: string, value: string, life_s: number): string =>
    `${name}=${value}; ${names.attributes}; Max-Age=${life_s}`;
  return {
    read(headers: Headers): Cookies {
      const pairs = (headers.get("cookie") ?? "").split(";").map((pair) => pair.trim().split("=", 2));
      const of = (name: string): string | undefined => pairs.find(([one]) => one === name)?.[1];
      return { session: of(names.session), form: of(names.form), pending: of(names.pending) };
    },
    setSession: (value: string, life_s: number): string => set(names.session, value, life_s),
    endSession: (): string => set(names.session, "", 0),
    setForm: (value: string): string => set(names.form, value, FORM_LIFE_s),
    endForm: (): string => set(names.form, "", 0),
    setPending: (value: string): string =>
      `${names.pending}=${value}; ${names.pendingAttributes}; Max-Age=${LIMITS.sign_in_pending_ms / 1_000}`,
    endPending: (): string => `${names.pending}=; ${names.pendingAttributes}; Max-Age=0`,
    newCookie,
  };
}

/** Where issuers send a browser back to. */
export const SIGNED_IN_PATH = `${REVIEW_PATH}/signed-in`;

/** How long a sign-in page may lie open. */
const FORM_LIFE_s = 3_600;

/** When a token that was verified ends, in milliseconds since 1970; `undefined` for what is no token. */
export function tokenEnd(token: string): number | undefined {
  try {
    const { exp } = decodeJwt(token);
    return exp === undefined ? undefined : exp * 1_000;
  } catch {
    return undefined;
  }
}

/** Whether a form was sent from a page that this gateway gave to the same session. */
export function isOwnForm(headers: Headers, sent: string | undefined, expected: string): boolean {
  const site = headers.get("sec-fetch-site");
  return (site === null || site === "same-origin" || site === "none") && isSameKey(sent, expected);
}

/** A path below the pages, so that nobody is led elsewhere after signing in. */
export function toOwnPath(next: string | null | undefined): string {
  const isOwn = next !== null && next !== undefined && /^\/identity\/review(\/[A-Za-z0-9-]+)*$/.test(next);
  return isOwn ? next : REVIEW_PATH;
}
