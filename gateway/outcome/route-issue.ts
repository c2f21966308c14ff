import { type Answer, meant } from "./answer.ts";
import { echo } from "./echo.ts";

/** What is wrong with the address, or what is not there. */
export type RouteIssue =
  | { readonly kind: "unknown-route" }
  | { readonly kind: "unknown-type"; readonly type: string; readonly nearest?: string }
  | { readonly kind: "unknown-operation"; readonly operation: string; readonly nearest?: string }
  | { readonly kind: "interaction-not-served"; readonly interaction: string; readonly allow: readonly string[] }
  /** `isVersion`: a version was asked for by its name. What is hidden and what is not there answer alike. */
  | { readonly kind: "not-found"; readonly type: string; readonly isVersion?: boolean }
  | { readonly kind: "invalid-id"; readonly type: string };

/** https://hl7.org/fhir/R4/http.html */
export function toRouteAnswer(issue: RouteIssue): Answer {
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
    case "unknown-operation":
      return {
        status: 404,
        code: "not-supported",
        spine: "UNSUPPORTED_SERVICE",
        diagnostics: `The operation ${echo(issue.operation)} is not served at this address.${meant(issue.nearest)} GET /fhir/R4/metadata lists the operations that are.`,
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
        diagnostics: `There is no ${echo(issue.type)} with this id${issue.isVersion === true ? " and version" : ""} for this client.`,
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
