import type { Requester } from "../access/requester.ts";
import { type Desk, NOT_THERE, previewDecision, takeDecision } from "./decide.ts";
import type { DecisionAsked } from "./decision-request.ts";
import type { Answered } from "./done.ts";
import { listDecisions, previewUndo, readDecision, undoDecision } from "./history.ts";
import { type ListAsked, listItems } from "./list.ts";
import { openItem, type QuestionAsked } from "./open-item.ts";
import { type SeenItem, seeItem, stateOf } from "./parties.ts";
import type { ReviewPorts } from "./ports.ts";
import { listServed } from "./served.ts";
import type { DecisionDone, DecisionPreview, ItemView } from "./shapes.ts";
import { toItemView } from "./view-item.ts";

export type Review = ReturnType<typeof createReview>;

/**
 * A steward's work on who is who: lists, comparisons, decisions, what was decided and what was served under it. Nothing
 * here checks a scope or writes an audit record: the routes do both, for the API and for the pages.
 */
export function createReview(ports: ReviewPorts) {
  const desk: Desk = { ...ports, inHand: new Set() };
  const seen = async (id: number, requester: Requester): Promise<SeenItem | undefined> => {
    const item = await ports.store.reviewItem(id);
    return item === undefined || stateOf(item) === "closed" ? undefined : seeItem(item, requester, ports);
  };
  return {
    list: (requester: Requester, asked: ListAsked) => listItems(requester, asked, ports),

    open: (requester: Requester, asked: QuestionAsked) => openItem(requester, asked, ports),

    async item(requester: Requester, id: number): Promise<Answered<ItemView>> {
      const item = await seen(id, requester);
      if (item === undefined) return NOT_THERE;
      const value = await toItemView(item, ports);
      return {
        value,
        patients: value.parties.map(({ child }) => child),
        released: [`review/${id}`],
        detail: `item=${id} children=${value.parties.length}`,
      };
    },

    async preview(requester: Requester, id: number, asked: DecisionAsked): Promise<Answered<DecisionPreview>> {
      const item = await seen(id, requester);
      return item === undefined ? NOT_THERE : previewDecision({ requester, seen: item, asked }, ports);
    },

    async decide(
      requester: Requester,
      id: number,
      decision: { readonly asked: DecisionAsked; readonly version: string },
    ): Promise<Answered<DecisionDone>> {
      const item = await seen(id, requester);
      return item === undefined ? NOT_THERE : takeDecision({ requester, seen: item, ...decision }, desk);
    },

    decisions: (requester: Requester, asked: { readonly child?: string; readonly before?: number }) =>
      listDecisions(requester, asked, ports),
    decision: (requester: Requester, sequence: number) => readDecision(sequence, requester, ports),
    previewUndo: (requester: Requester, sequence: number, reason: string) =>
      previewUndo({ requester, sequence, reason }, ports),
    undo: (requester: Requester, sequence: number, reason: string) =>
      undoDecision({ requester, sequence, reason }, desk),
    served: (requester: Requester, asked: { readonly decision: number; readonly page?: string }) =>
      listServed(requester, asked, ports),
  };
}
