import { createSend } from "../http.ts";
import type { RunningGateway } from "../start-gateway.ts";
import type { Child } from "./children.ts";
import { temporaryDirectory } from "./clean-up.ts";
import { type Comparison, compare, type Side, unverified } from "./compare.ts";
import { addComparison, type Findings } from "./findings.ts";
import type { Load, Tokens } from "./load.ts";
import { type SeededFigures, seed } from "./seeded-store.ts";
import { openGateway } from "./server.ts";
import type { Size } from "./sizes.ts";
import { startCeiling } from "./start-ceiling.ts";
import { storedBytes } from "./stored-bytes.ts";
import type { Target, Workload, WorkloadId } from "./workload.ts";

const REQUEST_TIMEOUT_MS = 60_000;

/** A store on disk with what is in it. */
export interface SeededStore {
  readonly dataDir: string;
  readonly figures: SeededFigures;
  readonly stored_bytes: number;
}

/** What every part of the bench works with. */
export interface Bench {
  readonly size: Size;
  readonly load: Load;
  readonly findings: Findings;
  /** Workloads of which alone something is asked; undefined: all. */
  readonly wanted: (id: WorkloadId) => boolean;
  readonly databaseUrl?: string;
  readonly ownsPostgres: boolean;
  /** Progress, for whoever waits. */
  readonly say: (line: string) => void;
  /** The store of about so many Observations, made when it is first asked for. */
  readonly store: (observations: number) => Promise<SeededStore>;
}

/** No demonstration data: what is in the store is what the bench has sent. */
export const GATEWAY_ENV = { DEMONSTRATION_CHILDREN: "0", LOG_LEVEL: "error" } as const;

export function createStores(findings: Findings, say: (line: string) => void) {
  const made = new Map<number, Promise<SeededStore>>();
  const make = async (observations: number): Promise<SeededStore> => {
    const dataDir = await temporaryDirectory("bench-");
    say(`  a store of ${observations} Observations is made by the ingest line`);
    const gateway = await openGateway({ dataDir, env: GATEWAY_ENV });
    const figures = await seed(gateway, observations).finally(() => gateway.stop());
    // Only after a clean stop is the write-ahead log in the database.
    const stored_bytes = await storedBytes(dataDir);
    findings.seeded.push({ ...figures, engine: "SQLite", stored_bytes });
    say(
      `  ${figures.observations} Observations of ${figures.children} children, ${figures.resources_per_s.toFixed(0)} resources/s`,
    );
    return { dataDir, figures, stored_bytes };
  };
  return (observations: number): Promise<SeededStore> => {
    const store = made.get(observations) ?? make(observations);
    made.set(observations, store);
    return store;
  };
}

/** A gateway on a store of the bench; whoever opens it stops it. */
export function openOn(dataDir: string, env: Readonly<Record<string, string>> = {}): Promise<RunningGateway> {
  return openGateway({ dataDir, env: { ...GATEWAY_ENV, ...env }, readyWithin_ms: 600_000 });
}

export async function withGateway<R>(
  dataDir: string,
  env: Readonly<Record<string, string>>,
  work: (gateway: RunningGateway) => Promise<R>,
): Promise<R> {
  const gateway = await openOn(dataDir, env);
  try {
    return await work(gateway);
  } finally {
    await gateway.stop();
  }
}

/** The GP system reads; children are written about by whoever the workload says. */
export function tokensOf(gateway: RunningGateway, writer: "conformance-demo" | "vendor-demo" = "vendor-demo") {
  return async (): Promise<Tokens> => ({
    reader: await gateway.token("gp-demo"),
    writer: await gateway.token(writer, { scope: "system/*.cruds" }),
  });
}

export function targetAt(fhirBase: string, token: string): Target {
  const { origin, pathname } = new URL(fhirBase);
  const send = createSend({ base: fhirBase, token: token === "" ? undefined : token, timeout_ms: REQUEST_TIMEOUT_MS });
  return { origin, path: pathname.replace(/\/$/, ""), send };
}

export async function readerAt(gateway: RunningGateway): Promise<Target> {
  return targetAt(gateway.fhirBase, await gateway.token("gp-demo"));
}

export interface AgainstCeiling {
  readonly of: string;
  readonly server: Omit<Side, "requests">;
  readonly rounds: number;
  readonly round_s: number;
  readonly warm_s: number;
  /** Figures of a comparison without failures, by goal. */
  readonly figures?: (comparison: Comparison) => Readonly<Record<string, number | undefined>>;
}

/** One workload against bare Hono with the same bytes. */
export async function againstCeiling(bench: Bench, workload: Workload, given: AgainstCeiling): Promise<Comparison> {
  const { id, requests, bodies, connections = bench.size.connections, leftOut = 0 } = workload;
  if (leftOut > 0)
    bench.findings.skipped.push({ what: id, reason: `${leftOut} children whose quiet answer was not right` });
  const ceiling = await startCeiling(bodies);
  try {
    const { of, server, rounds, round_s, warm_s, figures } = given;
    const shape = { id, of, against: "static", load: bench.load, rounds, round_s, warm_s, connections };
    const other = { base: ceiling.base, pid: ceiling.pid, tokens: server.tokens, requests: unverified(requests) };
    const comparison = await compare({ ...server, requests }, other, shape);
    addComparison(bench.findings, comparison, figures?.(comparison));
    bench.say(`  ${toLine(comparison)}`);
    return comparison;
  } finally {
    await ceiling.stop();
  }
}

export function toLine({ id, rate_per_s, rateRatio, cpuRatio, p50_ms, p99_ms, failures }: Comparison): string {
  const cpu = cpuRatio === undefined ? "" : `, CPU ${cpuRatio.toFixed(1)} ×`;
  const failed = failures > 0 ? `, ${failures} FAILURES` : "";
  return `${id}: ${rate_per_s.toFixed(0)}/s, ${rateRatio.toFixed(2)} ×${cpu}, p50 ${p50_ms.toFixed(2)} ms, p99 ${p99_ms.toFixed(2)} ms${failed}`;
}

/** So many of a list at most, from all over it. */
export function spread(children: readonly Child[], most: number): readonly Child[] {
  const step = Math.max(1, Math.floor(children.length / most));
  return children.filter((_each, place) => place % step === 0).slice(0, most);
}
