import type { Requester } from "../access/requester.ts";
import type { StoredReview } from "../store/store.ts";
import { isReached, mayStandBeside, type ReviewedChild, readChild } from "./child.ts";
import type { ReviewPorts } from "./ports.ts";
import { type Sight, toSight } from "./sight.ts";

/** Whether somebody has put the item aside, or nothing of it is left to decide. */
export function stateOf({ closedAt, dismissal }: StoredReview): "open" | "dismissed" | "closed" {
  if (dismissal !== undefined) return "dismissed";
  return closedAt === undefined ? "open" : "closed";
}

/** An item with the children that this steward may compare in it. */
export interface SeenItem {
  readonly item: StoredReview;
  readonly sight: Sight;
  readonly subject: ReviewedChild;
  /** Candidates in the item's order, each once, without the subject. */
  readonly candidates: readonly ReviewedChild[];
  /** Whether a candidate is left out, so that nothing may be told of it: not even why the item was opened. */
  readonly isPartial: boolean;
}

type PartyPorts = Pick<ReviewPorts, "store" | "register" | "sources">;

/**
 * An item as one steward sees it; `undefined` is one that does not exist for the steward. A child of an authority that is
 * out of reach is left out; an item that has no other candidates is not there.
 */
export async function seeItem(
  item: StoredReview,
  requester: Requester,
  ports: PartyPorts,
): Promise<SeenItem | undefined> {
  const sight = toSight(requester, ports);
  if (!sight.reaches(ports.register.authorityOf(item.source))) return undefined;
  const subject = await subjectOf(item, ports);
  if (subject === undefined || !isReached(subject, sight)) return undefined;
  const others = new Map<number, ReviewedChild>();
  for (const key of item.candidates) {
    const child = await readChild(key, ports);
    if (child !== undefined && child.record.key !== subject.record.key) others.set(child.record.key, child);
  }
  const candidates = [...others.values()].filter(
    (child) => isReached(child, sight) && mayStandBeside(subject, child, ports),
  );
  const isOwn = [subject, ...candidates].some(({ authorities }) => authorities.some((one) => sight.isOwn(one)));
  if (!isOwn || (others.size > 0 && candidates.length === 0)) return undefined;
  return { item, sight, subject, candidates, isPartial: candidates.length < others.size };
}

/** The child that the source's child is linked with now: it may have moved since the item was opened. */
async function subjectOf(
  { source, localId, record }: StoredReview,
  ports: PartyPorts,
): Promise<ReviewedChild | undefined> {
  const link = await ports.store.linkOf(source, localId);
  return readChild(link?.record ?? record, ports);
}
