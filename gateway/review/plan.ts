import type { Issue } from "../outcome/issue.ts";
import type { ReviewedChild } from "./child.ts";
import type { DecisionAsked } from "./decision-request.ts";
import { type SeenItem, stateOf } from "./parties.ts";
import { labelled, survivorOf } from "./view-item.ts";

/** One verb of `Decisions` with the children it is about; `other` is the one that the evidence speaks of. */
export type Step =
  | { readonly kind: "merge"; readonly survivor: ReviewedChild; readonly other: ReviewedChild }
  | { readonly kind: "never"; readonly one: ReviewedChild; readonly other: ReviewedChild }
  | {
      readonly kind: "split";
      readonly record: ReviewedChild;
      readonly other: ReviewedChild;
      readonly children: readonly { readonly source: string; readonly localId: string }[];
      readonly into: ReviewedChild | undefined;
      readonly mayRejoin: boolean;
    };

export interface Plan {
  readonly steps: readonly Step[];
  /** Of a merge. */
  readonly survivor?: ReviewedChild;
}

/** What a steward's answer comes to, in the order in which it is done. Only children of the item can be named. */
export function planDecision(seen: SeenItem, asked: DecisionAsked): Plan | Issue {
  switch (asked.decision) {
    case "dismiss":
      return stateOf(seen.item) === "dismissed"
        ? bad("another decision: the item is put aside already")
        : { steps: [] };
    case "reopen":
      return stateOf(seen.item) === "dismissed" ? { steps: [] } : bad("another decision: the item is open");
    case "merge":
      return planMerge(seen, asked);
    case "keep-apart":
      return planApart(seen, asked);
    case "split":
      return planSplit(seen, asked);
  }
}

function planMerge(seen: SeenItem, asked: DecisionAsked & { readonly decision: "merge" }): Plan | Issue {
  const { subject, candidates } = seen;
  const [only, ...others] = candidates;
  const other = asked.with === undefined && others.length === 0 ? only : candidateOf(asked.with, seen);
  if (other === undefined) return bad("with must name a child that stands beside the one in question");
  const survivorId = asked.survivor ?? survivorAmong(seen, other).record.patientId;
  const survivor = [subject, other].find(({ record }) => record.patientId === survivorId);
  if (survivor === undefined) return bad("survivor must name one of the two children that are merged");
  return { steps: [{ kind: "merge", survivor, other: survivor === other ? subject : other }], survivor };
}

/** The same rule as for the whole item, between the two that are merged. */
function survivorAmong(seen: SeenItem, other: ReviewedChild): ReviewedChild {
  const two = { ...seen, candidates: [other] };
  const label = survivorOf(two);
  return labelled(two).find((one) => one.label === label)?.child ?? seen.subject;
}

function planApart(seen: SeenItem, asked: DecisionAsked & { readonly decision: "keep-apart" }): Plan | Issue {
  const named = asked.with?.map((id) => candidateOf(id, seen)) ?? seen.candidates;
  const others = named.filter((child) => child !== undefined);
  if (others.length === 0 || others.length < named.length) {
    return bad("with must name children that stand beside the one in question");
  }
  return { steps: others.map((other) => ({ kind: "never", one: seen.subject, other })) };
}

function planSplit(seen: SeenItem, asked: DecisionAsked & { readonly decision: "split" }): Plan | Issue {
  const wanted = new Set(asked.sources);
  for (const { label, child } of labelled(seen)) {
    const children = child.told.filter((_, index) => wanted.has(`${label}${index + 1}`));
    if (children.length === 0) continue;
    if (children.length < wanted.size) break;
    if (children.length === child.told.length) return bad("sources must leave at least one source with the child");
    const into = asked.into === undefined ? undefined : candidateOf(asked.into, seen, child);
    if (asked.into !== undefined && into === undefined) return bad("into must name another child of the item");
    const names = children.map(({ source, localId }) => ({ source, localId }));
    const mayRejoin = asked.mayRejoin === true;
    return { steps: [{ kind: "split", record: child, other: into ?? child, children: names, into, mayRejoin }] };
  }
  return bad("sources must name sources' children of one child of the item, as A2");
}

/** A child of the item other than the one it is set beside. */
function candidateOf(id: string | undefined, seen: SeenItem, beside = seen.subject): ReviewedChild | undefined {
  return [seen.subject, ...seen.candidates].find((child) => child !== beside && child.record.patientId === id);
}

function bad(expected: string): Issue {
  return { kind: "bad-request-body", expected };
}
