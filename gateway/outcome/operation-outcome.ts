import type { OperationOutcome } from "@medplum/fhirtypes";
import { type AccessIssue, toAccessAnswer } from "./access-issue.ts";
import type { Answer } from "./answer.ts";
import { type BodyIssue, toBodyAnswer } from "./body-issue.ts";
import { echo } from "./echo.ts";
import { type IngestIssue, toIngestAnswer } from "./ingest-issue.ts";
import type { Issue } from "./issue.ts";
import { type OperationIssue, toOperationAnswer } from "./operation-issue.ts";
import { type OversightIssue, toOversightAnswer } from "./oversight-issue.ts";
import { type ReviewIssue, toReviewAnswer } from "./review-issue.ts";
import { type RouteIssue, toRouteAnswer } from "./route-issue.ts";
import { toSearchAnswer } from "./search-issue.ts";
import { toSpineCoding } from "./spine-error.ts";
import { type TransportIssue, toTransportAnswer } from "./transport-issue.ts";
import { toWriteAnswer, type WriteIssue } from "./write-issue.ts";

/** What the caller gets for an issue. `headers` are those the status calls for, and no others. */
export interface Failure {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly outcome: OperationOutcome;
}

/** The one place that chooses a status and an issue code. */
export function toOutcome(issue: Issue): Failure {
  const { status, headers, severity = "error", code, spine, diagnostics, parameter, expression } = toAnswer(issue);
  // R4 words "http." + name under `location`, which it calls deprecated in favour of `expression`: clients read either.
  const own = parameter === undefined ? expression : `http.${echo(parameter)}`;
  const place = issue.entry === undefined ? own : placeInEntry(issue.entry, own);
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
          ...(place === undefined || place === "" ? {} : { location: [place], expression: [place] }),
        },
      ],
    },
  };
}

/** Where in a Bundle the fault is: its resource, its address, or the entry as a whole. */
function placeInEntry(index: number, place = ""): string {
  const entry = `Bundle.entry[${index}]`;
  if (place.startsWith("Bundle.")) return place;
  if (place.startsWith("entry.")) return `${entry}${place.slice("entry".length)}`;
  if (place.startsWith("http.")) return `${entry}.request.url`;
  const [, rest] = /^[A-Z][A-Za-z]*((?:\.|$).*)$/.exec(place) ?? [];
  return rest === undefined ? entry : `${entry}.resource${rest}`;
}

/** Errors, by name, of what may be back in a moment: the store's engine away or its disk full, the audit log likewise. */
const PASSING: Readonly<Record<string, Issue>> = {
  StoreUnavailableError: { kind: "unavailable", what: "store", retryAfter_s: 5 },
  AuditError: { kind: "unavailable", what: "audit", retryAfter_s: 5 },
};

/**
 * What becomes of something thrown. Its text goes nowhere near the caller: it may hold a password, a path or a child's
 * name.
 */
export function toUnexpected(thrown: unknown): Issue {
  return (thrown instanceof Error ? PASSING[thrown.name] : undefined) ?? { kind: "unexpected" };
}

type Kinds<I extends Issue> = Readonly<Record<I["kind"], true>>;

function toAnswer(issue: Issue): Answer {
  if (isOf(TRANSPORT, issue)) return toTransportAnswer(issue);
  if (isOf(ACCESS, issue)) return toAccessAnswer(issue);
  if (isOf(ROUTE, issue)) return toRouteAnswer(issue);
  if (isOf(BODY, issue)) return toBodyAnswer(issue);
  if (isOf(WRITE, issue)) return toWriteAnswer(issue);
  if (isOf(OPERATION, issue)) return toOperationAnswer(issue);
  if (isOf(INGEST, issue)) return toIngestAnswer(issue);
  if (isOf(REVIEW, issue)) return toReviewAnswer(issue);
  if (isOf(OVERSIGHT, issue)) return toOversightAnswer(issue);
  return toSearchAnswer(issue);
}

function isOf<K extends Issue["kind"]>(
  kinds: Readonly<Record<K, true>>,
  issue: Issue,
): issue is Extract<Issue, { kind: K }> {
  return Object.hasOwn(kinds, issue.kind);
}

const TRANSPORT: Kinds<TransportIssue> = {
  "malformed-request": true,
  "headers-too-large": true,
  "request-timeout": true,
  "url-too-long": true,
};
const ACCESS: Kinds<AccessIssue> = {
  "missing-token": true,
  "invalid-token": true,
  "invalid-proof": true,
  "other-certificate": true,
  "insufficient-scope": true,
  "purpose-mismatch": true,
  "organization-mismatch": true,
  "session-role-mismatch": true,
  "unknown-source": true,
  "source-not-allowed": true,
  "too-many-requests": true,
  unavailable: true,
  "not-ready": true,
  unexpected: true,
};
const ROUTE: Kinds<RouteIssue> = {
  "unknown-route": true,
  "unknown-type": true,
  "unknown-operation": true,
  "interaction-not-served": true,
  "not-found": true,
  "invalid-id": true,
};
const BODY: Kinds<BodyIssue> = {
  "body-too-large": true,
  "unsupported-media-type": true,
  "unsupported-content-encoding": true,
  "not-acceptable": true,
  "malformed-json": true,
};
const WRITE: Kinds<WriteIssue> = {
  "invalid-resource": true,
  gone: true,
  "version-conflict": true,
  "multiple-matches": true,
  "malformed-header": true,
  "client-id-refused": true,
  "not-own": true,
  "already-there": true,
  "no-match": true,
  "nothing-to-write": true,
  "too-many-entries": true,
  "unrecorded-write": true,
};
const OPERATION: Kinds<OperationIssue> = {
  "bad-operation-parameter": true,
  "unknown-canonical": true,
  "unknown-code": true,
  "modifier-extension": true,
  "no-such-identifier": true,
  "unknown-identifier-system": true,
  "no-such-patient": true,
  "several-patients": true,
  "result-not-told": true,
  "no-such-decision": true,
  "not-for-families": true,
  "decision-refused": true,
};
const INGEST: Kinds<IngestIssue> = {
  "held-no-more": true,
  "content-needed": true,
  "one-record-needed": true,
  "unknown-ingest-parameter": true,
  "bad-request-body": true,
};
const OVERSIGHT: Kinds<OversightIssue> = { "oversight-refused": true };
const REVIEW: Kinds<ReviewIssue> = {
  "item-changed": true,
  "item-version-needed": true,
  "form-refused": true,
  "sign-in-refused": true,
  "reason-refused": true,
};
