import type { Requester } from "../access/requester.ts";
import { breakGlass } from "./break-glass.ts";
import { type DecisionsAsked, endDecision, listDecisions, readDecision, reviewDecision } from "./decisions.ts";
import { decideDuty } from "./duties.ts";
import { decideObjection, listObjections, type ObjectionsAsked, readObjection } from "./objections.ts";
import type { OversightPorts } from "./ports.ts";
import type { BreakingAsked, DutyAsked, EndingAsked, ObjectionAsked, ReviewAsked } from "./requests.ts";

export type Oversight = ReturnType<typeof createOversight>;

/** Decisions of people on what is disclosed. Nothing here checks a scope or writes an audit record: the routes do both. */
export function createOversight(ports: OversightPorts) {
  return {
    objections: (requester: Requester, asked: ObjectionsAsked) => listObjections(requester, asked, ports),
    objection: (requester: Requester, consent: string) => readObjection(requester, consent, ports),
    decideObjection: (
      requester: Requester,
      deciding: { readonly consent: string; readonly version: string; readonly asked: ObjectionAsked },
    ) => decideObjection(requester, deciding, ports),

    decideDuty: (requester: Requester, asked: DutyAsked) => decideDuty(requester, asked, ports),

    decisions: (requester: Requester, asked: DecisionsAsked) => listDecisions(requester, asked, ports),
    decision: (requester: Requester, id: number) => readDecision(requester, id, ports),
    end: (requester: Requester, ending: { readonly id: number; readonly asked: EndingAsked }) =>
      endDecision(requester, ending, ports),
    review: (requester: Requester, reviewing: { readonly id: number; readonly asked: ReviewAsked }) =>
      reviewDecision(requester, reviewing, ports),

    breakGlass: (requester: Requester, asked: BreakingAsked) => breakGlass(requester, asked, ports),
  };
}
