import { authorOf } from "../access/author.ts";
import type { Requester } from "../access/requester.ts";
import type { DecisionOutcome, DecisionRefusal } from "../identity/decisions/decisions.ts";
import type { Issue } from "../outcome/issue.ts";
import type { RecordKey } from "../store/store.ts";
import { toAudience } from "./audience.ts";
import { toChange } from "./change.ts";
import type { ReviewedChild } from "./child.ts";
import type { DecisionAsked } from "./decision-request.ts";
import type { Answered } from "./done.ts";
import { type SeenItem, stateOf } from "./parties.ts";
import { planDecision, type Step } from "./plan.ts";
import type { ReviewPorts } from "./ports.ts";
import { reasonIssue } from "./reason.ts";
import { closeAnswered } from "./settle.ts";
import type { DecisionDone, DecisionPreview, DecisionView } from "./shapes.ts";
import { toDecisionView } from "./view-decision.ts";
import { versionOf } from "./view-item.ts";
import { toEvidenceLines, weigh } from "./weigh.ts";

/** Ports, and the records that a decision is just being taken on in this process: of two stewards one is first. */
export interface Desk extends ReviewPorts {
  readonly inHand: Set<RecordKey>;
}

export const NOT_THERE = { kind: "not-found", type: "review-item" } as const satisfies Issue;

export interface Deciding {
  readonly requester: Requester;
  readonly seen: SeenItem;
  readonly asked: DecisionAsked;
}

/** What a decision would move, and who would see more or less by it; nothing is written. */
export async function previewDecision(deciding: Deciding, ports: ReviewPorts): Promise<Answered<DecisionPreview>> {
  const { seen, asked, requester } = deciding;
  const flaw = reasonIssue(asked.reason, [seen.subject, ...seen.candidates]);
  if (flaw !== undefined) return flaw;
  const plan = planDecision(seen, asked);
  if ("kind" in plan) return plan;
  const resources: string[] = [];
  const moved: DecisionView["moved"][number][] = [];
  const requesters: DecisionPreview["requesters"][number][] = [];
  const records = [seen.subject, ...seen.candidates].map(({ record }) => record.key);
  for (const step of plan.steps) {
    // Keeping two apart moves nothing, so there is nothing to try.
    if (step.kind === "never") continue;
    const outcome = await take(step, { requester, asked, seen, isPreview: true }, ports);
    if (!outcome.ok) return toRefusal(outcome.refusal);
    resources.push(...outcome.resources);
    const change = await toChange(outcome, records, ports);
    moved.push(...change.moved);
    requesters.push(...toAudience(change, ports));
  }
  const { survivor } = plan;
  return {
    value: {
      decision: asked.decision,
      resources,
      moved,
      requesters,
      ...(survivor === undefined ? {} : { survivor: survivor.record.patientId }),
    },
    ...disclosed(seen),
    detail: `preview ${asked.decision} resources=${resources.length}`,
  };
}

/** Takes a decision on what the steward had before them, and closes what it answers. */
export async function takeDecision(
  deciding: Deciding & { readonly version: string },
  desk: Desk,
): Promise<Answered<DecisionDone>> {
  const { seen, version } = deciding;
  const records = [seen.subject, ...seen.candidates].map(({ record }) => record.key);
  if (records.some((record) => desk.inHand.has(record))) return { kind: "item-changed" };
  for (const record of records) desk.inHand.add(record);
  try {
    return (await versionOf(seen, desk)) === version ? await decide(deciding, desk) : { kind: "item-changed" };
  } finally {
    for (const record of records) desk.inHand.delete(record);
  }
}

async function decide({ requester, seen, asked }: Deciding, ports: ReviewPorts): Promise<Answered<DecisionDone>> {
  const flaw = reasonIssue(asked.reason, [seen.subject, ...seen.candidates]);
  if (flaw !== undefined) return flaw;
  const plan = planDecision(seen, asked);
  if ("kind" in plan) return plan;
  await putAside(seen, { asked, requester }, ports);
  const decisions: DecisionView[] = [];
  const resources: string[] = [];
  for (const step of plan.steps) {
    const outcome = await take(step, { requester, asked, seen, isPreview: false }, ports);
    if (!outcome.ok) {
      if (decisions.length === 0) return toRefusal(outcome.refusal);
      // What was decided before it in the same answer stands, and is told.
      break;
    }
    await takeUp(seen, ports);
    resources.push(...outcome.resources);
    if (outcome.decision === undefined) continue;
    const view = await toDecisionView(outcome.decision, { sight: seen.sight, children: new Map(), ports });
    if (view !== undefined) decisions.push(view);
    await closeAnswered(outcome.records, { ports, decided: seen.item });
  }
  const { survivor } = plan;
  return {
    value: {
      decision: asked.decision,
      decisions,
      resources,
      moved: decisions.flatMap(({ moved }) => moved),
      item: String(seen.item.id),
      ...(survivor === undefined ? {} : { survivor: survivor.record.patientId }),
    },
    ...disclosed(seen),
    released: [`review/${seen.item.id}`, ...decisions.map(({ decision }) => `decision/${decision}`)],
    detail: `${asked.decision} decisions=${decisions.map(({ decision }) => decision).join(",")} resources=${resources.length}`,
    isDecided: true,
  };
}

async function putAside(
  { item }: SeenItem,
  { asked, requester }: Pick<Deciding, "asked" | "requester">,
  { store, now }: ReviewPorts,
): Promise<void> {
  const dismissal = { by: authorOf(requester), reason: asked.reason.trim(), at: now() };
  if (asked.decision === "dismiss") await store.write((transaction) => transaction.dismissReview(item.id, dismissal));
  if (asked.decision === "reopen") await store.write((transaction) => transaction.reopenReview(item.id));
}

/** What was put aside and is decided now is aside no more, so that it can be closed like any other. */
async function takeUp({ item }: SeenItem, { store }: ReviewPorts): Promise<void> {
  if (stateOf(item) === "dismissed") await store.write((transaction) => transaction.reopenReview(item.id));
}

interface Taking {
  readonly requester: Requester;
  readonly asked: DecisionAsked;
  readonly seen: SeenItem;
  readonly isPreview: boolean;
}

function take(step: Step, { requester, asked, seen, isPreview }: Taking, ports: ReviewPorts): Promise<DecisionOutcome> {
  const { decisions } = ports;
  const request = {
    author: authorOf(requester),
    reason: asked.reason.trim(),
    evidence: [toItemMark(seen.item.id), ...evidenceOf(step.other, seen, ports)],
  };
  switch (step.kind) {
    case "merge":
      return decisions.merge({
        ...request,
        isPreview,
        survivor: step.survivor.record.key,
        merged: step.other.record.key,
        ...(asked.decision === "merge" && asked.numbersChecked === true ? { numbersChecked: true } : {}),
      });
    case "never":
      return decisions.never({ ...request, one: step.one.record.key, other: step.other.record.key });
    case "split":
      return decisions.split({
        ...request,
        isPreview,
        record: step.record.record.key,
        children: step.children,
        ...(step.into === undefined ? {} : { into: step.into.record.key }),
        ...(step.mayRejoin ? { mayRejoin: true } : {}),
      });
  }
}

/** What the matcher said of the two when it was decided, in words and bits. */
function evidenceOf(other: ReviewedChild, seen: SeenItem, ports: ReviewPorts): readonly string[] {
  const about = other === seen.subject ? seen.candidates.at(0) : other;
  const weighing = about && weigh(seen, ports).get(about.record.key);
  return weighing === undefined ? [] : toEvidenceLines("candidate", weighing);
}

/** By which an undone decision finds the item that it had answered. */
export function toItemMark(id: number): string {
  return `review item ${id}`;
}

export function toRefusal(refusal: DecisionRefusal): Issue {
  return refusal.kind === "unknown" ? NOT_THERE : { kind: "decision-refused", refusal: refusal.kind };
}

function disclosed({ item, subject, candidates }: SeenItem) {
  return {
    patients: [subject, ...candidates].map(({ record }) => record.patientId),
    released: [`review/${item.id}`],
  };
}
