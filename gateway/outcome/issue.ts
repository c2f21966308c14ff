/**
 * Everything that can go wrong for a caller, as a closed union. Rooms return these; `operation-outcome.ts` alone turns
 * them into a status, an issue code and a text. None may hold a value that tells of a child.
 */
export type Issue =
  /** What came is no HTTP request, or its address or Host is none. */
  | { readonly kind: "malformed-request" }
  | { readonly kind: "headers-too-large" }
  | { readonly kind: "request-timeout" }
  | { readonly kind: "unknown-route" }
  | { readonly kind: "unknown-type"; readonly type: string; readonly nearest?: string }
  | { readonly kind: "interaction-not-served"; readonly interaction: string; readonly allow: readonly string[] }
  /** The resource does not exist, or not for this requester: the two cannot be told apart. */
  | { readonly kind: "not-found"; readonly type: string }
  | { readonly kind: "invalid-id"; readonly type: string }
  | { readonly kind: "unknown-parameter"; readonly parameter: string; readonly type: string; readonly nearest?: string }
  | {
      readonly kind: "unknown-modifier";
      readonly parameter: string;
      readonly modifier: string;
      readonly known: readonly string[];
    }
  | { readonly kind: "bad-parameter-value"; readonly parameter: string; readonly expected: string }
  /** A parameter without which the request has no meaning. */
  | { readonly kind: "missing-parameter"; readonly parameter: string; readonly expected: string }
  /** A parameter that may come once came more than once, so that it is not clear which one is meant. */
  | { readonly kind: "repeated-parameter"; readonly parameter: string }
  | { readonly kind: "too-many-parameters"; readonly max: number }
  | { readonly kind: "too-many-values"; readonly parameter: string; readonly max: number }
  | { readonly kind: "url-too-long"; readonly max: number }
  | { readonly kind: "stale-page" }
  | { readonly kind: "body-too-large"; readonly max: number }
  | { readonly kind: "unsupported-media-type"; readonly expected: string }
  | { readonly kind: "unsupported-content-encoding" }
  | { readonly kind: "not-acceptable" }
  | { readonly kind: "malformed-json"; readonly line: number; readonly column: number; readonly reason: string }
  | { readonly kind: "missing-token" }
  /** `revoked`: the client was disabled, or its agreement ended or changed, after the token was issued. */
  | { readonly kind: "invalid-token"; readonly reason: "expired" | "not-ours" | "revoked" }
  | { readonly kind: "insufficient-scope"; readonly needed: string }
  | { readonly kind: "purpose-mismatch" }
  /** A header names another organisation than the token. */
  | { readonly kind: "organization-mismatch" }
  | { readonly kind: "unknown-source"; readonly source: string }
  | { readonly kind: "source-not-allowed"; readonly source: string }
  | { readonly kind: "too-many-requests"; readonly retryAfter_s: number }
  | { readonly kind: "unavailable"; readonly what: "audit" | "store"; readonly retryAfter_s: number }
  | { readonly kind: "unexpected" };
