import type { Metric } from "../exposition.ts";

/** What the parent alone knows. */
export function toCrewMetrics(told: { readonly ready: number; readonly restarts: number }): readonly Metric[] {
  return [
    toMetric("gateway_workers_ready", "gauge", "Workers that are ready.", told.ready),
    toMetric(
      "gateway_worker_restarts_total",
      "counter",
      "Workers that ended unasked and were started again.",
      told.restarts,
    ),
  ];
}

function toMetric(name: string, type: "gauge" | "counter", help: string, value: number): Metric {
  return { name, help, type, combining: "sum", samples: [{ name, labels: {}, value }] };
}
