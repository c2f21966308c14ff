import { type Answer, refused } from "./answer.ts";
import { echo } from "./echo.ts";

/** What is wrong with the invocation of an operation. */
export type OperationIssue =
  /** A parameter of an operation, as a query parameter or in a Parameters resource. */
  | { readonly kind: "bad-operation-parameter"; readonly parameter: string; readonly expected: string }
  /** A value set, code system or concept map that is not held here. */
  | { readonly kind: "unknown-canonical"; readonly type: string }
  /** A code that is looked up in a code system; `isWhole`: all of the system is held, not only codes in use here. */
  | { readonly kind: "unknown-code"; readonly isWhole: boolean };

/** https://hl7.org/fhir/R4/operations.html */
export function toOperationAnswer(issue: OperationIssue): Answer {
  switch (issue.kind) {
    case "bad-operation-parameter":
      return {
        ...refused("value", "INVALID_VALUE", issue.parameter),
        diagnostics: `The parameter ${echo(issue.parameter)} is missing or not understood: expected ${issue.expected}.`,
      };
    case "unknown-canonical":
      return {
        status: 404,
        code: "not-found",
        spine: "RESOURCE_NOT_FOUND",
        diagnostics: `There is no ${echo(issue.type)} with this URL here. GET /fhir/R4/${echo(issue.type)} lists those that are.`,
      };
    case "unknown-code":
      return {
        status: 404,
        code: "not-found",
        spine: "RESOURCE_NOT_FOUND",
        diagnostics: issue.isWhole
          ? "The code system has no such code."
          : "This code system is not held as a whole: only the codes that value sets here name are known, and this is none of them.",
      };
  }
}
