import type { Ending } from "../end-server.ts";
import type { ProcessMetrics } from "../metrics.ts";

/** Grows with every change of what is said here: a parent stays what it is while workers are replaced by newer ones. */
export const WORDS = 1;

/** What the parent tells a worker. */
export type ToWorker =
  /** The first thing told. `isLeading`: it does what one process alone may do. `words`: the parent's. */
  | { readonly kind: "begin"; readonly words: number; readonly place: number; readonly isLeading: boolean }
  /** Whoever led has ended: from now on this one does. */
  | { readonly kind: "lead" }
  | { readonly kind: "reload" }
  | { readonly kind: "end"; readonly ending: Ending }
  /** Asks for the worker's own metrics. */
  | { readonly kind: "count"; readonly id: number }
  /** Those of all processes, as was asked for. */
  | { readonly kind: "counted"; readonly id: number; readonly of: readonly ProcessMetrics[] };

/** What a worker tells the parent. */
export type ToParent =
  /** `firstCalls`: what a newcomer is told. `words`: the worker's. */
  | { readonly kind: "ready"; readonly words: number; readonly firstCalls: string }
  /** It ends, since it does not understand its parent. */
  | { readonly kind: "foreign"; readonly words: number }
  /** Asks for the metrics of all processes. */
  | { readonly kind: "count"; readonly id: number }
  | { readonly kind: "counted"; readonly id: number; readonly metrics: ProcessMetrics }
  /** The last thing told, with what was counted in the end. */
  | { readonly kind: "leaving"; readonly metrics: ProcessMetrics };

/** Nobody but the gateway's own processes writes to the channel between them. */
export function isMessage<M extends ToWorker | ToParent>(message: unknown): message is M {
  return typeof message === "object" && message !== null && "kind" in message;
}
