import { setTimeout as pause } from "node:timers/promises";
import type { Coordination } from "../../identity/coordination.ts";
import { LIMITS } from "../../limits.ts";

/** Leave to call, as all processes together may. */
export interface Turns {
  /** Resolves with 0 when one call may be made at once, else with the milliseconds until the next, past the deadline. */
  take(deadline: number): Promise<number>;
  /** Nobody in this process calls for so long: the register said that there were too many calls. */
  hold(wait_ms: number): void;
}

/**
 * One after the other within the process, so that a crowd that waits asks for one turn at a time. A turn that took long
 * to hear of is given back unused: the register counts when calls arrive, not when they were granted.
 */
export function createTurns(coordination: Pick<Coordination, "takeTurn">): Turns {
  const now = () => performance.now();
  let heldUntil = 0;
  let line: Promise<unknown> = Promise.resolve();

  async function next(deadline: number): Promise<number> {
    for (;;) {
      // Whoever stood in line for too long must not spend a turn on a call that nobody waits for.
      if (now() >= deadline) return 1;
      const held_ms = heldUntil - now();
      const asked = now();
      const wait_ms = held_ms > 0 ? held_ms : await coordination.takeTurn(BUCKET, LIMITS.pds_calls_per_second_max);
      if (wait_ms === 0 && now() - asked <= LIMITS.pds_turn_slack_ms) return 0;
      if (now() + wait_ms >= deadline) return Math.max(1, wait_ms);
      await pause(wait_ms);
    }
  }

  return {
    take(deadline) {
      const turn = line.then(() => next(deadline));
      line = turn.catch(() => undefined);
      return turn;
    },
    hold(wait_ms) {
      heldUntil = Math.max(heldUntil, now() + Math.min(wait_ms, LIMITS.pds_hold_ms_max));
    },
  };
}

const BUCKET = "pds";
