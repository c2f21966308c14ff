import type { Ending } from "../end-server.ts";
import type { ProcessMetrics } from "../metrics.ts";

/** What the parent tells a worker. */
export type ToWorker =
  /** The first thing told. `isLeading`: it does what one process alone may do. */
  | { readonly kind: "begin"; readonly place: number; readonly isLeading: boolean }
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
  /** `firstCalls`: what a newcomer is told. */
  | { readonly kind: "ready"; readonly firstCalls: string }
  /** Asks for the metrics of all processes. */
  | { readonly kind: "count"; readonly id: number }
  | { readonly kind: "counted"; readonly id: number; readonly metrics: ProcessMetrics }
  /** The last thing told, with what was counted in the end. */
  | { readonly kind: "leaving"; readonly metrics: ProcessMetrics };

/** Nobody but the gateway's own processes writes to the channel between them. */
export function isMessage<M extends ToWorker | ToParent>(message: unknown): message is M {
  return typeof message === "object" && message !== null && "kind" in message;
}
