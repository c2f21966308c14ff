import type { Answer } from "./answer.ts";

/** Why nothing can be done with a record that was sent, or that is held back. */
export type IngestIssue =
  /** It was taken in or discarded meanwhile. */
  | { readonly kind: "held-no-more" }
  /** Nothing of it could be kept, so there is nothing to take in again. */
  | { readonly kind: "content-needed" }
  /** What a body of JSON must be, in words. */
  | { readonly kind: "bad-request-body"; readonly expected: string };

export function toIngestAnswer(issue: IngestIssue): Answer {
  switch (issue.kind) {
    case "held-no-more":
      return {
        status: 409,
        code: "conflict",
        diagnostics: "The record is held no more: it was taken in, or discarded. GET /ingest/quarantine lists what is.",
      };
    case "content-needed":
      return {
        status: 422,
        code: "required",
        diagnostics:
          "Nothing of this record could be kept. Send it corrected as the body, or correct the file and send that again.",
      };
    case "bad-request-body":
      return {
        status: 400,
        code: "structure",
        spine: "INVALID_VALUE",
        diagnostics: `The body is not what is expected here: ${issue.expected}.`,
      };
  }
}
