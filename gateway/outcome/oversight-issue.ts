import type { Answer } from "./answer.ts";

/** What keeps somebody from a decision on what is disclosed. */
export type OversightIssue = { readonly kind: "oversight-refused"; readonly refusal: OversightRefused };

export type OversightRefused =
  /** The agreement does not answer for whole authorities, or does not reach what families decided. */
  | "no-overseer"
  | "own-decision"
  | "already-reviewed"
  | "already-ended"
  | "recipient-not-bound"
  | "until-past"
  | "no-break-glass"
  | "user-needed"
  | "purpose-needed";

export function toOversightAnswer({ refusal }: OversightIssue): Answer {
  return REFUSALS[refusal];
}

/** 403 where the requester may not; 409 where it is done already; 422 where it cannot be as it is asked for. */
const REFUSALS: Readonly<Record<OversightRefused, Answer>> = {
  "no-overseer": {
    status: 403,
    code: "forbidden",
    diagnostics:
      "Decisions on disclosure are for clients whose agreement is about whole authorities and reaches what families decided.",
  },
  "own-decision": {
    status: 403,
    code: "forbidden",
    diagnostics:
      "Somebody else than its author reviews a decision: another person or, where no person is signed in, another client.",
  },
  "already-reviewed": { status: 409, code: "conflict", diagnostics: "Somebody has reviewed this decision already." },
  "already-ended": { status: 409, code: "conflict", diagnostics: "This decision has ended already." },
  "recipient-not-bound": {
    status: 422,
    code: "business-rule",
    diagnostics:
      "No agreement of this recipient in these authorities names this duty and reaches all of these data classes. A decision can release no more than an agreement does.",
  },
  "until-past": {
    status: 422,
    code: "business-rule",
    diagnostics: "The end of a decision lies in the future: give a later instant in until, or leave it out.",
  },
  "no-break-glass": {
    status: 403,
    code: "forbidden",
    diagnostics: "The agreement of this client has no emergency access.",
  },
  "user-needed": {
    status: 403,
    code: "forbidden",
    diagnostics: "Emergency access is for a person: get a token for a user who is signed in, not for the client alone.",
  },
  "purpose-needed": {
    status: 403,
    code: "forbidden",
    diagnostics: "Emergency access needs a token whose purpose is BTG.",
  },
};
