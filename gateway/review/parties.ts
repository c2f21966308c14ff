import type { Requester } from "../access/requester.ts";
import type { RecordKey, StoredReview } from "../store/store.ts";
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

/** Authorities of a record, each record asked once for as long as a listing is made. */
export type AuthoritiesOf = (record: RecordKey) => Promise<readonly string[]>;

export function createAuthoritiesOf({ store, register }: Pick<ReviewPorts, "store" | "register">): AuthoritiesOf {
  const known = new Map<RecordKey, readonly string[]>();
  return async (record) => {
    const before = known.get(record);
    if (before !== undefined) return before;
    const names = await store.namesOf(record);
    const authorities = [...new Set(names.map(({ source }) => register.authorityOf(source)))];
    known.set(record, authorities);
    return authorities;
  };
}

/** An item by the names of what is in it: enough to list and to count. */
export interface SpottedItem {
  readonly item: StoredReview;
  readonly subject: RecordKey;
  /** Those that the steward may see. */
  readonly candidates: readonly RecordKey[];
  /** Whether a candidate is left out. */
  readonly isPartial: boolean;
}

interface Looking {
  readonly sight: Sight;
  readonly authoritiesOf: AuthoritiesOf;
  readonly ports: PartyPorts;
}

/**
 * Whether a steward meets an item, and which of its children. A child of an authority that is out of reach, or does not
 * match with those of the child in question, is left out; an item that has no other candidates is not there.
 */
export async function spotItem(item: StoredReview, looking: Looking): Promise<SpottedItem | undefined> {
  const { sight, authoritiesOf, ports } = looking;
  const { register } = ports;
  if (!sight.reaches(register.authorityOf(item.source))) return undefined;
  const own = await authoritiesOf(item.record);
  if (own.length === 0 || !own.every((authority) => sight.reaches(authority))) return undefined;
  const candidates: RecordKey[] = [];
  let isOwn = own.some((authority) => sight.isOwn(authority));
  for (const candidate of item.candidates) {
    const theirs = await authoritiesOf(candidate);
    const isShown =
      theirs.length > 0 &&
      theirs.every((authority) => sight.reaches(authority) && own.every((one) => register.matches(one, authority)));
    if (!isShown) continue;
    candidates.push(candidate);
    isOwn ||= theirs.some((authority) => sight.isOwn(authority));
  }
  if (!isOwn || (item.candidates.length > 0 && candidates.length === 0)) return undefined;
  return { item, subject: item.record, candidates, isPartial: candidates.length < item.candidates.length };
}

/** An item with all that its children are; `undefined` is one that does not exist for the steward. */
export async function seeItem(
  item: StoredReview,
  requester: Requester,
  ports: PartyPorts,
): Promise<SeenItem | undefined> {
  const sight = toSight(requester, ports);
  const spotted = await spotItem(item, { sight, authoritiesOf: createAuthoritiesOf(ports), ports });
  const subject = spotted && (await readChild(spotted.subject, ports));
  if (spotted === undefined || subject === undefined || !isReached(subject, sight)) return undefined;
  const read = await Promise.all(spotted.candidates.map((candidate) => readChild(candidate, ports)));
  const candidates = read
    .filter((child) => child !== undefined)
    .filter((child) => isReached(child, sight) && mayStandBeside(subject, child, ports));
  if (spotted.candidates.length > 0 && candidates.length === 0) return undefined;
  return { item, sight, subject, candidates, isPartial: candidates.length < item.candidates.length };
}
