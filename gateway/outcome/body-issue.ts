import { type Answer, plain, refused } from "./answer.ts";

/** What is wrong with the body, or with the form of the answer that is asked for. */
export type BodyIssue =
  | { readonly kind: "body-too-large"; readonly max: number }
  /** `acceptPatch` lists what a patch may come as. */
  | { readonly kind: "unsupported-media-type"; readonly expected: string; readonly acceptPatch?: string }
  | { readonly kind: "unsupported-content-encoding" }
  | { readonly kind: "not-acceptable" }
  | { readonly kind: "malformed-json"; readonly line: number; readonly column: number; readonly reason: string };

export function toBodyAnswer(issue: BodyIssue): Answer {
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
        // RFC 5789 2.2
        ...(issue.acceptPatch === undefined ? {} : { headers: { "Accept-Patch": issue.acceptPatch } }),
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
