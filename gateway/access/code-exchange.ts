import { randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import { z } from "zod";
import { LIMITS } from "../limits.ts";
import type { GatewayKeys } from "./gateway-keys.ts";
import type { GuardedFetch } from "./guarded-fetch.ts";
import type { IssuerSignIn } from "./register-issuer.ts";

export interface CodeExchange {
  readonly issuer: string;
  readonly signIn: IssuerSignIn;
  /** The issuer's token endpoint. */
  readonly address: string;
  readonly code: string;
  readonly redirectUri: string;
  /** RFC 7636. */
  readonly verifier: string;
}

const ANSWER = z.object({ id_token: z.string() });

/**
 * The identity token for a code. `refused`: the issuer answered, and gave none. Never throws.
 * https://openid.net/specs/openid-connect-core-1_0.html#TokenRequest
 */
export async function exchangeCode(
  exchange: CodeExchange,
  {
    fetch,
    keys,
    clock,
  }: { readonly fetch: GuardedFetch; readonly keys: Pick<GatewayKeys, "signing">; readonly clock: () => number },
): Promise<{ readonly token: string } | "refused" | "away"> {
  const { signIn, address, code, redirectUri, verifier } = exchange;
  const form = new URLSearchParams({
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    client_id: signIn.clientId,
  });
  if (signIn.authentication === "private_key_jwt") {
    form.set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    form.set("client_assertion", await signAssertion(exchange, { keys, now_s: Math.floor(clock() / 1_000) }));
  }
  const fetched = await fetch(address, { method: "POST", form });
  if (!fetched.ok) return fetched.reason === "status" ? "refused" : "away";
  try {
    const answer = ANSWER.safeParse(JSON.parse(fetched.text));
    return answer.success ? { token: answer.data.id_token } : "refused";
  } catch {
    return "refused";
  }
}

/** https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication */
function signAssertion(
  { issuer, signIn: { clientId, assertionAudience }, address }: CodeExchange,
  { keys, now_s }: { readonly keys: Pick<GatewayKeys, "signing">; readonly now_s: number },
): Promise<string> {
  const { kid, privateKey } = keys.signing();
  return new SignJWT({})
    .setProtectedHeader({ alg: "ES256", typ: "JWT", kid })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(assertionAudience === "issuer" ? issuer : address)
    .setJti(randomUUID())
    .setIssuedAt(now_s)
    .setExpirationTime(now_s + LIMITS.own_assertion_life_s)
    .sign(privateKey);
}
