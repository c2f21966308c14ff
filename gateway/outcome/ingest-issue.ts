import { type Answer, meant, refused } from "./answer.ts";
import { echo } from "./echo.ts";

/** Why nothing can be done with a record that was sent, or that is held back. */
export type IngestIssue =
  /** It was taken in or discarded meanwhile. */
  | { readonly kind: "held-no-more" }
  /** Nothing of it could be kept, so there is nothing to take in again. */
  | { readonly kind: "content-needed" }
  /** What came in place of one record is none, or several: of those that would not be taken in nothing would be kept. */
  | { readonly kind: "one-record-needed" }
  /** A parameter that an address below `/ingest` does not have; what it has. */
  | {
      readonly kind: "unknown-ingest-parameter";
      readonly parameter: string;
      readonly known: readonly string[];
      readonly nearest?: string;
    }
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
    case "one-record-needed":
      return {
        status: 422,
        code: "structure",
        diagnostics:
          "Expected exactly one record in place of the one that is held. Send further ones as a delivery of their own.",
      };
    case "unknown-ingest-parameter":
      return {
        ...refused("not-supported", "ADDITIONAL_PROPERTIES", issue.parameter),
        diagnostics: `The parameter ${echo(issue.parameter)} is not known here, and nothing was done.${meant(issue.nearest)} ${
          issue.known.length === 0 ? "This address has none." : `Known are ${issue.known.join(", ")}.`
        }`,
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
