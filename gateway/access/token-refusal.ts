import { ASSERTION_ALGORITHMS } from "./client-key.ts";
import type { DpopProblem } from "./dpop.ts";
import { DPOP_TEXTS } from "./dpop-texts.ts";

/**
 * Why the token endpoint says no. Rich inside, for the audit log; a plainer set goes out, as RFC 6749 5.2 words it. The
 * one place that chooses a status for the token endpoint.
 */
export type TokenRefusal =
  | { readonly kind: "content-type" }
  | { readonly kind: "content-encoding" }
  | { readonly kind: "too-large"; readonly bytes_max: number }
  | { readonly kind: "repeated-parameter" }
  | { readonly kind: "too-many-failures"; readonly wait_s: number }
  | { readonly kind: "grant-type" }
  | { readonly kind: "grant-type-missing" }
  | { readonly kind: "assertion-type" }
  | { readonly kind: "assertion-missing" }
  | { readonly kind: "assertion-malformed" }
  | { readonly kind: "header-typ" }
  | { readonly kind: "header-alg" }
  | { readonly kind: "header-kid" }
  | { readonly kind: "header-member"; readonly member: "crit" | "b64" | "jwk" | "x5u" | "x5c" }
  | { readonly kind: "issuer-is-not-subject" }
  | { readonly kind: "client-id" }
  | { readonly kind: "unknown-client" }
  | { readonly kind: "disabled-client" }
  /** The assertion names another address of keys than the registered one. */
  | { readonly kind: "jku" }
  | { readonly kind: "unknown-key" }
  | { readonly kind: "signature" }
  | { readonly kind: "audience"; readonly expected: string }
  | { readonly kind: "expiry"; readonly reason: "missing" | "not-an-integer" | "past" | "too-far" }
  | { readonly kind: "not-yet-valid" }
  | { readonly kind: "jti" }
  /** `nonce`: a new one for the next proof. */
  | { readonly kind: "dpop"; readonly problem: DpopProblem; readonly nonce: string }
  | { readonly kind: "certificate" }
  | { readonly kind: "replayed" }
  | { readonly kind: "store-unavailable" }
  | { readonly kind: "user-required" }
  /** `text` says to the client what is wrong with the token of its user. */
  | { readonly kind: "subject-token"; readonly reason: string; readonly text: string }
  | { readonly kind: "scope-missing" }
  | { readonly kind: "scope-too-many"; readonly max: number }
  | { readonly kind: "scope-malformed"; readonly position: number; readonly reason: string }
  | { readonly kind: "scope-none" }
  | { readonly kind: "purpose"; readonly registered: readonly string[] }
  | { readonly kind: "agreement-not-begun"; readonly from: string }
  | { readonly kind: "agreement-ended"; readonly until: string };

const GRANT_TYPES =
  "grant_type must be client_credentials, or token-exchange (RFC 8693) by a client whose users sign in.";

export interface OAuthError {
  readonly status: 400 | 401 | 415 | 429 | 503;
  readonly error:
    | "invalid_request"
    | "invalid_client"
    | "invalid_dpop_proof"
    | "invalid_grant"
    | "invalid_scope"
    | "unauthorized_client"
    | "unsupported_grant_type"
    | "temporarily_unavailable"
    | "use_dpop_nonce";
  /** ASCII without quotes and backslashes (RFC 6749 5.2). */
  readonly description: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One text for five reasons: which of them it was would tell a stranger who the clients are. */
const NOT_AUTHENTICATED = "The client is not known, or the assertion was not signed with a key registered for it.";

const EXPIRY_TEXTS = {
  missing: "The assertion needs an exp claim.",
  "not-an-integer": "exp must be a whole number of seconds since 1970.",
  past: "The assertion has expired; check the clock.",
  "too-far": "exp may be five minutes ahead at most; check the clock.",
} as const;

export function toOAuthError(refusal: TokenRefusal): OAuthError {
  switch (refusal.kind) {
    case "content-type":
      return request("The body must be application/x-www-form-urlencoded.");
    case "content-encoding":
      return { ...request("The body must come as it is, without a Content-Encoding."), status: 415 };
    case "too-large":
      return request(`The body may hold ${refusal.bytes_max} bytes at most.`);
    case "repeated-parameter":
      return request("Each parameter must come exactly once.");
    case "too-many-failures":
      return {
        status: 429,
        error: "temporarily_unavailable",
        description: "Too many requests from this address failed. Check the client's id, key and clock, and wait.",
        headers: { "Retry-After": String(refusal.wait_s) },
      };
    case "grant-type-missing":
      return request(GRANT_TYPES);
    case "grant-type":
      return { status: 400, error: "unsupported_grant_type", description: GRANT_TYPES };
    case "dpop":
      return toDpopError(refusal);
    case "user-required":
      return {
        status: 400,
        error: "unauthorized_client",
        description: "This client asks for persons who sign in: exchange the token of its user (RFC 8693).",
      };
    case "subject-token":
      return { status: 400, error: "invalid_grant", description: refusal.text };
    case "scope-missing":
    case "scope-too-many":
    case "scope-malformed":
    case "scope-none":
    case "purpose":
      return { status: 400, error: "invalid_scope", description: toScopeText(refusal) };
    case "agreement-not-begun":
      return {
        status: 400,
        error: "unauthorized_client",
        description: `The agreement of this client begins on ${refusal.from}.`,
      };
    case "agreement-ended":
      return {
        status: 400,
        error: "unauthorized_client",
        description: `The agreement of this client ended on ${refusal.until}.`,
      };
    case "store-unavailable":
      return UNAVAILABLE;
    default:
      return { status: 401, error: "invalid_client", description: toClientText(refusal) };
  }
}

const UNAVAILABLE: OAuthError = {
  status: 503,
  error: "temporarily_unavailable",
  description: "Whether this assertion was used before cannot be checked now. Try again with a new one.",
  headers: { "Retry-After": "5" },
};

/** https://www.rfc-editor.org/rfc/rfc9449#section-5, https://www.rfc-editor.org/rfc/rfc9449#section-8 */
function toDpopError({ problem, nonce }: Extract<TokenRefusal, { kind: "dpop" }>): OAuthError {
  if (problem === "store-unavailable") return UNAVAILABLE;
  return {
    status: 400,
    error: problem === "nonce" ? "use_dpop_nonce" : "invalid_dpop_proof",
    description: DPOP_TEXTS[problem],
    headers: { "DPoP-Nonce": nonce },
  };
}

type ScopeRefusal = Extract<
  TokenRefusal,
  { kind: "scope-missing" | "scope-too-many" | "scope-malformed" | "scope-none" | "purpose" }
>;
type ClientRefusal = Exclude<
  TokenRefusal,
  | ScopeRefusal
  | {
      kind:
        | "content-type"
        | "content-encoding"
        | "too-large"
        | "repeated-parameter"
        | "too-many-failures"
        | "grant-type"
        | "grant-type-missing"
        | "agreement-not-begun"
        | "agreement-ended"
        | "dpop"
        | "user-required"
        | "subject-token"
        | "store-unavailable";
    }
>;

function toScopeText(refusal: ScopeRefusal): string {
  switch (refusal.kind) {
    case "scope-missing":
      return "A scope is needed, as system/Observation.rs.";
    case "scope-too-many":
      return `At most ${refusal.max} scopes may be asked for at a time.`;
    case "scope-malformed":
      return `Scope number ${refusal.position} is not served: ${refusal.reason}.`;
    case "scope-none":
      return "None of these scopes is registered for this client and about a type that is served here.";
    case "purpose":
      return `The purpose claim must be one of those registered: ${refusal.registered.join(", ")}.`;
  }
}

function toClientText(refusal: ClientRefusal): string {
  switch (refusal.kind) {
    case "assertion-type":
      return "client_assertion_type must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer.";
    case "assertion-missing":
      return "client_assertion is missing: a JWT signed by the client (SMART Backend Services).";
    case "assertion-malformed":
      return "client_assertion is not a JWT in compact form.";
    case "header-typ":
      return "The typ header of the assertion must be JWT.";
    case "header-alg":
      return `The alg header of the assertion must be one of ${ASSERTION_ALGORITHMS.join(", ")}.`;
    case "header-kid":
      return "The assertion needs a kid header that names one of the registered keys.";
    case "header-member":
      return `The header ${refusal.member} is not accepted in an assertion; leave it out.`;
    case "issuer-is-not-subject":
      return "iss and sub must both be the client id.";
    case "client-id":
      return "client_id differs from the iss of the assertion.";
    case "unknown-client":
    case "disabled-client":
    case "jku":
    case "unknown-key":
    case "signature":
      return NOT_AUTHENTICATED;
    case "audience":
      return `aud must be this one text: ${refusal.expected}`;
    case "expiry":
      return EXPIRY_TEXTS[refusal.reason];
    case "not-yet-valid":
      return "iat or nbf lies in the future, or is not a whole number; check the clock.";
    case "jti":
      return "The assertion needs a jti of 1 to 128 characters.";
    case "certificate":
      return "This client is registered for tokens bound to its TLS certificate: it must come over mutual TLS.";
    case "replayed":
      return "This assertion was used before; sign a new one with a new jti.";
  }
}

function request(description: string): OAuthError {
  return { status: 400, error: "invalid_request", description };
}
