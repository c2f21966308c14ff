import type { Answer } from "./answer.ts";

/** What keeps a steward from deciding. */
export type ReviewIssue =
  /** Somebody decided meanwhile, or a source told something else: what was looked at is not what there is. */
  | { readonly kind: "item-changed" }
  /** Nothing says what the steward had before them. */
  | { readonly kind: "item-version-needed" }
  /** A form that does not carry what this gateway gave the session: it is too old, or another site's. */
  | { readonly kind: "form-refused" }
  /** Nobody was signed in at the external issuer. `reason` is for the record alone. */
  | { readonly kind: "sign-in-refused"; readonly why: SignInRefusal; readonly reason?: string }
  /** The reason for a decision, which is kept for good; never its words. */
  | { readonly kind: "reason-refused"; readonly why: "missing" | "too-long" | "identifies"; readonly max: number };

export type SignInRefusal = "state" | "cancelled" | "issuer-refused" | "issuer-away" | "token" | "role";

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
    case "sign-in-refused":
      return {
        ...(issue.why === "issuer-away" ? ISSUER_AWAY : { status: 403, code: "forbidden" }),
        diagnostics: SIGN_IN_TEXTS[issue.why],
      };
    case "reason-refused":
      return { status: 422, code: "business-rule", diagnostics: REASON_TEXTS[issue.why](issue.max) };
  }
}

const ISSUER_AWAY = { status: 503, code: "transient", headers: { "Retry-After": "60" } } as const;

const SIGN_IN_TEXTS: Readonly<Record<SignInRefusal, string>> = {
  state: "This sign-in was not begun in this browser, is finished already, or took too long. Begin it again.",
  cancelled: "The sign-in was cancelled. Begin it again when you want to go on.",
  "issuer-refused": "Where you sign in, the sign-in was not completed. Begin it again.",
  "issuer-away": "Where you sign in cannot be reached now. Try again in a minute.",
  token: "What came back of the sign-in does not fit it, so that nobody is signed in. Begin it again.",
  role: "You are signed in there, but in no role of a data steward. Choose another role, or ask who administers the gateway.",
};

const REASON_TEXTS: Readonly<Record<"missing" | "too-long" | "identifies", (max: number) => string>> = {
  missing: () => "A decision needs a reason, in words that another steward understands later.",
  "too-long": (max) => `The reason is longer than ${max} characters.`,
  identifies: () =>
    "The reason holds a name, a number, a date or a postcode. It is kept for good and read by others: say why without saying who.",
};
