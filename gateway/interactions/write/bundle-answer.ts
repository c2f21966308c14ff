import { STATUS_CODES } from "node:http";
import type { Issue } from "../../outcome/issue.ts";
import { toOutcome } from "../../outcome/operation-outcome.ts";
import { type Answer, type InteractionRequest, type Result, wholeBody } from "../answer.ts";
import { WRITES } from "./bundle.ts";

/** What became of one entry. */
export interface AnsweredEntry {
  /** Absent for an entry that stands for no request. */
  readonly request?: InteractionRequest | undefined;
  readonly result: Result;
}

/** The Bundle that answers, one entry an entry. https://hl7.org/fhir/R4/http.html#transaction-response */
export function toBundleAnswer(type: "batch" | "transaction", entries: readonly AnsweredEntry[]): Answer {
  const opening = `{"resourceType":"Bundle","type":"${type}-response"`;
  const parts: Buffer[] = [Buffer.from(entries.length === 0 ? opening : `${opening},"entry":[`)];
  for (const [index, { request, result }] of entries.entries()) {
    if (index > 0) parts.push(COMMA);
    parts.push(...(result.ok ? answered(result.answer, request) : [refusedEntry(result.issues)]));
  }
  parts.push(Buffer.from(entries.length === 0 ? "}" : "]}"));
  return { status: 200, headers: {}, body: Buffer.concat(parts) };
}

const COMMA = Buffer.from(",");

function answered({ status, headers, body: sent }: Answer, request: InteractionRequest | undefined): readonly Buffer[] {
  const body = wholeBody(sent);
  const { Location: location, ETag: etag, "Last-Modified": modified } = headers;
  const response = {
    status: statusText(status),
    ...(location !== undefined && { location }),
    ...(etag !== undefined && { etag }),
    ...(modified !== undefined && { lastModified: new Date(modified).toISOString() }),
  };
  const text = JSON.stringify(response);
  if (body.length === 0 || request?.method === "HEAD") return [Buffer.from(`{"response":${text}}`)];
  const isOutcome = request !== undefined && WRITES.has(request.interaction) && body.includes(OUTCOME);
  return isOutcome && request.preference.return === "OperationOutcome"
    ? [Buffer.from(`{"response":${text.slice(0, -1)},"outcome":`), body, Buffer.from("}}")]
    : [Buffer.from('{"resource":'), body, Buffer.from(`,"response":${text}}`)];
}

const OUTCOME = '"resourceType":"OperationOutcome"';

/** The first issue chooses the status, all are told. */
function refusedEntry(issues: readonly Issue[]): Buffer {
  const failures = issues.map(toOutcome);
  const outcome = { resourceType: "OperationOutcome", issue: failures.flatMap((failure) => failure.outcome.issue) };
  const status = statusText(failures[0]?.status ?? 500);
  return Buffer.from(JSON.stringify({ response: { status, outcome } }));
}

function statusText(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? ""}`.trim();
}
