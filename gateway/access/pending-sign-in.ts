import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { LIMITS } from "../limits.ts";
import { type ReplayStore, useOnce } from "./replay.ts";

/** What a browser keeps while the person is at the issuer. */
const PENDING = z.strictObject({ id: z.string(), issuer: z.string(), next: z.string(), until: z.int() });

type Pending = z.output<typeof PENDING>;

/** What stands between one browser and one question to an issuer. */
export interface PendingValues {
  readonly state: string;
  readonly nonce: string;
  /** RFC 7636. */
  readonly verifier: string;
}

const SECRET_bytes = 32;

/**
 * Sign-ins that were begun and are not finished. State, nonce and verifier are made of the cookie under a key that all
 * processes have, so that nothing is kept of who only begins, and whoever changes the cookie has another state.
 */
export function createPendingSignIns({
  store,
  secret: gatewaySecret,
  clock,
}: {
  readonly store: ReplayStore;
  /** The gateway's own: the key here is derived from it. */
  readonly secret: Buffer;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}) {
  const secret = Buffer.from(hkdfSync("sha256", gatewaySecret, "", "pending-sign-in", SECRET_bytes));
  const derive = (words: keyof PendingValues, cookie: string): string =>
    createHmac("sha256", secret).update(`${words}|${cookie}`).digest("base64url");
  const valuesOf = (cookie: string): PendingValues => ({
    state: derive("state", cookie),
    nonce: derive("nonce", cookie),
    verifier: derive("verifier", cookie),
  });
  return {
    valuesOf,

    begin(told: Pick<Pending, "issuer" | "next">): { readonly cookie: string; readonly values: PendingValues } {
      const id = randomBytes(SECRET_bytes).toString("base64url");
      const pending: Pending = { id, ...told, until: clock() + LIMITS.sign_in_pending_ms };
      const cookie = Buffer.from(JSON.stringify(pending)).toString("base64url");
      return { cookie, values: valuesOf(cookie) };
    },

    /** What was begun here with this cookie, is not over, and was not taken before. `states`: all that came back. */
    async take(cookie: string, states: readonly string[]): Promise<Pending | "state" | "store-unavailable"> {
      const [state = "", ...more] = states;
      if (more.length > 0 || !isSame(state, derive("state", cookie))) return "state";
      const pending = readPending(cookie);
      if (pending === undefined || clock() >= pending.until) return "state";
      const used = await useOnce(store, { kind: "sign-in", parts: [state], until_ms: pending.until });
      if (used === "first") return pending;
      return used === "again" ? "state" : "store-unavailable";
    },
  };
}

function readPending(cookie: string): Pending | undefined {
  if (cookie.length > LIMITS.sign_in_cookie_characters_max) return undefined;
  try {
    return PENDING.safeParse(JSON.parse(Buffer.from(cookie, "base64url").toString())).data;
  } catch {
    return undefined;
  }
}

function isSame(sent: string, expected: string): boolean {
  const [one, other] = [Buffer.from(sent), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
