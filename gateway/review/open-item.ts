import type { Requester } from "../access/requester.ts";
import type { Issue } from "../outcome/issue.ts";
import type { ReviewItem, StoredReview } from "../store/store.ts";
import { mayStandBeside, type ReviewedChild } from "./child.ts";
import type { Answered } from "./done.ts";
import { findChild } from "./find-child.ts";
import { seeItem } from "./parties.ts";
import type { ReviewPorts } from "./ports.ts";
import type { ItemView } from "./shapes.ts";
import { type Sight, toSight } from "./sight.ts";
import { toItemView } from "./view-item.ts";

export interface QuestionAsked {
  /** Logical id of the Patient in question. */
  readonly child: string;
  /** Logical id of one that may be the same child. */
  readonly beside?: string;
}

const ASKED = "a steward asks";
const NO_CHILD = { kind: "not-found", type: "Patient" } as const satisfies Issue;
const SAME: Issue = { kind: "bad-request-body", expected: "beside must name another child than the one in question" };
const UNTOLD: Issue = { kind: "bad-request-body", expected: "child must name one of whom a source tells" };

/**
 * Opens an item by hand: about a child whose sources may be of two, which no rule would ask about, or about two that may
 * be one. It joins a question that is open about the same child already, and takes up one that was put aside.
 */
export async function openItem(
  requester: Requester,
  asked: QuestionAsked,
  ports: ReviewPorts,
): Promise<Answered<ItemView>> {
  const sight = toSight(requester, ports);
  const parties = await findParties(asked, sight, ports);
  if ("kind" in parties) return parties;
  const [subject, other] = parties;
  const about = subject.told[0];
  if (about === undefined) return UNTOLD;
  const item = await ask({ about, record: subject.record.key, other: other?.record.key }, ports);
  const seen = item && (await seeItem(item, requester, ports));
  if (item === undefined || seen === undefined) return NO_CHILD;
  const value = await toItemView(seen, ports);
  return {
    value,
    patients: value.parties.map(({ child }) => child),
    released: [`review/${item.id}`],
    detail: `opened item=${item.id}`,
    isDecided: true,
  };
}

type Parties = readonly [subject: ReviewedChild, other?: ReviewedChild];

async function findParties(
  { child, beside }: QuestionAsked,
  sight: Sight,
  ports: ReviewPorts,
): Promise<Parties | Issue> {
  const subject = (await findChild(child, sight, ports))?.child;
  if (subject === undefined) return NO_CHILD;
  const other = beside === undefined ? undefined : (await findChild(beside, sight, ports))?.child;
  if (beside !== undefined && (other === undefined || !mayStandBeside(subject, other, ports))) return NO_CHILD;
  if (other?.record.key === subject.record.key) return SAME;
  const authorities = [...subject.authorities, ...(other?.authorities ?? [])];
  if (!authorities.some((authority) => sight.isOwn(authority))) return NO_CHILD;
  return other === undefined ? [subject] : [subject, other];
}

interface Question {
  readonly about: Pick<ReviewItem, "source" | "localId">;
  readonly record: ReviewItem["record"];
  readonly other: ReviewItem["record"] | undefined;
}

function ask({ about, record, other }: Question, { store, now }: ReviewPorts): Promise<StoredReview | undefined> {
  const { source, localId } = about;
  const isIt = (item: StoredReview): boolean =>
    item.kind === "ambiguous" && item.source === source && item.localId === localId;
  return store.write(async (transaction) => {
    const open = (await transaction.reviewItemsOf(record)).find(isIt);
    const candidates = [...new Set([...(open?.candidates ?? []), ...(other === undefined ? [] : [other])])];
    if (open !== undefined && candidates.length === open.candidates.length) return open;
    const evidence = [...new Set([...(open?.evidence ?? []), ASKED])];
    const bits = open?.bits === undefined ? {} : { bits: open.bits };
    await transaction.openReview({
      kind: "ambiguous",
      source,
      localId,
      record,
      candidates,
      evidence,
      createdAt: now(),
      ...bits,
    });
    const opened = (await transaction.reviewItemsOf(record)).find(isIt);
    if (opened !== undefined) return opened;
    const aside = await transaction.reviewPage(
      { state: "dismissed", sources: [source], kinds: ["ambiguous"], order: "newest" },
      DISMISSED_max,
    );
    const same = aside.find((item) => isIt(item) && item.record === record);
    if (same !== undefined) await transaction.reopenReview(same.id);
    return same && transaction.reviewItem(same.id);
  });
}

/** The same question is among those of its source that were put aside, or it was so long ago that nobody remembers. */
const DISMISSED_max = 1_000;
