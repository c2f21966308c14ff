import { type Answer, meant, refused } from "./answer.ts";
import { echo } from "./echo.ts";

/** What is wrong with a query. */
export type SearchIssue =
  | {
      readonly kind: "unknown-parameter";
      readonly parameter: string;
      readonly type: string;
      readonly nearest?: string;
      /** It stands in criteria, of which none may be passed over. */
      readonly isCriterion?: true;
    }
  | {
      readonly kind: "unknown-modifier";
      readonly parameter: string;
      readonly modifier: string;
      readonly known: readonly string[];
    }
  | { readonly kind: "bad-parameter-value"; readonly parameter: string; readonly expected: string }
  | { readonly kind: "bad-chain"; readonly parameter: string; readonly expected: string }
  | { readonly kind: "unknown-value-set"; readonly parameter: string }
  | { readonly kind: "unknown-hierarchy"; readonly parameter: string }
  | { readonly kind: "missing-parameter"; readonly parameter: string; readonly expected: string }
  | { readonly kind: "repeated-parameter"; readonly parameter: string }
  | { readonly kind: "too-many-parameters"; readonly max: number }
  | { readonly kind: "too-many-values"; readonly parameter: string; readonly max: number }
  /** What a chain or `_has` found of what the requester may see. */
  | { readonly kind: "too-costly"; readonly parameter: string; readonly max: number }
  | { readonly kind: "stale-page" };

/** https://hl7.org/fhir/R4/search.html */
export function toSearchAnswer(issue: SearchIssue): Answer {
  switch (issue.kind) {
    case "unknown-parameter":
      return {
        ...refused("not-supported", "ADDITIONAL_PROPERTIES", issue.parameter),
        diagnostics: `The parameter ${echo(issue.parameter)} is not supported for ${echo(issue.type)}.${meant(issue.nearest)} GET /fhir/R4/metadata lists the parameters; ${issue.isCriterion ? "of criteria none is ignored" : "Prefer: handling=lenient ignores unknown ones"}.`,
      };
    case "unknown-modifier":
      return {
        ...refused("not-supported", "INVALID_SEARCH_DATA", issue.parameter),
        diagnostics: `The modifier :${echo(issue.modifier)} is not supported for ${echo(issue.parameter)}. ${issue.known.length === 0 ? "It takes no modifier." : `It takes ${issue.known.map((known) => `:${known}`).join(", ")}.`}`,
      };
    case "bad-parameter-value":
      return {
        ...refused("value", "INVALID_VALUE", issue.parameter),
        diagnostics: `The value of ${echo(issue.parameter)} is not understood: expected ${issue.expected}.`,
      };
    case "bad-chain":
      return {
        ...refused("not-supported", "INVALID_SEARCH_DATA", issue.parameter),
        diagnostics: `The chain through ${echo(issue.parameter)} cannot be followed: expected ${issue.expected}.`,
      };
    case "unknown-value-set":
      return {
        ...refused("not-supported", "INVALID_SEARCH_DATA", issue.parameter),
        diagnostics: `The value set that ${echo(issue.parameter)} names is not held here. GET /fhir/R4/ValueSet lists those that are, by url.`,
      };
    case "unknown-hierarchy":
      return {
        ...refused("not-supported", "INVALID_SEARCH_DATA", issue.parameter),
        diagnostics: `How the code that ${echo(issue.parameter)} names stands to others is not known: its code system is not held here, or has no such code. GET /fhir/R4/CodeSystem lists those that are held, by url.`,
      };
    case "missing-parameter":
      return {
        ...refused("required", "MISSING_VALUE", issue.parameter),
        diagnostics: `The parameter ${echo(issue.parameter)} is missing: expected ${issue.expected}.`,
      };
    case "repeated-parameter":
      return {
        ...refused("invalid", "TOO_MANY_VALUES_SUBMITTED", issue.parameter),
        diagnostics: `The parameter ${echo(issue.parameter)} may come once.`,
      };
    case "too-many-parameters":
      return {
        ...refused("too-costly", "TOO_MANY_VALUES_SUBMITTED"),
        diagnostics: `A query may hold ${issue.max} parameters at most.`,
      };
    case "too-many-values":
      return {
        ...refused("too-costly", "TOO_MANY_VALUES_SUBMITTED", issue.parameter),
        diagnostics: `The parameter ${echo(issue.parameter)} may hold ${issue.max} values at most; split the search.`,
      };
    case "too-costly":
      return {
        ...refused("too-costly", "TOO_MANY_VALUES_SUBMITTED", issue.parameter),
        diagnostics: `The inner search of ${echo(issue.parameter)} finds more than ${issue.max} resources. Narrow it, or run it by itself and search by the references found.`,
      };
    case "stale-page":
      return {
        ...refused("value", "INVALID_VALUE"),
        diagnostics:
          "This page link has expired, or was made for another client or purpose. Run the search again from its first page, and follow the links as they come.",
      };
  }
}
