import type { OperationOutcome, OperationOutcomeIssue } from "@medplum/fhirtypes";
import { echo } from "./echo.ts";
import type { Issue } from "./issue.ts";
import { type SpineError, toSpineCoding } from "./spine-error.ts";

/** What the caller gets for an issue. `headers` are those the status calls for, and no others. */
export interface Failure {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly outcome: OperationOutcome;
}

interface Answer {
  readonly status: number;
  /** https://hl7.org/fhir/R4/valueset-issue-type.html */
  readonly code: OperationOutcomeIssue["code"];
  readonly severity?: "fatal" | "error";
  readonly spine?: SpineError;
  readonly diagnostics?: string;
  /** The query or form parameter that is at fault. */
  readonly parameter?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

type AccessIssue = Extract<
  Issue,
  {
    kind:
      | "missing-token"
      | "invalid-token"
      | "insufficient-scope"
      | "purpose-mismatch"
      | "organization-mismatch"
      | "unknown-source"
      | "source-not-allowed"
      | "too-many-requests"
      | "unavailable"
      | "unexpected";
  }
>;
type BodyIssue = Extract<
  Issue,
  {
    kind:
      | "body-too-large"
      | "unsupported-media-type"
      | "unsupported-content-encoding"
      | "not-acceptable"
      | "malformed-json";
  }
>;
type RouteIssue = Extract<
  Issue,
  { kind: "unknown-route" | "unknown-type" | "interaction-not-served" | "not-found" | "invalid-id" }
>;
type TransportIssue = Extract<Issue, { kind: "malformed-request" | "headers-too-large" | "request-timeout" }>;
type SearchIssue = Exclude<Issue, AccessIssue | BodyIssue | RouteIssue | TransportIssue>;

/** The one place that chooses a status and an issue code. */
export function toOutcome(issue: Issue): Failure {
  const { status, headers, severity = "error", code, spine, diagnostics, parameter } = toAnswer(issue);
  const name = parameter === undefined ? undefined : echo(parameter);
  // R4 words "http." + name under `location`, which it calls deprecated in favour of `expression`: clients read either.
  const place = name === undefined ? undefined : [`http.${name}`];
  return {
    status,
    ...(headers === undefined ? {} : { headers }),
    outcome: {
      resourceType: "OperationOutcome",
      issue: [
        {
          severity,
          code,
          ...(spine === undefined ? {} : { details: { coding: [toSpineCoding(spine)] } }),
          ...(diagnostics === undefined ? {} : { diagnostics }),
          ...(place === undefined ? {} : { location: place, expression: place }),
        },
      ],
    },
  };
}

/**
 * What becomes of something thrown. Its text goes nowhere near the caller: it may hold a password, a path or a child's
 * name.
 */
export function toUnexpected(_thrown: unknown): Issue {
  return { kind: "unexpected" };
}

function toAnswer(issue: Issue): Answer {
  switch (issue.kind) {
    case "malformed-request":
    case "headers-too-large":
    case "request-timeout":
      return toTransportAnswer(issue);
    case "unknown-route":
    case "unknown-type":
    case "interaction-not-served":
    case "not-found":
    case "invalid-id":
      return toRouteAnswer(issue);
    case "body-too-large":
    case "unsupported-media-type":
    case "unsupported-content-encoding":
    case "not-acceptable":
    case "malformed-json":
      return toBodyAnswer(issue);
    case "missing-token":
    case "invalid-token":
    case "insufficient-scope":
    case "purpose-mismatch":
    case "organization-mismatch":
    case "unknown-source":
    case "source-not-allowed":
    case "too-many-requests":
    case "unavailable":
    case "unexpected":
      return toAccessAnswer(issue);
    default:
      return toSearchAnswer(issue);
  }
}

/** What never became a request. Nothing of it is repeated: it was not understood. */
function toTransportAnswer(issue: TransportIssue): Answer {
  switch (issue.kind) {
    case "malformed-request":
      return {
        status: 400,
        code: "structure",
        diagnostics: "This is not an HTTP request: its method, address, Host or framing is not understood.",
      };
    case "headers-too-large":
      return { status: 431, code: "too-long", diagnostics: "The request line and headers together are too long." };
    case "request-timeout":
      return { status: 408, code: "timeout", diagnostics: "The rest of the request did not come in time." };
  }
}

/** https://hl7.org/fhir/R4/http.html */
function toRouteAnswer(issue: RouteIssue): Answer {
  switch (issue.kind) {
    case "unknown-route":
      return {
        status: 404,
        code: "not-supported",
        spine: "UNSUPPORTED_SERVICE",
        diagnostics: "Nothing is served at this address. GET /fhir/R4/metadata lists what is.",
      };
    case "unknown-type":
      return {
        status: 404,
        code: "not-supported",
        spine: "UNSUPPORTED_SERVICE",
        diagnostics: `The resource type ${echo(issue.type)} is not served.${meant(issue.nearest)} GET /fhir/R4/metadata lists the types that are.`,
      };
    case "interaction-not-served":
      return {
        status: 405,
        code: "not-supported",
        spine: "UNSUPPORTED_SERVICE",
        diagnostics: `The interaction ${echo(issue.interaction)} is not served here. Methods served: ${issue.allow.join(", ")}.`,
        headers: { Allow: issue.allow.join(", ") },
      };
    case "not-found":
      return {
        status: 404,
        code: "not-found",
        spine: "RESOURCE_NOT_FOUND",
        diagnostics: `There is no ${echo(issue.type)} with this id for this client.`,
      };
    case "invalid-id":
      return {
        status: 400,
        code: "value",
        spine: "INVALID_RESOURCE_ID",
        diagnostics: `The id of the ${echo(issue.type)} is not a FHIR id: expected 1 to 64 of A-Z a-z 0-9 - . (https://hl7.org/fhir/R4/datatypes.html#id). To search by an NHS number use identifier or patient.identifier.`,
      };
  }
}

/** https://hl7.org/fhir/R4/search.html */
function toSearchAnswer(issue: SearchIssue): Answer {
  switch (issue.kind) {
    case "unknown-parameter":
      return {
        ...refused("not-supported", "ADDITIONAL_PROPERTIES", issue.parameter),
        diagnostics: `The parameter ${echo(issue.parameter)} is not supported for ${echo(issue.type)}.${meant(issue.nearest)} GET /fhir/R4/metadata lists the parameters; Prefer: handling=lenient ignores unknown ones.`,
      };
    case "unknown-modifier":
      return {
        ...refused("not-supported", "INVALID_SEARCH_DATA", issue.parameter),
        diagnostics: `The modifier :${echo(issue.modifier)} is not supported for ${echo(issue.parameter)}. ${issue.known.length === 0 ? "It takes no modifier." : `It takes ${issue.known.map((known) => `:${known}`).join(", ")}.`}`,
      };
    case "bad-parameter-value":
      return {
        ...refused("value", "INVALID_VALUE", issue.parameter),
        diagnostics: `The value of ${echo(issue.parameter)} is not understood: expected ${issue.expected}.`,
      };
    case "missing-parameter":
      return {
        ...refused("required", "MISSING_VALUE", issue.parameter),
        diagnostics: `The parameter ${echo(issue.parameter)} is missing: expected ${issue.expected}.`,
      };
    case "repeated-parameter":
      return {
        ...refused("invalid", "TOO_MANY_VALUES_SUBMITTED", issue.parameter),
        diagnostics: `The parameter ${echo(issue.parameter)} may come once.`,
      };
    case "too-many-parameters":
      return {
        ...refused("too-costly", "TOO_MANY_VALUES_SUBMITTED"),
        diagnostics: `A query may hold ${issue.max} parameters at most.`,
      };
    case "too-many-values":
      return {
        ...refused("too-costly", "TOO_MANY_VALUES_SUBMITTED", issue.parameter),
        diagnostics: `The parameter ${echo(issue.parameter)} may hold ${issue.max} values at most; split the search.`,
      };
    case "url-too-long":
      return {
        status: 414,
        code: "too-long",
        diagnostics: `The URL is longer than ${issue.max} bytes. Send the parameters as a form: POST [type]/_search with Content-Type application/x-www-form-urlencoded.`,
      };
    case "stale-page":
      return {
        ...refused("value", "INVALID_VALUE"),
        diagnostics:
          "This page link has expired, or was made for another client or purpose. Run the search again from its first page, and follow the links as they come.",
      };
  }
}

function toBodyAnswer(issue: BodyIssue): Answer {
  switch (issue.kind) {
    case "body-too-large":
      return {
        status: 413,
        code: "too-long",
        diagnostics: `The body is larger than ${issue.max} bytes.`,
      };
    case "unsupported-media-type":
      return {
        status: 415,
        code: "not-supported",
        diagnostics: `The Content-Type of the body is not supported: expected ${issue.expected}.`,
      };
    case "unsupported-content-encoding":
      return {
        status: 415,
        code: "not-supported",
        diagnostics: "The Content-Encoding of the body is not supported: send it as it is.",
      };
    case "not-acceptable":
      return {
        status: 406,
        code: "not-supported",
        diagnostics:
          "Answers come as JSON only: Accept application/fhir+json (or _format=json), with fhirVersion=4.0 if any.",
      };
    case "malformed-json":
      return {
        ...refused("structure", "INVALID_VALUE"),
        diagnostics: `The body is not JSON: line ${issue.line}, column ${issue.column}${plain(issue.reason)}.`,
      };
  }
}

function toAccessAnswer(issue: AccessIssue): Answer {
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
      return {
        status: 429,
        code: "throttled",
        spine: "TOO_MANY_REQUESTS",
        diagnostics: `Too many requests. Try again after ${issue.retryAfter_s} s.`,
        headers: { "Retry-After": String(issue.retryAfter_s) },
      };
    case "unavailable":
      return {
        status: 503,
        code: "transient",
        spine: "UNABLE_TO_CALL_SERVICE",
        diagnostics: `The ${issue.what} of the gateway cannot be reached; nothing was released. Try again after ${issue.retryAfter_s} s.`,
        headers: { "Retry-After": String(issue.retryAfter_s) },
      };
    case "unexpected":
      return { status: 500, code: "exception", severity: "fatal" };
  }
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

function refused(code: Answer["code"], spine: SpineError, parameter?: string): Answer {
  return { status: 400, code, spine, ...(parameter === undefined ? {} : { parameter }) };
}

function denied(status: 401 | 403, code: Answer["code"]): Answer {
  return { status, code, spine: "ACCESS_DENIED" };
}

function meant(word: string | undefined): string {
  return word === undefined ? "" : ` Did you mean ${word}?`;
}

/** A parser's reason may quote the body it read, so only one in bare words is passed on. */
function plain(reason: string): string {
  return /^[A-Za-z ,;()-]{1,120}$/.test(reason) ? ` (${reason})` : "";
}
