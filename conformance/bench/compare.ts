import type { Load, LoadRequest, LoadResult, Tokens } from "./load.ts";
import { cpuTime } from "./process-usage.ts";
import { median } from "./statistics.ts";
import type { WorkloadId } from "./workload.ts";

export interface Side {
  /** Origin. */
  readonly base: string;
  /** Of the process at the top of the server; absent for a server elsewhere, whose CPU cannot be seen. */
  readonly pid?: number;
  /** Of further servers that work for it, as a database. */
  readonly pids?: readonly number[];
  /** Tokens that outlive a round. */
  readonly tokens: () => Promise<Tokens>;
  readonly requests: readonly LoadRequest[];
}

export interface Round {
  readonly rate_per_s: number;
  /** CPU of the server, all its processes, for one request; absent where it cannot be seen. */
  readonly cpu_us?: number;
  /** CPU of the load generator for one request. */
  readonly load_cpu_us: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly p99_ms: number;
  readonly requests: number;
  readonly verified: number;
  readonly failures: number;
  readonly wrong: readonly string[];
}

export interface Comparison {
  readonly id: WorkloadId;
  /** What is measured, as `gateway` or `2 workers`, and against what. */
  readonly of: string;
  readonly against: string;
  readonly connections: number;
  readonly rounds: readonly { readonly one: Round; readonly other: Round }[];
  /** Medians over the rounds; ratios are taken round by round, since the machine's noise moves both sides. */
  readonly rateRatio: number;
  readonly rate_per_s: number;
  readonly other_per_s: number;
  readonly cpuRatio?: number;
  readonly cpu_us?: number;
  readonly other_cpu_us?: number;
  readonly load_cpu_us: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly p99_ms: number;
  readonly verified: number;
  /** Of both sides. A comparison with a single one has no figure. */
  readonly failures: number;
  readonly wrong: readonly string[];
}

export interface CompareOptions {
  readonly id: WorkloadId;
  readonly of: string;
  readonly against: string;
  readonly load: Load;
  readonly rounds: number;
  readonly round_s: number;
  /** How long each side is loaded before the first round. */
  readonly warm_s: number;
  readonly connections: number;
}

/** Runs both sides in turn, so that both meet the same neighbours on the machine. */
export async function compare(one: Side, other: Side, options: CompareOptions): Promise<Comparison> {
  const rounds: { one: Round; other: Round }[] = [];
  // A server that runs for months is measured as it runs, not while its code is still being compiled.
  const warm = [];
  for (const side of [one, other]) warm.push(await measure(side, { ...options, round_s: options.warm_s }));
  for (let round = 0; round < options.rounds; round += 1)
    rounds.push({ one: await measure(one, options), other: await measure(other, options) });
  return toComparison(rounds, warm, options);
}

function toComparison(
  rounds: Comparison["rounds"],
  warm: readonly Round[],
  { id, of, against, connections }: CompareOptions,
): Comparison {
  const all = [...warm, ...rounds.flatMap((round) => [round.one, round.other])];
  const mid = (figure: (round: Comparison["rounds"][number]) => number | undefined) => {
    const figures = rounds.map(figure).filter((each) => each !== undefined);
    return figures.length === 0 ? undefined : median(figures);
  };
  const cpuRatio = mid(({ one, other }) =>
    one.cpu_us === undefined || other.cpu_us === undefined ? undefined : one.cpu_us / other.cpu_us,
  );
  const [cpu_us, other_cpu_us] = [mid(({ one }) => one.cpu_us), mid(({ other }) => other.cpu_us)];
  return {
    ...{ id, of, against, connections, rounds },
    rateRatio: median(rounds.map(({ one, other }) => one.rate_per_s / other.rate_per_s)),
    rate_per_s: median(rounds.map(({ one }) => one.rate_per_s)),
    other_per_s: median(rounds.map(({ other }) => other.rate_per_s)),
    ...(cpuRatio === undefined ? {} : { cpuRatio }),
    ...(cpu_us === undefined ? {} : { cpu_us }),
    ...(other_cpu_us === undefined ? {} : { other_cpu_us }),
    load_cpu_us: median(rounds.map(({ one }) => one.load_cpu_us)),
    p50_ms: median(rounds.map(({ one }) => one.p50_ms)),
    p95_ms: median(rounds.map(({ one }) => one.p95_ms)),
    p99_ms: median(rounds.map(({ one }) => one.p99_ms)),
    verified: all.reduce((sum, each) => sum + each.verified, 0),
    failures: all.reduce((sum, each) => sum + each.failures, 0),
    wrong: [...new Set(all.flatMap((each) => each.wrong))],
  };
}

type MeasureOptions = Pick<CompareOptions, "load" | "round_s" | "connections">;

/** One round of one side. */
export async function measure(side: Side, { load, round_s, connections }: MeasureOptions): Promise<Round> {
  const { base, requests } = side;
  const tokens = await side.tokens();
  const before = await cpuOf(side);
  const result = await load({ base, requests, tokens, duration_s: round_s, connections });
  const after = await cpuOf(side);
  return toRound(result, before === undefined || after === undefined ? undefined : after - before);
}

export async function cpuOf({ pid, pids = [] }: Pick<Side, "pid" | "pids">): Promise<number | undefined> {
  if (pid === undefined) return undefined;
  const times = await Promise.all([pid, ...pids].map(cpuTime));
  return times.reduce((sum, each) => sum + each, 0);
}

function toRound(result: LoadResult, cpu_s: number | undefined): Round {
  const { verified, failures, wrong, seconds, p50_ms, p95_ms, p99_ms } = result;
  const requests = result.requests + (result.beside ?? 0);
  return {
    rate_per_s: requests / seconds,
    ...(cpu_s === undefined ? {} : { cpu_us: (cpu_s * 1e6) / requests }),
    load_cpu_us: (result.load_cpu_s * 1e6) / requests,
    ...{ p50_ms, p95_ms, p99_ms, requests, verified, failures, wrong },
  };
}

/** The ceiling answers other bodies in turn: of it statuses alone are looked at. */
export function unverified(requests: readonly LoadRequest[]): readonly LoadRequest[] {
  return requests.map(({ verify: _verify, ...request }) => request);
}
