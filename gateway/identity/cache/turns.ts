/**
 * Two calls that took their turns at the two ends of a window may reach the other side a little closer together: the
 * answer that gave the first one its turn may have come late (never later than `redis_deadline_ms`), and the process may
 * have been busy. So turns are counted in a window that is longer than the second by this.
 */
export const TURN_WINDOW_MS = 1_000 + 150;

/** The turns of one process that has nobody to share with. Milliseconds are those of `now`, which never goes back. */
export interface Turns {
  /** 0, or the milliseconds to wait; `allowed` in any window. */
  take(bucket: string, allowed: number): number;
  /** When a turn was last given; `-Infinity` when never. */
  last(): number;
}

export function createTurns(now: () => number): Turns {
  const given = new Map<string, number[]>();
  let last = Number.NEGATIVE_INFINITY;
  return {
    take(bucket, allowed) {
      if (allowed < 1) return TURN_WINDOW_MS;
      const at = now();
      const recent = (given.get(bucket) ?? []).filter((turn) => turn > at - TURN_WINDOW_MS);
      given.set(bucket, recent);
      const oldest = recent[recent.length - allowed];
      if (oldest !== undefined) return Math.max(1, Math.ceil(oldest + TURN_WINDOW_MS - at));
      recent.push(at);
      last = at;
      return 0;
    },
    last: () => last,
  };
}
