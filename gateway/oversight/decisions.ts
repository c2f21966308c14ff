import { authorOf, isSomebodyElse } from "../access/author.ts";
import type { Requester } from "../access/requester.ts";
import type { DisclosureDecision } from "../disclosure/disclosure-decision.ts";
import { findVisible } from "../interactions/read-visible.ts";
import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";
import type { Answered } from "../review/done.ts";
import type { DisclosureFilter, StoredDisclosureDecision } from "../store/store.ts";
import { flawOfReason } from "./child-names.ts";
import { awaitsReview, type DecisionView, toDecisionView } from "./decision-view.ts";
import { openPage, readCount, sealPage } from "./pages.ts";
import type { OversightPorts } from "./ports.ts";
import type { EndingAsked, ReviewAsked } from "./requests.ts";
import { findChild, type SeenChild, seeChild } from "./see-child.ts";

export const DECISION_PARAMETERS = ["child", "kind", "review", "count", "page"] as const;
export type DecisionsAsked = { readonly [N in (typeof DECISION_PARAMETERS)[number]]?: string };

export interface DecisionListing {
  readonly decisions: readonly DecisionView[];
  readonly next?: string;
}

const KINDS: readonly DisclosureDecision["kind"][] = ["objection", "duty", "break-glass"];
const REVIEWS = ["awaited", "overdue"] as const;

interface SeenDecision {
  readonly decision: StoredDisclosureDecision;
  readonly child: SeenChild;
}

/**
 * Decisions on children whom the requester sees, oldest first, in pages: all, of one child or kind, those that wait for
 * review, those that have waited too long.
 */
export async function listDecisions(
  requester: Requester,
  asked: DecisionsAsked,
  ports: OversightPorts,
): Promise<Answered<DecisionListing>> {
  const kind = KINDS.find((one) => one === asked.kind);
  if (asked.kind !== undefined && kind === undefined) return bad("kind", `one of ${KINDS.join(", ")}`);
  const review = REVIEWS.find((one) => one === asked.review);
  if (asked.review !== undefined && review === undefined) return bad("review", `one of ${REVIEWS.join(", ")}`);
  const count = readCount(asked.count);
  if (count === undefined) return bad("count", `a whole number from 1 to ${LIMITS.oversight_listing_max}`);
  const asking = { kind: "decisions", query: JSON.stringify([asked.child, kind, review]), page: asked.page };
  const after = openPage(asking, requester, ports);
  if (after === undefined) return bad("page", "what the page before gave as next");
  const child = asked.child === undefined ? undefined : await findChild(asked.child, requester, ports);
  if (asked.child !== undefined && child === undefined) return { kind: "no-such-patient", parameter: "child" };
  const overdue = { decidedBefore_ms: ports.now() - ports.reviewWithin_ms };
  const filter = {
    authorities: requester.agreement.authorities,
    ...(kind === undefined ? {} : { kinds: [kind] }),
    ...(review === undefined ? {} : { isAwaitingReview: true as const }),
    ...(review === "overdue" ? overdue : {}),
  };
  const slice = child === undefined ? fromStore(filter, ports) : await fromChild(filter, child, ports);
  const found: SeenDecision[] = [];
  let last = after;
  let isMore = false;
  for (let looked = 0; looked < LIMITS.oversight_scanned_max; looked += LIMITS.oversight_listing_max) {
    const decisions = await slice(last);
    isMore = decisions.length === LIMITS.oversight_listing_max;
    for (const decision of decisions) {
      if (found.length >= count) {
        isMore = true;
        break;
      }
      const seen = await seeOne(decision, requester, ports);
      if (seen !== undefined) found.push(seen);
      last = decision.id;
    }
    if (!isMore || found.length >= count) break;
  }
  return {
    value: {
      decisions: found.map((one) => toView(one, ports)),
      ...(isMore ? { next: sealPage(last, asking, requester, ports) } : {}),
    },
    patients: [...new Set(found.map((one) => one.child.record.patientId))],
    released: [],
    detail: `decisions=${found.length}`,
  };
}

type Slice = (after: number) => Promise<readonly StoredDisclosureDecision[]>;

function fromStore(filter: DisclosureFilter, { store }: OversightPorts): Slice {
  return (after) => store.disclosureDecisions({ ...filter, after }, LIMITS.oversight_listing_max);
}

async function fromChild(
  { kinds, isAwaitingReview, decidedBefore_ms = Number.POSITIVE_INFINITY }: DisclosureFilter,
  { record }: SeenChild,
  { store }: OversightPorts,
): Promise<Slice> {
  const own = await store.disclosureDecisionsOf(record.key);
  const asked = own.filter(
    (one) =>
      (kinds === undefined || kinds.includes(one.kind)) &&
      (isAwaitingReview === undefined || (awaitsReview(one) && one.review === undefined)) &&
      one.decidedAt_ms < decidedBefore_ms,
  );
  return async (after) => asked.filter(({ id }) => id > after).slice(0, LIMITS.oversight_listing_max);
}

export async function readDecision(
  requester: Requester,
  id: number,
  ports: OversightPorts,
): Promise<Answered<DecisionView>> {
  const seen = await seeDecision(id, requester, ports);
  return seen === undefined ? NOT_THERE : answered(seen, "read", ports);
}

/** Takes a decision back: from the next request on it weighs nothing. */
export async function endDecision(
  requester: Requester,
  { id, asked }: { readonly id: number; readonly asked: EndingAsked },
  ports: OversightPorts,
): Promise<Answered<DecisionView>> {
  const seen = await seeDecision(id, requester, ports);
  if (seen === undefined) return NOT_THERE;
  const flaw = await flawOfReason(asked.reason, [seen.child.record], ports);
  if (flaw !== undefined) return flaw;
  const step = { author: authorOf(requester), reason: asked.reason, at_ms: ports.now() };
  const isNew = await ports.store.write((transaction) => transaction.endDisclosureDecision(id, step));
  if (!isNew) return { kind: "oversight-refused", refusal: "already-ended" };
  return decided(id, requester, { detail: `decision=${id} ended`, ports });
}

/** Somebody else than its author says whether a decision was right; one that was not ends with that. */
export async function reviewDecision(
  requester: Requester,
  { id, asked }: { readonly id: number; readonly asked: ReviewAsked },
  ports: OversightPorts,
): Promise<Answered<DecisionView>> {
  const seen = await seeDecision(id, requester, ports);
  if (seen === undefined) return NOT_THERE;
  const { decision } = seen;
  if (!isSomebodyElse(decision.author, requester)) return { kind: "oversight-refused", refusal: "own-decision" };
  const flaw = await flawOfReason(asked.reason, [seen.child.record], ports);
  if (flaw !== undefined) return flaw;
  const { isUpheld, reason } = asked;
  const step = { author: authorOf(requester), reason, at_ms: ports.now() };
  const isNew = await ports.store.write(async (transaction) => {
    const isFirst = await transaction.reviewDisclosureDecision(id, { ...step, isUpheld });
    if (isFirst && !isUpheld) await transaction.endDisclosureDecision(id, step);
    return isFirst;
  });
  if (!isNew) return { kind: "oversight-refused", refusal: "already-reviewed" };
  return decided(id, requester, { detail: `decision=${id} reviewed upheld=${isUpheld}`, ports });
}

const NOT_THERE: Issue = { kind: "no-such-decision" };

function bad(parameter: string, expected: string): Issue {
  return { kind: "bad-parameter-value", parameter, expected };
}

async function seeDecision(id: number, requester: Requester, ports: OversightPorts): Promise<SeenDecision | undefined> {
  const decision = await ports.store.disclosureDecision(id);
  return decision && seeOne(decision, requester, ports);
}

/** What was decided on an objection is for whom its Consent is for, and for who decided. */
async function seeOne(
  decision: StoredDisclosureDecision,
  requester: Requester,
  ports: OversightPorts,
): Promise<SeenDecision | undefined> {
  const child = await seeChild(decision.record, requester, ports);
  if (child === undefined) return undefined;
  const isSeen =
    decision.kind !== "objection" ||
    decision.author === authorOf(requester) ||
    findVisible(child.view, "Consent", decision.consent) !== undefined;
  return isSeen ? { decision, child } : undefined;
}

async function decided(
  id: number,
  requester: Requester,
  { detail, ports }: { readonly detail: string; readonly ports: OversightPorts },
): Promise<Answered<DecisionView>> {
  const seen = await seeDecision(id, requester, ports);
  return seen === undefined ? NOT_THERE : { ...answered(seen, detail, ports), isDecided: true };
}

function answered(seen: SeenDecision, detail: string, ports: OversightPorts) {
  return { value: toView(seen, ports), patients: [seen.child.record.patientId], released: [], detail };
}

function toView({ decision, child }: SeenDecision, { now, reviewWithin_ms }: OversightPorts): DecisionView {
  return toDecisionView(decision, { child: child.record.patientId, now_ms: now(), reviewWithin_ms });
}
