import { readFile } from "node:fs/promises";
import { isRecord, list, parseJson, text } from "../json.ts";
import type { Findings } from "./findings.ts";
import { type Judged, judge } from "./goals.ts";
import type { Machine } from "./machine.ts";
import { SEED } from "./seeded-store.ts";
import { WORKLOAD_IDS, type WorkloadId } from "./workload.ts";

/** What `--json` writes; `--beside` reads its `name` and `workloads` again. */
export interface Report {
  readonly format: 2;
  readonly name: string;
  /** ISO 8601. */
  readonly started: string;
  readonly seconds: number;
  readonly size: string;
  readonly machine: Machine;
  readonly load: string;
  /** How requests are drawn, so that a run can be repeated. */
  readonly draws: string;
  readonly goals: readonly Judged[];
  readonly workloads: readonly WorkloadLine[];
  readonly findings: Omit<Findings, "figures">;
}

/** One workload of one server, as it stands in a table beside others. */
export interface WorkloadLine {
  readonly id: WorkloadId;
  readonly rate_per_s: number;
  readonly rateRatio: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly p99_ms: number;
  readonly cpu_us?: number;
}

export interface Peer {
  readonly name: string;
  readonly workloads: readonly WorkloadLine[];
}

export interface RunFacts {
  readonly name: string;
  readonly started: Date;
  readonly size: string;
  readonly machine: Machine;
  readonly load: string;
}

export function toReport({ figures, ...findings }: Findings, facts: RunFacts, only: ReadonlySet<string>): Report {
  const { name, started, size, machine, load } = facts;
  const own = findings.comparisons.filter(({ against, failures }) => against === "static" && failures === 0);
  return {
    format: 2,
    ...{ name, size, machine, load },
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    draws: `seed ${SEED}; children drawn by Zipf with exponent 0.99, each once where no child is asked for twice`,
    goals: judge(figures).filter(({ goal }) => only.has(goal.id)),
    workloads: own.map(({ id, rate_per_s, rateRatio, p50_ms, p95_ms, p99_ms, cpu_us }) => ({
      ...{ id, rate_per_s, rateRatio, p50_ms, p95_ms, p99_ms },
      ...(cpu_us === undefined ? {} : { cpu_us }),
    })),
    findings,
  };
}

/** Whether the run may end with 0. */
export function isKept({ goals, findings }: Report): boolean {
  return goals.every(({ verdict }) => verdict !== "missed") && findings.failed.length === 0;
}

export async function readPeer(file: string): Promise<Peer> {
  const told = parseJson(await readFile(file, "utf8"));
  const name = text(told, "name");
  if (name === undefined || !isRecord(told) || told.format !== 2)
    throw new Error(`${file} holds no figures of a bench`);
  return { name, workloads: list(told, "workloads").flatMap(toWorkloadLine) };
}

function toWorkloadLine(told: unknown): readonly WorkloadLine[] {
  const id = WORKLOAD_IDS.find((each) => each === text(told, "id"));
  if (id === undefined || !isRecord(told)) return [];
  const number = (name: string) => Number(told[name]);
  return [
    {
      ...{ id, rate_per_s: number("rate_per_s"), rateRatio: number("rateRatio") },
      ...{ p50_ms: number("p50_ms"), p95_ms: number("p95_ms"), p99_ms: number("p99_ms") },
    },
  ];
}
