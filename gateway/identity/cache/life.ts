import { LIMITS } from "../../limits.ts";
import type { TraceOutcome } from "../tracing.ts";

/** Entries written together should not all expire together. */
const LIFE_SPREAD = 0.1;

/** A span of time, up to 10 % longer or shorter. */
export function jittered(span: number): number {
  return span * (1 + LIFE_SPREAD * (2 * Math.random() - 1));
}

/** How long it is remembered who holds an identifier: that nobody does, not for long. */
export function holdersLife_s(records: readonly unknown[]): number {
  return records.length === 0 ? LIMITS.identity_none_life_s : LIMITS.identity_cache_life_s;
}

/** How long an answer of a national register is remembered. A failure never is. */
export function traceLife_s(outcome: TraceOutcome): number {
  switch (outcome.kind) {
    case "found":
      return outcome.isRestricted ? LIMITS.trace_restricted_life_s : LIMITS.trace_found_life_s;
    case "none":
      return LIMITS.identity_none_life_s;
    case "many":
      return LIMITS.trace_many_life_s;
    case "invalidated":
    case "failed":
      return 0;
  }
}
