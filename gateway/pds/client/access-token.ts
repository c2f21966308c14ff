import type { KeyObject } from "node:crypto";
import { SignJWT } from "jose";
import { z } from "zod";
import { LIMITS } from "../../limits.ts";
import { type ExchangeBounds, exchange } from "./bounded-exchange.ts";

/**
 * Application-restricted access of the NHS API platform: a signed JWT is exchanged for an access token.
 * https://digital.nhs.uk/developer/guides-and-documentation/security-and-authorisation/application-restricted-restful-apis-signed-jwt-authentication
 */

export interface Credentials {
  readonly tokenUrl: string;
  /** Issuer and subject of the assertion. */
  readonly apiKey: string;
  /** Under which the public key is registered. */
  readonly keyId: string;
  /** RSA. */
  readonly key: KeyObject;
}

export type TokenAnswer =
  | { readonly ok: true; readonly token: string }
  | {
      readonly ok: false;
      readonly reason: "token-refused" | "token-unavailable";
      readonly retryAfter_ms?: number;
    };

export interface AccessTokens {
  /** The token in use, or a new one: one request for all who wait. */
  get(): Promise<TokenAnswer>;
  /** The server took this token no more: the next `get` asks for another. */
  spend(token: string): void;
}

export interface AccessTokenOptions extends Credentials {
  readonly bounds: ExchangeBounds;
  /** Random UUIDs. */
  readonly ids: () => string;
}

// The platform tells the seconds as text, RFC 6749 as a number.
const GRANTED = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().int().positive() });

export function createAccessTokens(options: AccessTokenOptions): AccessTokens {
  const { clock } = options.bounds;
  let current: { readonly token: string; readonly until: number } | undefined;
  let asking: Promise<TokenAnswer> | undefined;

  async function ask(): Promise<TokenAnswer> {
    const asked = clock();
    const answer = await exchange(
      {
        method: "POST",
        url: options.tokenUrl,
        headers: { accept: "application/json" },
        body: new URLSearchParams({
          grant_type: "client_credentials",
          client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
          client_assertion: await toAssertion(options),
        }),
      },
      options.bounds,
    );
    if (answer.kind === "broken") return { ok: false, reason: "token-unavailable" };
    const granted = GRANTED.safeParse(answer.body);
    if (answer.status === 200 && granted.success) {
      const { access_token: token, expires_in } = granted.data;
      current = { token, until: asked + usableFor_ms(expires_in * 1_000) };
      return { ok: true, token };
    }
    const { retryAfter_ms } = answer;
    // A refusal is for a person to mend; anything else may pass by itself.
    const isRefused = answer.status >= 400 && answer.status < 500 && answer.status !== 408 && answer.status !== 429;
    return {
      ok: false,
      reason: isRefused ? "token-refused" : "token-unavailable",
      ...(retryAfter_ms === undefined ? {} : { retryAfter_ms }),
    };
  }

  return {
    async get() {
      if (current !== undefined && clock() < current.until) return { ok: true, token: current.token };
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return asking;
    },
    spend(token) {
      if (current?.token === token) current = undefined;
    },
  };
}

/** A token that ends while a call is under way is refused: it is left some time before, and used at least half its life. */
function usableFor_ms(life_ms: number): number {
  return Math.max(life_ms / 2, life_ms - LIMITS.pds_token_margin_ms);
}

function toAssertion({ apiKey, keyId, key, tokenUrl, ids, bounds }: AccessTokenOptions): Promise<string> {
  const now_s = Math.floor(bounds.clock() / 1_000);
  return new SignJWT({ iss: apiKey, sub: apiKey, aud: tokenUrl, jti: ids(), exp: now_s + LIMITS.pds_assertion_life_s })
    .setProtectedHeader({ alg: "RS512", typ: "JWT", kid: keyId })
    .sign(key);
}
