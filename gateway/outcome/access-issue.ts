import { type Answer, denied } from "./answer.ts";
import { echo } from "./echo.ts";

/** Who may not, and what cannot be done just now. */
export type AccessIssue =
  | { readonly kind: "missing-token" }
  | { readonly kind: "invalid-token"; readonly reason: "expired" | "not-ours" | "revoked" }
  /** The token is bound to a key, and what should prove it does not: `text` says why, `nonce` is for the next proof. */
  | { readonly kind: "invalid-proof"; readonly needsNonce: boolean; readonly text: string; readonly nonce: string }
  /** The token is bound to another certificate than the request came with. */
  | { readonly kind: "other-certificate" }
  | { readonly kind: "insufficient-scope"; readonly needed: string }
  | { readonly kind: "purpose-mismatch" }
  | { readonly kind: "organization-mismatch" }
  | { readonly kind: "session-role-mismatch" }
  | { readonly kind: "unknown-source"; readonly source: string }
  | { readonly kind: "source-not-allowed"; readonly source: string }
  | { readonly kind: "too-many-requests"; readonly retryAfter_s: number }
  | { readonly kind: "unavailable"; readonly what: "audit" | "store"; readonly retryAfter_s: number }
  /** Data are still being brought in. */
  | { readonly kind: "not-ready"; readonly retryAfter_s: number }
  | { readonly kind: "unexpected" };

export function toAccessAnswer(issue: AccessIssue): Answer {
  switch (issue.kind) {
    case "missing-token":
      return {
        ...denied(401, "login"),
        diagnostics:
          "An access token is needed: Authorization: Bearer [token]. /fhir/R4/.well-known/smart-configuration names the token endpoint (SMART Backend Services).",
        // RFC 6750 3.1: no error code when the request carried no token at all.
        headers: { "WWW-Authenticate": 'Bearer realm="fhir"' },
      };
    case "invalid-token":
      return { ...denied(401, issue.reason === "expired" ? "expired" : "login"), ...toTokenText(issue.reason) };
    case "invalid-proof":
      return {
        ...denied(401, "login"),
        diagnostics: issue.text,
        headers: { "WWW-Authenticate": toDpopChallenge(issue), "DPoP-Nonce": issue.nonce },
      };
    case "other-certificate":
      return {
        ...denied(401, "login"),
        diagnostics: CERTIFICATE_TEXT,
        headers: {
          "WWW-Authenticate": `Bearer realm="fhir", error="invalid_token", error_description="${CERTIFICATE_TEXT}"`,
        },
      };
    case "insufficient-scope":
      return {
        ...denied(403, "forbidden"),
        diagnostics: `The token does not hold the scope ${echo(issue.needed)}. Ask for it at the token endpoint, if the client is registered for it.`,
        headers: {
          "WWW-Authenticate": `Bearer realm="fhir", error="insufficient_scope", scope="${echo(issue.needed)}"`,
        },
      };
    case "purpose-mismatch":
      return {
        ...denied(403, "forbidden"),
        diagnostics: "The purpose of the request is not the purpose of the token. Get a token for this purpose.",
      };
    case "organization-mismatch":
      return {
        ...denied(403, "forbidden"),
        diagnostics:
          "NHSD-End-User-Organisation-ODS names another organisation than the one this client is registered for. Leave it out or send the registered code.",
      };
    case "session-role-mismatch":
      return {
        ...denied(403, "forbidden"),
        diagnostics:
          "NHSD-Session-URID names no role of the person who is signed in. Leave it out or send the id of one of their roles.",
      };
    case "unknown-source":
      return {
        status: 404,
        code: "not-found",
        spine: "RESOURCE_NOT_FOUND",
        diagnostics: `There is no source ${echo(issue.source)} in the register of sources.`,
      };
    case "source-not-allowed":
      return {
        ...denied(403, "forbidden"),
        diagnostics: `This client may not send for the source ${echo(issue.source)}: it needs the scope ingest/${echo(issue.source)}.`,
      };
    case "too-many-requests":
    case "unavailable":
    case "not-ready":
      return toLaterAnswer(issue);
    case "unexpected":
      return { status: 500, code: "exception", severity: "fatal" };
  }
}

type LaterIssue = Extract<AccessIssue, { readonly retryAfter_s: number }>;

/** The same request may be answered later: when, and what is in the way now. */
function toLaterAnswer(issue: LaterIssue): Answer {
  const again = `Try again after ${issue.retryAfter_s} s.`;
  const headers = { "Retry-After": String(issue.retryAfter_s) };
  const away = { status: 503, code: "transient", spine: "UNABLE_TO_CALL_SERVICE", headers } as const;
  switch (issue.kind) {
    case "too-many-requests":
      return {
        ...{ status: 429, code: "throttled", spine: "TOO_MANY_REQUESTS", headers },
        diagnostics: `Too many requests. ${again}`,
      };
    case "unavailable":
      return {
        ...away,
        diagnostics: `The ${issue.what} of the gateway cannot be reached; nothing was released. ${again}`,
      };
    case "not-ready":
      return {
        ...away,
        diagnostics: `The gateway has just been started and brings in its data, until when /health/ready answers 503. ${again}`,
      };
  }
}

const CERTIFICATE_TEXT = "The access token is bound to the TLS certificate of the client that got it (RFC 8705).";

/** https://www.rfc-editor.org/rfc/rfc9449#section-7.1 */
function toDpopChallenge({ needsNonce, text }: Extract<AccessIssue, { kind: "invalid-proof" }>): string {
  const error = needsNonce ? "use_dpop_nonce" : "invalid_dpop_proof";
  return `DPoP realm="fhir", error="${error}", error_description="${text}", algs="ES256 ES384 PS256 PS384"`;
}

const TOKEN_TEXTS = {
  expired: "The access token has expired. Get a new one from the token endpoint.",
  "not-ours": "The access token was not issued by this gateway for this FHIR base, or was changed on the way.",
  revoked: "The access token is no longer valid: the client or its agreement has changed or ended.",
} as const;

function toTokenText(reason: keyof typeof TOKEN_TEXTS): Pick<Answer, "diagnostics" | "headers"> {
  const text = TOKEN_TEXTS[reason];
  return {
    diagnostics: text,
    headers: { "WWW-Authenticate": `Bearer realm="fhir", error="invalid_token", error_description="${text}"` },
  };
}
