import type { Answer } from "./answer.ts";

/** What keeps a steward from deciding. */
export type ReviewIssue =
  /** Somebody decided meanwhile, or a source told something else: what was looked at is not what there is. */
  | { readonly kind: "item-changed" }
  /** Nothing says what the steward had before them. */
  | { readonly kind: "item-version-needed" }
  /** A form that does not carry what this gateway gave the session: it is too old, or another site's. */
  | { readonly kind: "form-refused" }
  /** The reason for a decision, which is kept for good; never its words. */
  | { readonly kind: "reason-refused"; readonly why: "missing" | "too-long" | "identifies"; readonly max: number };

export function toReviewAnswer(issue: ReviewIssue): Answer {
  switch (issue.kind) {
    case "item-changed":
      return {
        status: 409,
        code: "conflict",
        diagnostics:
          "The item has changed since you read it: somebody decided, or a source told something else. Read it again, and decide on what it says now.",
      };
    case "item-version-needed":
      return {
        status: 428,
        code: "required",
        diagnostics:
          'Say which version of the item you decide on: If-Match with the ETag that came with it, as "[version]".',
      };
    case "form-refused":
      return {
        status: 403,
        code: "forbidden",
        diagnostics:
          "The form is too old, or was not sent from a page of this gateway. Nothing was done: open the page again.",
      };
    case "reason-refused":
      return { status: 422, code: "business-rule", diagnostics: REASON_TEXTS[issue.why](issue.max) };
  }
}

const REASON_TEXTS: Readonly<Record<"missing" | "too-long" | "identifies", (max: number) => string>> = {
  missing: () => "A decision needs a reason, in words that another steward understands later.",
  "too-long": (max) => `The reason is longer than ${max} characters.`,
  identifies: () =>
    "The reason holds a name, a number, a date or a postcode. It is kept for good and read by others: say why without saying who.",
};
