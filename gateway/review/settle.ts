import type { RecordKey, StoredReview } from "../store/store.ts";
import { readChild } from "./child.ts";
import type { ReviewPorts } from "./ports.ts";

/**
 * Closes every open item about these records that leaves nothing to decide: each candidate is one child with the one in
 * question by now, or never will be. An item about a single child is answered by the decision that was taken on it.
 */
export async function closeAnswered(
  records: readonly RecordKey[],
  { ports, decided }: { readonly ports: ReviewPorts; readonly decided: StoredReview },
): Promise<void> {
  const items = new Map<number, StoredReview>();
  const again = await ports.store.reviewItem(decided.id);
  if (again !== undefined && again.closedAt === undefined) items.set(again.id, again);
  for (const record of records) {
    for (const item of await ports.store.reviewItemsOf(record)) items.set(item.id, item);
  }
  for (const item of items.values()) {
    if (!(await isAnswered(item, { ports, decided }))) continue;
    await ports.store.write((transaction) => transaction.closeReviewItem(item.id, ports.now()));
  }
}

async function isAnswered(
  item: StoredReview,
  { ports, decided }: { readonly ports: ReviewPorts; readonly decided: StoredReview },
): Promise<boolean> {
  if (item.kind === "unlinked") return false;
  const { store } = ports;
  const link = await store.linkOf(item.source, item.localId);
  const subject = await readChild(link?.record ?? item.record, ports);
  if (subject === undefined) return true;
  const never = new Set(await store.neverLinked(subject.record.key));
  const others: RecordKey[] = [];
  for (const candidate of item.candidates) {
    const child = await readChild(candidate, ports);
    if (child !== undefined && child.record.key !== subject.record.key) others.push(child.record.key);
  }
  const isAboutOne = item.candidates.every((candidate) => candidate === item.record);
  return isAboutOne ? item.id === decided.id : others.every((other) => never.has(other));
}
