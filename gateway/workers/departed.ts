import { z } from "zod";
import type { ProcessMetrics } from "../metrics.ts";

/** Of what prom-client writes of a metric, what sums need. */
const METRIC = z.looseObject({
  name: z.string(),
  type: z.string(),
  values: z.array(
    z.looseObject({
      value: z.number(),
      labels: z.record(z.string(), z.union([z.string(), z.number()])),
      /** Of a histogram's parts, as `…_bucket`. */
      metricName: z.string().optional(),
    }),
  ),
});

type Metric = z.output<typeof METRIC>;

/** Counts of workers that have ended: without them a count would go back, which is read as a start from nothing. */
export interface Departed {
  add(metrics: ProcessMetrics): void;
  metrics(): ProcessMetrics;
}

const COUNTED: ReadonlySet<string> = new Set(["counter", "histogram"]);

export function createDeparted(): Departed {
  const sums = new Map<string, Metric>();
  return {
    add(metrics) {
      // After a change of code, workers may tell what this parent does not know: counts are lost then, and nothing else.
      for (const metric of z.array(METRIC).safeParse(metrics).data ?? []) {
        if (!COUNTED.has(metric.type)) continue;
        const before = sums.get(metric.name);
        sums.set(metric.name, before === undefined ? metric : { ...metric, values: toSums([before, metric]) });
      }
    },
    metrics: () => [...sums.values()],
  };
}

function toSums(metrics: readonly Metric[]): Metric["values"] {
  const sums = new Map<string, Metric["values"][number]>();
  for (const one of metrics.flatMap(({ values }) => values)) {
    const key = `${one.metricName} ${JSON.stringify(Object.entries(one.labels).toSorted())}`;
    const before = sums.get(key)?.value ?? 0;
    sums.set(key, { ...one, value: before + one.value });
  }
  return [...sums.values()];
}
