import { LIMITS } from "../limits.ts";
import type { TokenRefusal } from "./token-refusal.ts";

export interface TokenRequest {
  readonly contentType: string | undefined;
  readonly contentEncoding?: string | undefined;
  /** Absent when it was larger than `token_request_bytes_max`, and so never read. */
  readonly body: string | undefined;
  /** The header DPoP (RFC 9449). */
  readonly dpop?: string | undefined;
  /** The client's certificate as the proxy that ends TLS hands it on. */
  readonly certificate?: string | undefined;
  /** IP address that it comes from; absent where there is no connection. */
  readonly address?: string | undefined;
}

export const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** Checks 1 to 3. */
export function readForm({
  contentType,
  contentEncoding,
  body,
}: TokenRequest): TokenRefusal | ReadonlyMap<string, string> {
  if (contentType?.split(";")[0]?.trim().toLowerCase() !== "application/x-www-form-urlencoded")
    return { kind: "content-type" };
  if (contentEncoding !== undefined && contentEncoding.trim().toLowerCase() !== "identity")
    return { kind: "content-encoding" };
  if (body === undefined || Buffer.byteLength(body) > LIMITS.token_request_bytes_max)
    return { kind: "too-large", bytes_max: LIMITS.token_request_bytes_max };
  const pairs = [...new URLSearchParams(body)];
  const form = new Map(pairs);
  if (form.size !== pairs.length) return { kind: "repeated-parameter" };
  const grant = form.get("grant_type");
  // Sent without a value it was not sent: RFC 6749 3.2
  if (!grant) return { kind: "grant-type-missing" };
  if (grant !== "client_credentials" && grant !== TOKEN_EXCHANGE) return { kind: "grant-type" };
  if (form.get("client_assertion_type") !== ASSERTION_TYPE) return { kind: "assertion-type" };
  return form;
}
