import { type Answer, refused } from "./answer.ts";
import { echo } from "./echo.ts";

/** One thing that is wrong with a resource that was sent. Names a place, never what stands there. */
export interface Flaw {
  readonly severity: "error" | "warning" | "information";
  /** https://hl7.org/fhir/R4/valueset-issue-type.html */
  readonly code: Answer["code"];
  /** As `Observation.value.ofType(Quantity).code`, or `Bundle.entry[2].resource`. */
  readonly expression: string;
  readonly message: string;
  /** From 1, where the text of the resource is at hand. */
  readonly line?: number;
  readonly column?: number;
}

/** Why something that was sent to be stored is not. */
export type WriteIssue =
  /** One flaw a issue. `base`: R4 itself is broken (400); `rule`: a profile, or a rule of this gateway (422). */
  | { readonly kind: "invalid-resource"; readonly against: "base" | "rule"; readonly flaw: Flaw }
  /** The resource was there for this requester, and was deleted. */
  | { readonly kind: "gone"; readonly type: string }
  /** `If-Match` names another version than the current one. */
  | { readonly kind: "version-conflict"; readonly type: string }
  /** Criteria that may find one at most found several. */
  | { readonly kind: "multiple-matches"; readonly type: string }
  | { readonly kind: "malformed-header"; readonly header: string; readonly expected: string }
  /** The client may not choose an id. */
  | { readonly kind: "client-id-refused"; readonly type: string }
  /** Another source told of the resource: only that one changes it. */
  | { readonly kind: "not-own"; readonly type: string }
  /** `If-None-Match` forbids what is there. */
  | { readonly kind: "already-there"; readonly type: string }
  /** A conditional reference finds nothing. */
  | { readonly kind: "no-match"; readonly type: string }
  /** The agreement of the client gives it nothing to write. */
  | { readonly kind: "nothing-to-write"; readonly type: string }
  | { readonly kind: "too-many-entries"; readonly max: number }
  /** It was committed, but its record could not be written. */
  | { readonly kind: "unrecorded-write"; readonly retryAfter_s: number };

/** https://hl7.org/fhir/R4/http.html#create and what follows it. */
export function toWriteAnswer(issue: WriteIssue): Answer {
  switch (issue.kind) {
    case "invalid-resource": {
      const { severity, code, expression, message, line, column } = issue.flaw;
      return {
        status: issue.against === "base" ? 400 : 422,
        severity: severity === "error" ? "error" : severity,
        code,
        diagnostics: line === undefined ? message : `${message} (line ${line}, column ${column})`,
        expression,
      };
    }
    case "gone":
      return { status: 410, code: "deleted", diagnostics: `This ${echo(issue.type)} was deleted.` };
    case "version-conflict":
      return {
        status: 412,
        code: "conflict",
        diagnostics: `The ${echo(issue.type)} has changed since the version that If-Match names. Read it again, and send the change against what it is now.`,
      };
    case "multiple-matches":
      return {
        status: 412,
        code: "multiple-matches",
        diagnostics: `The criteria find more than one ${echo(issue.type)}. Name one: by its identifier, or by its id.`,
      };
    case "malformed-header":
      return {
        ...refused("value", "INVALID_VALUE"),
        diagnostics: `The header ${echo(issue.header)} is not understood: expected ${issue.expected}.`,
      };
    case "client-id-refused":
      return {
        status: 405,
        code: "not-supported",
        diagnostics: `There is no ${echo(issue.type)} with this id for this client, and ids are chosen by the gateway: create it by POST ${echo(issue.type)}.`,
        headers: { Allow: "GET, HEAD" },
      };
    case "not-own":
      return {
        status: 403,
        code: "forbidden",
        spine: "ACCESS_DENIED",
        diagnostics: `This ${echo(issue.type)} was told by another source, which alone can change it.`,
      };
    case "already-there":
      return {
        status: 412,
        code: "conflict",
        diagnostics: `There is a ${echo(issue.type)} of a version that If-None-Match forbids; nothing was written.`,
      };
    case "no-match":
      return {
        status: 412,
        code: "not-found",
        diagnostics: `A conditional reference finds no ${echo(issue.type)}; nothing was written.`,
      };
    case "nothing-to-write":
      return {
        status: 403,
        code: "forbidden",
        spine: "ACCESS_DENIED",
        diagnostics: `The agreement of this client does not let it write a ${echo(issue.type)}.`,
      };
    case "too-many-entries":
      return {
        status: 413,
        code: "too-costly",
        diagnostics: `A Bundle may hold ${issue.max} entries at most; split it.`,
      };
    case "unrecorded-write":
      return {
        status: 503,
        code: "transient",
        spine: "UNABLE_TO_CALL_SERVICE",
        diagnostics: `The audit record of this write could not be completed, so its outcome is unknown to you until you read the resource. Read it before you send the write again; try after ${issue.retryAfter_s} s.`,
        headers: { "Retry-After": String(issue.retryAfter_s) },
      };
  }
}
