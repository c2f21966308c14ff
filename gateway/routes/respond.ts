import type { Issue } from "../outcome/issue.ts";
import { toOutcome } from "../outcome/operation-outcome.ts";
import { type HeaderReader, type HttpAnswer, isBodiless } from "./http-request.ts";
import { callerId, FHIR_JSON } from "./negotiate.ts";

/** The ids that a request came with or was given; both go back to the caller. */
export interface RequestIds {
  readonly requestId: string;
  readonly correlationId: string | undefined;
}

export function readRequestIds(headers: HeaderReader, newId: () => string): RequestIds {
  return {
    requestId: callerId(headers.get("x-request-id")) ?? newId(),
    correlationId: callerId(headers.get("x-correlation-id")),
  };
}

/** Headers of every answer under /fhir; all are set before the response exists, which is what makes them cheap. */
export function fhirHeaders({ requestId, correlationId }: RequestIds): Record<string, string> {
  const headers: Record<string, string> = {
    "Content-Type": FHIR_JSON,
    "Cache-Control": "no-store, private",
    "X-Content-Type-Options": "nosniff",
    "X-Request-ID": requestId,
  };
  if (correlationId !== undefined) headers["X-Correlation-ID"] = correlationId;
  return headers;
}

/** The same JSON, indented; numbers keep their digits. https://hl7.org/fhir/R4/http.html#parameters */
export function prettyBody(body: Buffer): Buffer {
  if (body.length === 0) return body;
  const keepDigits = (_name: string, value: unknown, { source }: { readonly source?: string }): unknown =>
    typeof value === "number" && source !== undefined && source !== String(value) ? JSON.rawJSON(source) : value;
  return Buffer.from(JSON.stringify(JSON.parse(body.toString(), keepDigits), null, 2));
}

/** An answer whose body is JSON text of an OperationOutcome. */
export interface FailureParts extends HttpAnswer {
  readonly body: string;
}

/** The answer to whatever went wrong: the first issue chooses the status, all are told. */
export function toFailureParts(issues: readonly Issue[], ids: RequestIds): FailureParts {
  const failures = issues.map(toOutcome);
  const [first] = failures;
  if (!first) return toFailureParts([{ kind: "unexpected" }], ids);
  const outcome = { ...first.outcome, issue: failures.flatMap((failure) => failure.outcome.issue) };
  return { status: first.status, headers: { ...fhirHeaders(ids), ...first.headers }, body: JSON.stringify(outcome) };
}

export function respondWithIssues(issues: readonly Issue[], ids: RequestIds): Response {
  return toResponse(toFailureParts(issues, ids));
}

/** A Response takes one body: parts of one are copied into it. */
export function toResponse({ status, headers, body }: HttpAnswer): Response {
  if (isBodiless(status)) return new Response(null, { status, headers });
  if (typeof body === "string") return new Response(body, { status, headers });
  const whole = Buffer.isBuffer(body) ? body : Buffer.concat(body);
  return new Response(new Uint8Array(whole.buffer, whole.byteOffset, whole.length), { status, headers });
}
