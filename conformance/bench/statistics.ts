/** The smallest value that at least this share of all values does not exceed; NaN of nothing. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** Latencies of any number of requests in little memory, each known to within one in a hundred. */
export interface Histogram {
  record(time_ms: number): void;
  /** At or a little above the latency that this share of all requests did not exceed; NaN of nothing. */
  percentile_ms(percent: number): number;
  count(): number;
  /** Exact. */
  max_ms(): number;
}

const LEAST_MS = 0.001;
const STEP = 1.01;
/** From a microsecond to a quarter of an hour. */
const BUCKETS = Math.ceil(Math.log(900_000 / LEAST_MS) / Math.log(STEP)) + 2;

export function createHistogram(): Histogram {
  const buckets = new Uint32Array(BUCKETS);
  let [count, max_ms] = [0, Number.NaN];
  return {
    record(time_ms) {
      const place = time_ms <= LEAST_MS ? 0 : Math.ceil(Math.log(time_ms / LEAST_MS) / Math.log(STEP));
      const bucket = Math.min(BUCKETS - 1, place);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
      count += 1;
      if (!(time_ms <= max_ms)) max_ms = time_ms;
    },
    percentile_ms(percent) {
      let left = Math.max(1, Math.ceil((percent / 100) * count));
      for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
        left -= buckets[bucket] ?? 0;
        if (left <= 0) return Math.min(max_ms, LEAST_MS * STEP ** bucket);
      }
      return Number.NaN;
    },
    count: () => count,
    max_ms: () => max_ms,
  };
}
