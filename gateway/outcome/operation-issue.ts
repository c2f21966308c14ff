import { type Answer, refused } from "./answer.ts";
import { echo } from "./echo.ts";

/** What is wrong with the invocation of an operation. */
export type OperationIssue =
  /** A parameter of an operation, as a query parameter or in a Parameters resource. */
  | { readonly kind: "bad-operation-parameter"; readonly parameter: string; readonly expected: string }
  /** A value set, code system or concept map that is not held here. */
  | { readonly kind: "unknown-canonical"; readonly type: string }
  /** A code that is looked up in a code system; `isWhole`: all of the system is held, not only codes in use here. */
  | { readonly kind: "unknown-code"; readonly isWhole: boolean }
  /** A modifier extension, or rules, in what was sent: nobody here knows what they change. */
  | { readonly kind: "modifier-extension"; readonly expression: string }
  /** IHE PIXm ITI-83, with the words of the profile. */
  | { readonly kind: "no-such-identifier" }
  /** What families are told is asked for by somebody who tells no family. */
  | { readonly kind: "not-for-families" }
  | { readonly kind: "unknown-identifier-system"; readonly parameter: "sourceIdentifier" | "targetSystem" }
  | DecisionIssue;

/** Why a decision on who is one child is not made. */
type DecisionIssue =
  /** A parameter names no Patient that the requester may see; hidden and unknown are one. */
  | { readonly kind: "no-such-patient"; readonly parameter: string }
  /** Criteria that must name one Patient find several. */
  | { readonly kind: "several-patients"; readonly parameter: string }
  /** A result that is asked for differs from what the sources tell. */
  | { readonly kind: "result-not-told"; readonly element: string }
  | { readonly kind: "no-such-decision" }
  | { readonly kind: "decision-refused"; readonly refusal: DecisionRefused };

/** Why two children are not made one, or a decision not taken back. */
export type DecisionRefused =
  | "same-child"
  | "already-merged"
  | "do-not-link"
  | "numbers-differ"
  | "out-of-scope"
  | "already-undone"
  | "built-upon"
  | "not-merged";

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
    case "modifier-extension":
      return {
        ...refused("extension", "INVALID_VALUE"),
        diagnostics:
          "A modifier extension, or implicitRules, may change the meaning of what stands beside it, and none is known here: leave it out.",
        expression: issue.expression,
      };
    case "no-such-identifier":
      return { status: 404, code: "not-found", diagnostics: "sourceIdentifier Patient Identifier not found" };
    case "not-for-families":
      return {
        status: 403,
        code: "forbidden",
        diagnostics: "Who has seen a record is told to officers, and to clients whose token has the purpose PATRQT.",
      };
    case "unknown-identifier-system":
      return issue.parameter === "targetSystem"
        ? { status: 403, code: "code-invalid", diagnostics: "targetSystem not found", parameter: issue.parameter }
        : {
            status: 400,
            code: "code-invalid",
            diagnostics: "sourceIdentifier Assigning Authority not found",
            parameter: issue.parameter,
          };
    default:
      return toDecisionAnswer(issue);
  }
}

function toDecisionAnswer(issue: DecisionIssue): Answer {
  switch (issue.kind) {
    case "no-such-patient":
      return {
        status: 404,
        code: "not-found",
        spine: "RESOURCE_NOT_FOUND",
        diagnostics: `The parameter ${echo(issue.parameter)} names no Patient that this client may see.`,
      };
    case "several-patients":
      return {
        status: 422,
        code: "multiple-matches",
        diagnostics: `The parameter ${echo(issue.parameter)} names more than one Patient: give a reference, or more identifiers.`,
      };
    case "result-not-told":
      return {
        status: 422,
        code: "business-rule",
        diagnostics:
          "A Patient is what its sources tell, and a decision on who is one child sets nothing of it: leave result-patient out, or give in it the id of the target, its link and identifiers of the two alone.",
        expression: `Patient.${echo(issue.element)}`,
      };
    case "no-such-decision":
      return {
        status: 404,
        code: "not-found",
        spine: "RESOURCE_NOT_FOUND",
        diagnostics: "There is no such decision on children whom this client may see.",
      };
    case "decision-refused":
      return REFUSALS[issue.refusal];
  }
}

/** 422 where what is asked for cannot be; 409 where something that was decided stands in the way. */
const REFUSALS: Readonly<Record<DecisionRefused, Pick<Answer, "status" | "code" | "diagnostics">>> = {
  "same-child": {
    status: 422,
    code: "business-rule",
    diagnostics: "Source and target are one Patient already: there is nothing to merge.",
  },
  "already-merged": {
    status: 409,
    code: "conflict",
    diagnostics:
      "One of the two is merged into another Patient already: merge the Patient that stays, or take the other merge back by $unmerge first.",
  },
  "do-not-link": {
    status: 409,
    code: "conflict",
    diagnostics:
      "It was decided that these two are never one child: undo that decision first, if it was wrong, and then merge.",
  },
  "numbers-differ": {
    status: 422,
    code: "business-rule",
    diagnostics:
      "Both have a verified NHS number, and the numbers differ: two children, as a rule. Where a person has made sure that they are one, ask again with numbers-checked true.",
  },
  "out-of-scope": {
    status: 422,
    code: "business-rule",
    diagnostics:
      "The authorities that tell of these two have not agreed to match their children: both have to say so in the register first.",
  },
  "already-undone": {
    status: 409,
    code: "conflict",
    diagnostics: "This decision was taken back already: there is nothing left to undo.",
  },
  "built-upon": {
    status: 409,
    code: "conflict",
    diagnostics: "A later decision stands on this one: take that one back first, the newest before the older.",
  },
  "not-merged": {
    status: 422,
    code: "business-rule",
    diagnostics: "This Patient is not merged into another: name one whose link is of type replaced-by.",
  },
};
