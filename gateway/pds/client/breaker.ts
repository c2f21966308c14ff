import { LIMITS } from "../../limits.ts";

export type BreakerState = "closed" | "open" | "half-open";

/** Leave to make one call; to be settled exactly once. */
export interface Pass {
  /** `neither`: the call says nothing of whether the other side is well. */
  settle(how: "success" | "failure" | "neither"): void;
}

/**
 * Keeps calls from a server that does not answer. `breaker_failures_max` failures without a success between them open
 * it; after a while one call is let through as a probe: its success closes it, its failure keeps it open twice as long.
 */
export interface Breaker {
  /** A pass, or the milliseconds to wait before asking again. */
  enter(): Pass | { readonly retryAfter_ms: number };
  state(): BreakerState;
}

export interface BreakerOptions {
  /** Milliseconds that only ever grow. */
  readonly now: () => number;
  readonly failures_max?: number;
  readonly open_ms?: number;
  readonly open_ms_max?: number;
}

export function createBreaker({
  now,
  failures_max = LIMITS.pds_breaker_failures_max,
  open_ms = LIMITS.pds_breaker_open_ms,
  open_ms_max = LIMITS.pds_breaker_open_ms_max,
}: BreakerOptions): Breaker {
  let failures = 0;
  let opened: { until: number; for_ms: number } | undefined;
  let isProbing = false;

  function open(for_ms: number): void {
    opened = { until: now() + for_ms, for_ms };
  }

  function settleProbe(how: "success" | "failure" | "neither"): void {
    isProbing = false;
    if (how === "success") {
      opened = undefined;
      failures = 0;
    } else if (how === "failure" && opened !== undefined) open(Math.min(opened.for_ms * 2, open_ms_max));
  }

  function settleCall(how: "success" | "failure" | "neither"): void {
    if (how === "success") failures = 0;
    if (how !== "failure") return;
    failures++;
    if (failures >= failures_max && opened === undefined) open(open_ms);
  }

  return {
    enter() {
      if (opened === undefined) return { settle: settledOnce(settleCall) };
      const left_ms = opened.until - now();
      if (left_ms > 0) return { retryAfter_ms: left_ms };
      if (isProbing) return { retryAfter_ms: open_ms };
      isProbing = true;
      return { settle: settledOnce(settleProbe) };
    },
    state() {
      if (opened === undefined) return "closed";
      return opened.until > now() ? "open" : "half-open";
    },
  };
}

function settledOnce(settle: Pass["settle"]): Pass["settle"] {
  let isSettled = false;
  return (how) => {
    if (isSettled) return;
    isSettled = true;
    settle(how);
  };
}
