import type { Store } from "./store/store.ts";

const DAY_MS = 24 * 3_600_000;
const COUNTED_max = 1_000;

/** How many decisions have waited longer than that for somebody to review them; not a number while the store is away. */
export async function countOverdue(store: Store, reviewDays: number, now_ms: number): Promise<number> {
  const filter = { isAwaitingReview: true, decidedBefore_ms: now_ms - reviewDays * DAY_MS } as const;
  return store.disclosureDecisions(filter, COUNTED_max).then(
    ({ length }) => length,
    () => Number.NaN,
  );
}
