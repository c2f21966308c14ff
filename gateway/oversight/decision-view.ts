import type { DisclosureDecision } from "../disclosure/disclosure-decision.ts";
import type { DisclosureStep, StoredDisclosureDecision } from "../store/store.ts";

/** A decision as the API tells it; times are instants in UTC. */
export type DecisionView = ViewFacts & DecisionTerms;

type DecisionTerms = Terms<DisclosureDecision>;
type Terms<Decision> = Decision extends unknown
  ? Omit<Decision, "id" | "author" | "reason" | "decidedAt_ms" | "until_ms" | "endedAt_ms" | "review">
  : never;

interface ViewFacts {
  readonly id: string;
  /** Logical id of the Patient that the decision is about today. */
  readonly child: string;
  readonly by: string;
  readonly reason: string;
  readonly decidedAt: string;
  readonly until?: string;
  readonly isInForce: boolean;
  readonly ended?: StepView;
  readonly review?: StepView & { readonly isUpheld: boolean };
  /** Somebody else is to review it, until then. */
  readonly reviewBy?: string;
  readonly isOverdue?: true;
}

interface StepView {
  readonly by: string;
  readonly reason: string;
  readonly at: string;
}

interface Viewing {
  readonly child: string;
  readonly now_ms: number;
  readonly reviewWithin_ms: number;
}

export function toDecisionView(decision: StoredDisclosureDecision, viewing: Viewing): DecisionView {
  const { id, record: _record, author, reason, decidedAt_ms, until_ms, endedAt_ms, ended, review, ...terms } = decision;
  const { child, now_ms } = viewing;
  const facts: ViewFacts = {
    id: String(id),
    child,
    by: author,
    reason,
    decidedAt: toInstant(decidedAt_ms),
    ...(until_ms === undefined ? {} : { until: toInstant(until_ms) }),
    isInForce: endedAt_ms === undefined && (until_ms === undefined || now_ms < until_ms),
    ...(ended === undefined ? {} : { ended: toStep(ended) }),
    ...(review === undefined
      ? toReviewBy(decision, viewing)
      : { review: { ...toStep(review), isUpheld: review.isUpheld } }),
  };
  return { ...facts, ...terms };
}

/** Whether somebody else than its author is to look at a decision: at every one that shows more, or tells not to share. */
export function awaitsReview(decision: Pick<DisclosureDecision, "kind"> & { readonly state?: string }): boolean {
  return decision.kind !== "objection" || decision.state === "refused";
}

function toReviewBy(
  decision: StoredDisclosureDecision,
  { now_ms, reviewWithin_ms }: Viewing,
): Pick<ViewFacts, "reviewBy" | "isOverdue"> {
  if (!awaitsReview(decision)) return {};
  const by_ms = decision.decidedAt_ms + reviewWithin_ms;
  return { reviewBy: toInstant(by_ms), ...(by_ms < now_ms ? { isOverdue: true as const } : {}) };
}

function toStep({ author, reason, at_ms }: DisclosureStep): StepView {
  return { by: author, reason, at: toInstant(at_ms) };
}

function toInstant(at_ms: number): string {
  return new Date(at_ms).toISOString();
}
