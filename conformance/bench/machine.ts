import { availableParallelism, cpus, loadavg, totalmem } from "node:os";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memory_GB: number;
  readonly node: string;
  readonly system: string;
  /** Over the last minute, before the bench did anything: figures of a machine that is busy mean little. */
  readonly loadAtStart: number;
}

export function describeMachine(): Machine {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model ?? "unknown",
    cores: availableParallelism(),
    memory_GB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    system: `${process.platform} ${process.arch}`,
    loadAtStart: loadavg()[0] ?? Number.NaN,
  };
}

export function toMachineLine({ cpu, cores, memory_GB, node, loadAtStart }: Machine): string {
  return `${cpu}, ${cores} cores, ${memory_GB} GB, Node ${node}; load average ${loadAtStart.toFixed(2)} at the start`;
}
