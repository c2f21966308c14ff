import { atFirstUse } from "./at-first-use.ts";
import type { Counting } from "./counting.ts";

export interface Metrics {
  /** One answered request; `interaction` and `status` only, never a path or a query. */
  answered(interaction: string, status: number, duration_s: number): void;
  /** Source records by how they ended. */
  ingested(source: string, outcome: "committed" | "unchanged" | "quarantined", records: number): void;
  /** Somebody asked for emergency access to a child, whether there is such a child or not. */
  glassBroken(): void;
  /** Text in the Prometheus exposition format: of this process, or of all that `gatherBy` brings together. */
  render(): Promise<string>;
  /** Those of this process, as JSON that `gatherBy` brings to another. */
  tell(): Promise<ProcessMetrics>;
  /** From now on a scrape is of several processes, whichever of them it meets. */
  gatherBy(gather: () => Promise<readonly ProcessMetrics[]>): void;
}

/** Metrics of one process, as prom-client writes and sums them. */
export type ProcessMetrics = readonly object[];

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

/** The library is ninety files: it is loaded when something is first counted or asked for, and no start waits for it. */
export function createMetrics(gauges: Gauges): Metrics {
  let counting: Counting | undefined;
  let gather: (() => Promise<readonly ProcessMetrics[]>) | undefined;
  const waiting: ((counting: Counting) => void)[] = [];
  const open = atFirstUse(async () => {
    const { createCounting } = await import("./counting.ts");
    const opened = createCounting(gauges);
    for (const count of waiting.splice(0)) count(opened);
    counting = opened;
    return opened;
  });
  /** What cannot be loaded is told by whoever scrapes. */
  const wait = (count: (counting: Counting) => void): void => {
    waiting.push(count);
    open().catch(() => {});
  };
  return {
    answered(interaction, status, duration_s) {
      if (counting !== undefined) counting.answered(interaction, status, duration_s);
      else wait((opened) => opened.answered(interaction, status, duration_s));
    },
    ingested(source, outcome, records) {
      if (counting !== undefined) counting.ingested(source, outcome, records);
      else wait((opened) => opened.ingested(source, outcome, records));
    },
    glassBroken() {
      if (counting !== undefined) counting.glassBroken();
      else wait((opened) => opened.glassBroken());
    },
    async render() {
      const { render } = await open();
      return render(await gather?.());
    },
    tell: async () => (await open()).tell(),
    gatherBy(told) {
      gather = told;
    },
  };
}
