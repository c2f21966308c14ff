import type { ProcessMetrics } from "../metrics.ts";

/** What the parent alone knows, as prom-client writes metrics. */
export function toCrewMetrics(told: { readonly ready: number; readonly restarts: number }): ProcessMetrics {
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

function toMetric(name: string, type: "gauge" | "counter", help: string, value: number) {
  return { name, help, type, values: [{ value, labels: {} }], aggregator: "sum" };
}
