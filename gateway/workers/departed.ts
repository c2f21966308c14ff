import { combineMetrics } from "../exposition.ts";
import type { ProcessMetrics } from "../metrics.ts";

/** Counts of workers that have ended: without them a count would go back, which is read as a start from nothing. */
export interface Departed {
  add(metrics: ProcessMetrics): void;
  metrics(): ProcessMetrics;
}

export function createDeparted(): Departed {
  let sums: ProcessMetrics = [];
  return {
    add(metrics) {
      sums = combineMetrics([sums, metrics.filter(({ type }) => type !== "gauge")]);
    },
    metrics: () => sums,
  };
}
