import { authorOf } from "../access/author.ts";
import type { Requester } from "../access/requester.ts";
import type { IdentityDecision } from "../identity/decisions/decisions.ts";
import { LIMITS } from "../limits.ts";
import type { RecordKey } from "../store/store.ts";
import { toAudience } from "./audience.ts";
import { toChange } from "./change.ts";
import type { ReviewedChild } from "./child.ts";
import { type Desk, toItemMark, toRefusal } from "./decide.ts";
import type { Answered } from "./done.ts";
import { findChild } from "./find-child.ts";
import type { ReviewPorts } from "./ports.ts";
import { reasonIssue } from "./reason.ts";
import type { DecisionDone, DecisionPreview, DecisionView } from "./shapes.ts";
import { type Sight, toSight } from "./sight.ts";
import { type Children, toDecisionView } from "./view-decision.ts";

export interface DecisionListing {
  readonly decisions: readonly DecisionView[];
  /** Give it as `before` to go on. */
  readonly next?: number;
}

const NO_DECISION = { kind: "not-found", type: "identity-decision" } as const;

/** Decisions on one child (by the logical id of its Patient), or on all that the steward reaches; newest first. */
export async function listDecisions(
  requester: Requester,
  asked: { readonly child?: string; readonly before?: number },
  ports: ReviewPorts,
): Promise<Answered<DecisionListing>> {
  const sight = toSight(requester, ports);
  let record: RecordKey | undefined;
  if (asked.child !== undefined) {
    record = await recordOf(asked.child, sight, ports);
    if (record === undefined) return { kind: "not-found", type: "Patient" };
  }
  const filter = {
    ...(record === undefined ? {} : { record }),
    ...(asked.before === undefined ? {} : { before: asked.before }),
  };
  const taken = await ports.decisions.list(filter, LIMITS.review_decisions_max);
  const children: Children = new Map();
  const views = await Promise.all(taken.map((decision) => toDecisionView(decision, { sight, children, ports })));
  const decisions = views.filter((view) => view !== undefined);
  const last = taken.at(-1);
  return {
    value: {
      decisions,
      ...(last === undefined || taken.length < LIMITS.review_decisions_max ? {} : { next: last.sequence }),
    },
    patients: childrenOf(decisions),
    released: decisions.map(({ decision }) => `decision/${decision}`),
    detail: `decisions=${decisions.length}`,
  };
}

/** The record of a child that the steward may read; of a merged one its own. */
async function recordOf(child: string, sight: Sight, ports: ReviewPorts): Promise<RecordKey | undefined> {
  const found = await findChild(child, sight, ports);
  return found?.child.authorities.some((one) => sight.isOwn(one)) === true ? found.named : undefined;
}

function childrenOf(decisions: readonly DecisionView[]): readonly string[] {
  return [...new Set(decisions.flatMap(({ survivor, other }) => [survivor, other]))];
}

/** A decision with its children as they stand, or nothing for a steward who does not reach both. */
export interface SeenDecision {
  readonly decision: IdentityDecision;
  readonly view: DecisionView;
  readonly children: readonly ReviewedChild[];
}

export async function seeDecision(
  sequence: number,
  requester: Requester,
  ports: ReviewPorts,
): Promise<SeenDecision | undefined> {
  const [decision] = await ports.decisions.list({ before: sequence + 1 }, 1);
  if (decision?.sequence !== sequence) return undefined;
  const sight = toSight(requester, ports);
  const children: Children = new Map();
  const view = await toDecisionView(decision, { sight, children, ports });
  const read = [...children.values()].filter((child) => child !== undefined);
  return view === undefined ? undefined : { decision, view, children: read };
}

export async function readDecision(
  sequence: number,
  requester: Requester,
  ports: ReviewPorts,
): Promise<Answered<DecisionView>> {
  const seen = await seeDecision(sequence, requester, ports);
  if (seen === undefined) return NO_DECISION;
  return { value: seen.view, ...disclosed(seen), detail: `decision=${sequence}` };
}

interface Undoing {
  readonly requester: Requester;
  readonly sequence: number;
  readonly reason: string;
}

/** What undoing would move back, and who would see more or less by it. */
export async function previewUndo(
  { requester, sequence, reason }: Undoing,
  ports: ReviewPorts,
): Promise<Answered<DecisionPreview>> {
  const seen = await seeDecision(sequence, requester, ports);
  if (seen === undefined) return NO_DECISION;
  const flaw = reasonIssue(reason, seen.children);
  if (flaw !== undefined) return flaw;
  const outcome = await ports.decisions.undo({
    author: authorOf(requester),
    reason,
    decision: sequence,
    isPreview: true,
  });
  if (!outcome.ok) return toRefusal(outcome.refusal);
  const known = seen.children.map(({ record }) => record.key);
  const change = await toChange(outcome, known, ports);
  return {
    value: {
      decision: "undo",
      resources: outcome.resources,
      moved: change.moved,
      requesters: toAudience(change, ports),
    },
    ...disclosed(seen),
    detail: `preview undo decision=${sequence} resources=${outcome.resources.length}`,
  };
}

/** Takes a decision back; the question that it had answered is open again. */
export async function undoDecision(
  { requester, sequence, reason }: Undoing,
  desk: Desk,
): Promise<Answered<DecisionDone>> {
  const seen = await seeDecision(sequence, requester, desk);
  if (seen === undefined) return NO_DECISION;
  const flaw = reasonIssue(reason, seen.children);
  if (flaw !== undefined) return flaw;
  const records = seen.children.map(({ record }) => record.key);
  if (records.some((record) => desk.inHand.has(record))) return { kind: "item-changed" };
  for (const record of records) desk.inHand.add(record);
  try {
    const outcome = await desk.decisions.undo({
      author: authorOf(requester),
      reason: reason.trim(),
      decision: sequence,
    });
    if (!outcome.ok) return toRefusal(outcome.refusal);
    await reopen(seen.decision, desk);
    const { decision } = outcome;
    const context = { sight: toSight(requester, desk), children: new Map(), ports: desk };
    const view = decision === undefined ? undefined : await toDecisionView(decision, context);
    const decisions = view === undefined ? [] : [view];
    return {
      value: {
        decision: "undo",
        decisions,
        resources: outcome.resources,
        moved: decisions.flatMap(({ moved }) => moved),
      },
      ...disclosed(seen),
      detail: `undo decision=${sequence} resources=${outcome.resources.length}`,
      isDecided: true,
    };
  } finally {
    for (const record of records) desk.inHand.delete(record);
  }
}

async function reopen({ evidence }: IdentityDecision, { store }: Pick<ReviewPorts, "store">): Promise<void> {
  const [, id] = /^review item (\d{1,15})$/.exec(evidence[0] ?? "") ?? [];
  if (id === undefined || evidence[0] !== toItemMark(Number(id))) return;
  await store.write((transaction) => transaction.reopenReview(Number(id)));
}

function disclosed({ decision, view }: SeenDecision) {
  return { patients: childrenOf([view]), released: [`decision/${decision.sequence}`] };
}
