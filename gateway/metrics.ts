import { type Combining, combineMetrics, type Metric, toExposition } from "./exposition.ts";

export interface Metrics {
  /** One answered request; `interaction` and `status` only, never a path or a query. */
  answered(interaction: string, status: number, duration_s: number): void;
  /** Source records by how they ended. */
  ingested(source: string, outcome: "committed" | "unchanged" | "quarantined", records: number): void;
  /** Somebody asked for emergency access to a child, whether there is such a child or not. */
  glassBroken(): void;
  /** Text in the Prometheus exposition format: of this process, or of all that `gatherBy` brings together. */
  render(): Promise<string>;
  /** Those of this process alone. */
  tell(): Promise<ProcessMetrics>;
  /** From now on a scrape is of several processes, whichever of them it meets. */
  gatherBy(gather: () => Promise<readonly ProcessMetrics[]>): void;
}

/** Metrics of one process. */
export type ProcessMetrics = readonly Metric[];

/**
 * What is read at the moment of rendering. The metrics are open, so nothing may move in them with what a single query
 * finds: how many records are held in memory would tell of a child that the requester may not see.
 */
export interface Gauges {
  identityCache(): "in-process" | "connected" | "down";
  /** What the cache of resolved identities has done since the start. */
  identityCounts(): IdentityCounts;
  /** Decisions on disclosure that nobody has reviewed in time. */
  overdueReviews(): Promise<number>;
  /** How often a client has met its limit of children for an hour; not who. */
  limitAlarms(): number;
  /** Which register is in force: its version in this process, and whether newer files were refused. */
  register(): { readonly version: number; readonly isRefused: boolean };
  /** The national register, where it is configured: calls by how they ended, never by what they found. */
  readonly pds?: {
    readonly tracer: { state(): "closed" | "open" | "half-open" };
    readonly calls: ReadonlyMap<string, number>;
  };
}

/** See `CacheCounts` of the identity cache. */
export interface IdentityCounts {
  readonly nearHits: number;
  readonly farHits: number;
  readonly misses: number;
  readonly purges: number;
  readonly voided: number;
  readonly entries: number;
  readonly roundTrip_s?: number;
}

export function createMetrics(gauges: Gauges): Metrics {
  const requests = createCounter("gateway_requests_total", "Answered requests by interaction and status.");
  const durations = createHistogram("gateway_request_duration_seconds", "Time from request to answer.");
  const records = createCounter("gateway_source_records_total", "Source records received, by source and outcome.");
  const readGauges = createGauges(gauges);
  let glassBroken = 0;
  let gather: (() => Promise<readonly ProcessMetrics[]>) | undefined;
  const tell = async (): Promise<ProcessMetrics> => [
    requests.metric(),
    durations.metric(),
    records.metric(),
    toCounter("gateway_break_glass_total", BREAK_GLASS, glassBroken),
    ...(await readGauges()),
  ];
  return {
    answered(interaction, status, duration_s) {
      requests.add(`${interaction} ${status}`, 1, () => ({ interaction, status: String(status) }));
      durations.add(interaction, duration_s);
    },
    ingested: (source, outcome, count) => records.add(`${source} ${outcome}`, count, () => ({ source, outcome })),
    glassBroken() {
      glassBroken += 1;
    },
    async render() {
      return toExposition(gather === undefined ? await tell() : combineMetrics(await gather()));
    },
    tell,
    gatherBy(told) {
      gather = told;
    },
  };
}

const BREAK_GLASS = "Requests for emergency access to a child, whether there is such a child or not.";

/** Counts by labels, which are made when something is counted under a key for the first time. */
function createCounter(name: string, help: string) {
  const counts = new Map<string, { readonly labels: Readonly<Record<string, string>>; value: number }>();
  return {
    add(key: string, by: number, toLabels: () => Readonly<Record<string, string>>): void {
      const known = counts.get(key);
      if (known === undefined) counts.set(key, { labels: toLabels(), value: by });
      else known.value += by;
    },
    metric: (): Metric => ({
      ...{ name, help, type: "counter", combining: "sum" },
      samples: [...counts.values()].map(({ labels, value }) => ({ name, labels, value })),
    }),
  };
}

/** Upper bounds in seconds; of each it is counted what took no longer. */
const BUCKETS_s = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

function createHistogram(name: string, help: string) {
  const timed = new Map<string, { readonly within: number[]; sum: number }>();
  return {
    add(interaction: string, duration_s: number): void {
      let times = timed.get(interaction);
      if (times === undefined) {
        times = { within: Array(BUCKETS_s.length + 1).fill(0), sum: 0 };
        timed.set(interaction, times);
      }
      const at = BUCKETS_s.findIndex((bound) => duration_s <= bound);
      const bucket = at < 0 ? BUCKETS_s.length : at;
      times.within[bucket] = (times.within[bucket] ?? 0) + 1;
      times.sum += duration_s;
    },
    metric: (): Metric => ({
      ...{ name, help, type: "histogram", combining: "sum" },
      samples: [...timed].flatMap(([interaction, { within, sum }]) => {
        let count = 0;
        const buckets = within.map((more, at) => {
          count += more;
          return { name: `${name}_bucket`, labels: { le: String(BUCKETS_s[at] ?? "+Inf"), interaction }, value: count };
        });
        const labels = { interaction };
        return [
          ...buckets,
          { name: `${name}_sum`, labels, value: sum },
          { name: `${name}_count`, labels, value: count },
        ];
      }),
    }),
  };
}

function toGauge(name: string, help: string, value: number, combining: Combining): Metric {
  return { name, help, type: "gauge", combining, samples: [{ name, labels: {}, value }] };
}

function toCounter(name: string, help: string, value: number): Metric {
  return { name, help, type: "counter", combining: "sum", samples: [{ name, labels: {}, value }] };
}

function createGauges(gauges: Gauges): () => Promise<readonly Metric[]> {
  const readCounts = createIdentityCounts(gauges);
  return async () => {
    const { version, isRefused } = gauges.register();
    return [
      toGauge(
        "gateway_identity_cache_up",
        "1 when resolved identities are cached (in the process or in Redis), 0 while Redis is down.",
        gauges.identityCache() === "down" ? 0 : 1,
        "min",
      ),
      toGauge(
        "gateway_oversight_reviews_overdue",
        "Decisions on disclosure that nobody else has reviewed in time; counted up to a thousand.",
        await gauges.overdueReviews(),
        "max",
      ),
      ...(gauges.pds === undefined ? [] : toPds(gauges.pds)),
      toGauge(
        "gateway_register_version",
        "How often the register, or another file that decides, was taken into use since the start.",
        version,
        "max",
      ),
      toCounter(
        "gateway_client_children_limit_met_total",
        "Times since the start that a client has met its limit of different children for an hour.",
        gauges.limitAlarms(),
      ),
      toGauge(
        "gateway_register_refused",
        "1 while the newest files of the register are refused and those before them are in force, else 0.",
        isRefused ? 1 : 0,
        "max",
      ),
      toGauge(
        "gateway_resident_memory_bytes",
        "Resident memory of the process, or of all that answer at one address together.",
        process.memoryUsage.rss(),
        "sum",
      ),
      ...readCounts(),
    ];
  };
}

function toPds({ tracer, calls }: NonNullable<Gauges["pds"]>): readonly Metric[] {
  const name = "gateway_pds_calls_total";
  return [
    {
      ...{ name, help: "Calls to PDS by how they ended: answered, or why not.", type: "counter", combining: "sum" },
      samples: [...calls].map(([outcome, value]) => ({ name, labels: { outcome }, value })),
    },
    toGauge(
      "gateway_pds_breaker_open",
      "1 while PDS is left alone after failures, 0.5 while one call tries whether it is back, else 0.",
      { closed: 0, "half-open": 0.5, open: 1 }[tracer.state()],
      "max",
    ),
  ];
}

/** Steps in which it is told what lookups have moved: a single one, or a few of somebody who tries, must not show. */
const LOOKUP_STEP = 1_000;

function createIdentityCounts({ identityCounts }: Gauges): () => readonly Metric[] {
  // Nobody outside knows how far it is to the next step.
  const phase = Math.floor(Math.random() * LOOKUP_STEP);
  const inSteps = (count: number): number => Math.floor((count + phase) / LOOKUP_STEP) * LOOKUP_STEP;
  const answers = "gateway_identity_cache_answers";
  return () => {
    const { nearHits, farHits, misses, entries, purges, voided, roundTrip_s = 0 } = identityCounts();
    const from = { process: nearHits, redis: farHits, store: misses };
    return [
      {
        name: answers,
        help: "Identifiers looked up since the start, by where the answer came from, in steps of a thousand.",
        ...{ type: "gauge", combining: "sum" },
        samples: Object.entries(from).map(([place, count]) => ({
          name: answers,
          labels: { from: place },
          value: inSteps(count),
        })),
      },
      toGauge(
        "gateway_identity_cache_entries",
        "Identifiers remembered in the process, in steps of a thousand.",
        inSteps(entries),
        "sum",
      ),
      toGauge(
        "gateway_identity_cache_changes",
        "Changes told to the cache since the start, in steps of a thousand.",
        inSteps(purges),
        "sum",
      ),
      toGauge(
        "gateway_identity_cache_voided",
        "Times since the start that Redis could not be told of a change, so that all it held became void.",
        voided,
        "sum",
      ),
      toGauge(
        "gateway_redis_round_trip_seconds",
        "How long the last regular ping to Redis took; 0 without Redis or while it is down.",
        roundTrip_s,
        "max",
      ),
    ];
  };
}
