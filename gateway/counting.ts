import { AggregatorRegistry, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Gauges, Metrics, ProcessMetrics } from "./metrics.ts";

/** What is counted in this process, over prom-client. */
export interface Counting extends Pick<Metrics, "answered" | "ingested" | "glassBroken" | "tell"> {
  /** Of this process, or of several together. */
  render(of?: readonly ProcessMetrics[]): Promise<string>;
}

/** What was answered of one interaction. */
interface Answered {
  readonly byStatus: Map<number, number>;
  readonly durations: Histogram.Internal<"interaction">;
}

export function createCounting(gauges: Gauges): Counting {
  const registry = new Registry();
  const registers = [registry];
  const answered = new Map<string, Answered>();
  new Counter({
    name: "gateway_requests_total",
    help: "Answered requests by interaction and status.",
    labelNames: ["interaction", "status"] as const,
    registers,
    collect() {
      this.reset();
      for (const [interaction, { byStatus }] of answered) {
        for (const [status, count] of byStatus) this.inc({ interaction, status }, count);
      }
    },
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
  const glass = new Counter({
    name: "gateway_break_glass_total",
    help: "Requests for emergency access to a child, whether there is such a child or not.",
    registers,
  });
  addGauges(registry, gauges);
  addIdentityCounts(registry, gauges);
  const answeredOf = (interaction: string): Answered => {
    const made = { byStatus: new Map<number, number>(), durations: durations.labels(interaction) };
    answered.set(interaction, made);
    return made;
  };
  return {
    answered(interaction, status, duration_s) {
      // To find a count by its labels takes ten times as long.
      const { byStatus, durations: timer } = answered.get(interaction) ?? answeredOf(interaction);
      byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
      timer.observe(duration_s);
    },
    ingested: (source, outcome, count) => records.inc({ source, outcome }, count),
    glassBroken: () => glass.inc(),
    async render(of) {
      return of === undefined ? registry.metrics() : AggregatorRegistry.aggregate([...of]).metrics();
    },
    tell: () => registry.getMetricsAsJSON(),
  };
}

function addGauges(registry: Registry, gauges: Gauges): void {
  const registers = [registry];
  new Gauge({
    name: "gateway_identity_cache_up",
    help: "1 when resolved identities are cached (in the process or in Redis), 0 while Redis is down.",
    aggregator: "min",
    registers,
    collect() {
      this.set(gauges.identityCache() === "down" ? 0 : 1);
    },
  });
  new Gauge({
    name: "gateway_oversight_reviews_overdue",
    help: "Decisions on disclosure that nobody else has reviewed in time; counted up to a thousand.",
    aggregator: "max",
    registers,
    async collect() {
      this.set(await gauges.overdueReviews());
    },
  });
  if (gauges.pds !== undefined) addPds(registry, gauges.pds);
  new Gauge({
    name: "gateway_register_version",
    help: "How often the register, or another file that decides, was taken into use since the start.",
    aggregator: "max",
    registers,
    collect() {
      this.set(gauges.register().version);
    },
  });
  new Counter({
    name: "gateway_client_children_limit_met_total",
    help: "Times since the start that a client has met its limit of different children for an hour.",
    registers,
    collect() {
      this.reset();
      this.inc(gauges.limitAlarms());
    },
  });
  new Gauge({
    name: "gateway_register_refused",
    help: "1 while the newest files of the register are refused and those before them are in force, else 0.",
    aggregator: "max",
    registers,
    collect() {
      this.set(gauges.register().isRefused ? 1 : 0);
    },
  });
  new Gauge({
    name: "gateway_resident_memory_bytes",
    help: "Resident memory of the process, or of all that answer at one address together.",
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
    aggregator: "max",
    registers,
    collect() {
      this.set({ closed: 0, "half-open": 0.5, open: 1 }[tracer.state()]);
    },
  });
}

/** Steps in which it is told what lookups have moved: a single one, or a few of somebody who tries, must not show. */
const LOOKUP_STEP = 1_000;

function addIdentityCounts(registry: Registry, { identityCounts }: Gauges): void {
  const registers = [registry];
  // Nobody outside knows how far it is to the next step.
  const phase = Math.floor(Math.random() * LOOKUP_STEP);
  const inSteps = (count: number): number => Math.floor((count + phase) / LOOKUP_STEP) * LOOKUP_STEP;
  new Gauge({
    name: "gateway_identity_cache_answers",
    help: "Identifiers looked up since the start, by where the answer came from, in steps of a thousand.",
    labelNames: ["from"] as const,
    registers,
    collect() {
      const { nearHits, farHits, misses } = identityCounts();
      this.set({ from: "process" }, inSteps(nearHits));
      this.set({ from: "redis" }, inSteps(farHits));
      this.set({ from: "store" }, inSteps(misses));
    },
  });
  new Gauge({
    name: "gateway_identity_cache_entries",
    help: "Identifiers remembered in the process, in steps of a thousand.",
    registers,
    collect() {
      this.set(inSteps(identityCounts().entries));
    },
  });
  new Gauge({
    name: "gateway_identity_cache_changes",
    help: "Changes told to the cache since the start, in steps of a thousand.",
    registers,
    collect() {
      this.set(inSteps(identityCounts().purges));
    },
  });
  new Gauge({
    name: "gateway_identity_cache_voided",
    help: "Times since the start that Redis could not be told of a change, so that all it held became void.",
    registers,
    collect() {
      this.set(identityCounts().voided);
    },
  });
  new Gauge({
    name: "gateway_redis_round_trip_seconds",
    help: "How long the last regular ping to Redis took; 0 without Redis or while it is down.",
    aggregator: "max",
    registers,
    collect() {
      this.set(identityCounts().roundTrip_s ?? 0);
    },
  });
}
