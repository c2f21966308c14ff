import type { Requester } from "../access/requester.ts";
import { decideVisibility } from "./decide-visibility.ts";
import type { Explanation, ExplanationStep } from "./explanation.ts";
import { type Instant, obstacleOf, type RecordFacts, type SourceFacts, type Weighed } from "./visibility.ts";

export interface Explained {
  readonly facts: RecordFacts;
  readonly requester: Requester;
  readonly at: Instant;
  readonly resource: Weighed;
}

/** Why a resource of a record is released, or not: the decision itself, listened to. */
export function explain({ facts, requester, at, resource }: Explained): Explanation {
  const steps: ExplanationStep[] = [];
  const note = (step: ExplanationStep): void => {
    steps.push(step);
  };
  const source = facts.sources.find((one) => one.source === resource.source);
  if (source !== undefined) note(explainSource(source, requester));
  const visibility = decideVisibility(facts, requester, at, note);
  const isReleased = visibility?.releases(resource, note) ?? false;
  if (!isReleased && steps.every(({ effect }) => effect !== "denies")) note(NOTHING_LEFT);
  return { decision: isReleased ? "permit" : "deny", steps };
}

const NOTHING_LEFT: ExplanationStep = {
  rule: "consent",
  basis: "record",
  effect: "denies",
  reason: "Nothing of the record is left to see for this requester.",
};

const OBSTACLES = {
  class: "The agreement does not name this class of data.",
  authority: "The agreement does not reach the authority whose data this is.",
  statute: "No statute is named by which this recipient may have education data of this source.",
} as const;

function explainSource(source: SourceFacts, requester: Requester): ExplanationStep {
  const { agreement } = requester;
  const obstacle = obstacleOf(source, requester);
  return {
    rule: obstacle ?? "class",
    basis: `agreement/${agreement.id}/${agreement.version}`,
    effect: obstacle === undefined ? "permits" : "denies",
    reason: obstacle === undefined ? "The agreement reaches the source of this." : OBSTACLES[obstacle],
  };
}
