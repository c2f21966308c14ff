import type { Answer } from "./answer.ts";

/** What is wrong with a request before anything of it is looked at. */
export type TransportIssue =
  | { readonly kind: "malformed-request" }
  | { readonly kind: "headers-too-large" }
  | { readonly kind: "request-timeout" }
  | { readonly kind: "url-too-long"; readonly max: number };

/** What never became a request. Nothing of it is repeated: it was not understood. */
export function toTransportAnswer(issue: TransportIssue): Answer {
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
    case "url-too-long":
      return {
        status: 414,
        code: "too-long",
        diagnostics: `The URL is longer than ${issue.max} bytes. Send the parameters as a form: POST [type]/_search with Content-Type application/x-www-form-urlencoded.`,
      };
  }
}
