import { Counter, Gauge, Histogram, Registry } from "prom-client";

export interface Metrics {
  /** One answered request; `interaction` and `status` only, never a path or a query. */
  answered(interaction: string, status: number, duration_s: number): void;
  /** Source records by how they ended. */
  ingested(source: string, outcome: "committed" | "unchanged" | "quarantined", records: number): void;
  /** Text in the Prometheus exposition format. */
  render(): Promise<string>;
}

/**
 * What is read at the moment of rendering. The metrics are open, so nothing may move in them with what a single query
 * finds: how many records are held in memory would tell of a child that the requester may not see.
 */
export interface Gauges {
  identityCache(): "in-process" | "connected" | "down";
  /** The national register, where it is configured: calls by how they ended, never by what they found. */
  readonly pds?: {
    readonly tracer: { state(): "closed" | "open" | "half-open" };
    readonly calls: ReadonlyMap<string, number>;
  };
}

export function createMetrics(gauges: Gauges): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: "gateway_requests_total",
    help: "Answered requests by interaction and status.",
    labelNames: ["interaction", "status"] as const,
    registers,
  });
  const durations = new Histogram({
    name: "gateway_request_duration_seconds",
    help: "Time from request to answer.",
    labelNames: ["interaction"] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers,
  });
  const records = new Counter({
    name: "gateway_source_records_total",
    help: "Source records received, by source and outcome.",
    labelNames: ["source", "outcome"] as const,
    registers,
  });
  addGauges(registry, gauges);
  // Finding a child by its labels costs more than counting on it.
  const counters = new Map<string, Counter.Internal>();
  const timers = new Map<string, Histogram.Internal<"interaction">>();
  return {
    answered(interaction, status, duration_s) {
      const name = `${interaction} ${status}`;
      const counter = counters.get(name) ?? requests.labels(interaction, String(status));
      const timer = timers.get(interaction) ?? durations.labels(interaction);
      counters.set(name, counter);
      timers.set(interaction, timer);
      counter.inc();
      timer.observe(duration_s);
    },
    ingested: (source, outcome, count) => records.inc({ source, outcome }, count),
    render: () => registry.metrics(),
  };
}

function addGauges(registry: Registry, gauges: Gauges): void {
  const registers = [registry];
  new Gauge({
    name: "gateway_identity_cache_up",
    help: "1 when resolved identities are cached (in the process or in Redis), 0 while Redis is down.",
    registers,
    collect() {
      this.set(gauges.identityCache() === "down" ? 0 : 1);
    },
  });
  if (gauges.pds !== undefined) addPds(registry, gauges.pds);
  new Gauge({
    name: "gateway_resident_memory_bytes",
    help: "Resident memory of the process.",
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
}

function addPds(registry: Registry, { tracer, calls }: NonNullable<Gauges["pds"]>): void {
  const registers = [registry];
  new Counter({
    name: "gateway_pds_calls_total",
    help: "Calls to PDS by how they ended: answered, or why not.",
    labelNames: ["outcome"] as const,
    registers,
    collect() {
      this.reset();
      for (const [outcome, count] of calls) this.inc({ outcome }, count);
    },
  });
  new Gauge({
    name: "gateway_pds_breaker_open",
    help: "1 while PDS is left alone after failures, 0.5 while one call tries whether it is back, else 0.",
    registers,
    collect() {
      this.set({ closed: 0, "half-open": 0.5, open: 1 }[tracer.state()]);
    },
  });
}
