import { setTimeout as pause } from "node:timers/promises";
import { type Asked, isGood } from "./journal.ts";

/** So long without anything that is not good. */
const QUIET_MS = 1_000;
const STEP_MS = 100;
const POLL_MS = 50;

/**
 * From when on all was well: no request of the second that follows went wrong, and at least half as many as usual were
 * answered in it. `undefined` where that does not come within the bound.
 */
export async function untilRecovered(
  asked: readonly Asked[],
  {
    since,
    bound_ms,
    rate,
    now,
  }: { readonly since: number; readonly bound_ms: number; readonly rate: number; readonly now: () => number },
): Promise<number | undefined> {
  // A little longer, for the second that has to be seen.
  while (now() < since + bound_ms + QUIET_MS + POLL_MS) {
    const from = wellFrom(asked, { since, until: now(), rate });
    if (from !== undefined && from - since <= bound_ms) return from;
    await pause(POLL_MS);
  }
  return undefined;
}

export function wellFrom(
  asked: readonly Asked[],
  { since, until, rate }: { readonly since: number; readonly until: number; readonly rate: number },
): number | undefined {
  let from = since;
  for (let index = asked.length - 1; index >= 0; index -= 1) {
    const one = asked[index];
    if (one === undefined || one.until < since) break;
    if (!isGood(one)) from = Math.max(from, one.from + 1);
  }
  // Who has just started answers slowly at first: then it was not yet well.
  for (; from + QUIET_MS <= until; from += STEP_MS) {
    const good = asked.filter((one) => one.from >= from && one.from < from + QUIET_MS && isGood(one)).length;
    if (good >= Math.max(1, rate / 2)) return from;
  }
  return undefined;
}
