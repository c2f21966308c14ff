import { type Load, type LoadRequest, median } from "./load.ts";
import { cpuTime } from "./process-usage.ts";
import type { Workload } from "./workloads.ts";

export interface Side {
  /** Origin. */
  readonly base: string;
  /** Absent for a server elsewhere, whose CPU cannot be seen. */
  readonly pid?: number;
}

export interface Round {
  readonly rate_per_s: number;
  /** CPU of the server process for one request; absent where it cannot be seen. */
  readonly cpu_us?: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly failures: number;
}

export interface Comparison {
  readonly workload: Workload["id"];
  readonly gateway: readonly Round[];
  readonly ceiling: readonly Round[];
  /** Medians over the rounds; ratios are taken round by round, since the machine's noise moves both sides. */
  readonly rateRatio: number;
  readonly rate_per_s: number;
  readonly cpuRatio?: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly failures: number;
}

export interface CompareOptions {
  readonly load: Load;
  readonly rounds: number;
  readonly round_s: number;
  /** How long each side is loaded before the first round. */
  readonly warm_s: number;
  readonly connections: number;
  /** A token that outlives a round. */
  readonly token: () => Promise<string>;
}

/** Runs gateway and ceiling in turn, so that both meet the same neighbours on the machine. */
export async function compare(
  workload: Workload,
  gateway: Side,
  ceiling: Side,
  options: CompareOptions,
): Promise<Comparison> {
  const shape = { ...options, connections: workload.connections ?? options.connections };
  const rounds: { gateway: Round; ceiling: Round }[] = [];
  const requests = async () => authorized(workload.requests, await options.token());
  // A server that runs for months is measured as it runs, not while its code is still being compiled.
  for (const side of [gateway, ceiling]) await measure(side, await requests(), { ...shape, round_s: options.warm_s });
  for (let round = 0; round < options.rounds; round += 1) {
    const gatewayRound = await measure(gateway, await requests(), shape);
    rounds.push({ gateway: gatewayRound, ceiling: await measure(ceiling, await requests(), shape) });
  }
  const cpuRatios = rounds.flatMap(({ gateway: one, ceiling: other }) =>
    one.cpu_us === undefined || other.cpu_us === undefined ? [] : [one.cpu_us / other.cpu_us],
  );
  return {
    workload: workload.id,
    gateway: rounds.map((each) => each.gateway),
    ceiling: rounds.map((each) => each.ceiling),
    rateRatio: median(rounds.map(({ gateway: one, ceiling: other }) => one.rate_per_s / other.rate_per_s)),
    rate_per_s: median(rounds.map((each) => each.gateway.rate_per_s)),
    ...(cpuRatios.length === 0 ? {} : { cpuRatio: median(cpuRatios) }),
    p50_ms: median(rounds.map((each) => each.gateway.p50_ms)),
    p99_ms: median(rounds.map((each) => each.gateway.p99_ms)),
    failures: rounds.reduce((sum, each) => sum + each.gateway.failures + each.ceiling.failures, 0),
  };
}

function authorized(requests: readonly LoadRequest[], token: string): readonly LoadRequest[] {
  return requests.map((each) => ({ ...each, headers: { ...each.headers, authorization: `Bearer ${token}` } }));
}

async function measure({ base, pid }: Side, requests: readonly LoadRequest[], options: CompareOptions): Promise<Round> {
  const before = pid === undefined ? undefined : await cpuTime(pid);
  const result = await options.load({ base, requests, duration_s: options.round_s, connections: options.connections });
  const after = pid === undefined ? undefined : await cpuTime(pid);
  const cpu = before === undefined || after === undefined ? {} : { cpu_us: ((after - before) * 1e6) / result.requests };
  const { p50_ms, p99_ms, failures } = result;
  return { rate_per_s: result.requests / result.seconds, ...cpu, p50_ms, p99_ms, failures };
}
