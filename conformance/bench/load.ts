import { Agent, request as httpRequest } from "node:http";
import { createWrkLoad } from "./wrk.ts";

/** One request of a workload; all of one workload go to one server. */
export interface LoadRequest {
  readonly method: "GET" | "POST" | "PUT";
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface LoadOptions {
  /** Origin. */
  readonly base: string;
  /** Sent in turn, over and over. */
  readonly requests: readonly LoadRequest[];
  readonly duration_s: number;
  readonly connections: number;
}

export interface LoadResult {
  readonly requests: number;
  /** Answers other than 2xx, and broken connections. */
  readonly failures: number;
  readonly seconds: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
}

export type Load = (options: LoadOptions) => Promise<LoadResult>;

/** wrk where there is one, else a closed loop of our own, which takes more of the machine. */
export async function chooseLoad(): Promise<{ readonly name: string; readonly load: Load }> {
  const wrk = await createWrkLoad();
  return wrk === undefined ? { name: "closed loop of node:http", load: closedLoop } : { name: "wrk", load: wrk };
}

/** As many requests under way as connections; each answered one is followed by the next at once. */
export async function closedLoop({ base, requests, duration_s, connections }: LoadOptions): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  let [failures, turn] = [0, 0];
  const started = performance.now();
  const deadline = started + duration_s * 1000;
  const loop = async () => {
    while (performance.now() < deadline) {
      const next = requests[turn % requests.length];
      turn += 1;
      if (next === undefined) return;
      const before = performance.now();
      const status = await send(base, next, agent).catch(() => 0);
      times.push(performance.now() - before);
      if (status < 200 || status > 299) failures += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, loop));
  const seconds = (performance.now() - started) / 1000;
  agent.destroy();
  const [p50_ms, p99_ms] = [percentile(times, 50), percentile(times, 99)];
  return { requests: times.length, failures, seconds, p50_ms, p99_ms };
}

function send(base: string, { method, path, headers, body }: LoadRequest, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    const outgoing = httpRequest(
      `${base}${path}`,
      { method, agent, headers: { ...headers, ...length } },
      (incoming) => {
        incoming.resume();
        incoming.on("end", () => resolve(incoming.statusCode ?? 0));
        incoming.on("error", reject);
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** The smallest value that at least this share of all values does not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}
