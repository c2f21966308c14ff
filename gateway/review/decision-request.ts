import { z } from "zod";

/** A decision as a steward sends it: `POST /identity/items/{id}/decision` and `…/preview`. */
const reason = z.string();
/** Logical id of a Patient that stands in the item. */
const child = z.string().min(1);

export const DECISION = z.discriminatedUnion("decision", [
  z.strictObject({
    decision: z.literal("merge"),
    /** Which candidate is the same child as the one in question; may be left out where there is one alone. */
    with: child.optional(),
    /** Which of both stays, when it is not the one that the rule chooses. */
    survivor: child.optional(),
    /** Two verified NHS numbers differ, and the steward has looked into it. */
    numbersChecked: z.boolean().optional(),
    reason,
  }),
  z.strictObject({
    decision: z.literal("keep-apart"),
    /** Which candidates are other children; all when left out. */
    with: z.array(child).min(1).optional(),
    reason,
  }),
  z.strictObject({
    decision: z.literal("split"),
    /** Names of sources' children in the item, as `A2`: all of one child, and not all that it has. */
    sources: z.array(z.string().min(2)).min(1),
    /** The candidate that they belong to; a child of their own when left out. */
    into: child.optional(),
    /** Whether a rule may link them with that child again. */
    mayRejoin: z.boolean().optional(),
    reason,
  }),
  /** Not now: the item is put aside until something else is told of its children, or somebody takes it up again. */
  z.strictObject({ decision: z.literal("dismiss"), reason }),
  z.strictObject({ decision: z.literal("reopen"), reason }),
]);

export type DecisionAsked = z.output<typeof DECISION>;

export const DECISION_FORM =
  'a JSON object with decision (merge, keep-apart, split, dismiss or reopen) and reason; merge: with, survivor, numbersChecked; keep-apart: with (a list); split: sources (a list, as "A2"), into, mayRejoin';

/** A question that a steward opens: `POST /identity/items`. */
export const QUESTION = z.strictObject({
  child,
  /** Another child that may be the same; the question is about the sources of one child when left out. */
  beside: child.optional(),
});
export const QUESTION_FORM = "a JSON object with child, and beside if it is about two: logical ids of Patients";

export const UNDO = z.strictObject({ reason });
export const UNDO_FORM = "a JSON object with reason";
