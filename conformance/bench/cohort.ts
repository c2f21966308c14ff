import type { RunningGateway } from "../start-gateway.ts";
import { withDirectory } from "./clean-up.ts";
import { cohortFile } from "./cohort-file.ts";
import { type Delivered, deliver, sum } from "./deliver.ts";
import { cpuTime, forgetPeakMemory, peakMemory } from "./process-usage.ts";
import { openGateway } from "./server.ts";

/** A cohort's profiles in one file, taken in by an empty store, and then once more as they are. */
export interface CohortFigures {
  readonly pupils: number;
  readonly resources: number;
  readonly seconds: number;
  readonly resources_per_s: number;
  /** Of all threads of the gateway. */
  readonly cpu_us: number;
  /** Largest resident memory of both passes, in MB. */
  readonly peak_MB: number;
  /** Resources that were found unchanged, a second. */
  readonly unchanged_per_s: number;
  readonly unchanged_cpu_us: number;
  /** Rate of the second pass to that of the first. */
  readonly unchanged_ratio: number;
}

const SOURCE = "leeds-ctf";

export async function measureCohort(
  pupils: number,
  env: Readonly<Record<string, string>> = {},
): Promise<CohortFigures> {
  return withDirectory("cohort-", async (dataDir) => {
    const gateway = await openGateway({ dataDir, env: { DEMONSTRATION_CHILDREN: "0", LOG_LEVEL: "error", ...env } });
    try {
      return await twice(gateway, pupils);
    } finally {
      await gateway.stop();
    }
  });
}

async function twice(gateway: RunningGateway, pupils: number): Promise<CohortFigures> {
  const first = await takeIn(gateway, pupils);
  const resources = sum(first.resources);
  expectCount(first.committed, "committed", pupils);
  const second = await takeIn(gateway, pupils);
  expectCount(second.unchanged, "unchanged", pupils);
  return {
    ...{ pupils, resources },
    seconds: first.seconds,
    resources_per_s: resources / first.seconds,
    cpu_us: (first.cpu_s * 1e6) / resources,
    peak_MB: Math.max(first.peak_MB, second.peak_MB),
    unchanged_per_s: resources / second.seconds,
    unchanged_cpu_us: (second.cpu_s * 1e6) / resources,
    unchanged_ratio: first.seconds / second.seconds,
  };
}

/** So many pupils' profiles in one file, with what it took of the gateway. */
export async function takeIn(
  gateway: RunningGateway,
  pupils: number,
): Promise<Delivered & { readonly cpu_s: number; readonly peak_MB: number }> {
  const { pid } = gateway;
  await forgetPeakMemory(pid);
  const before_s = await cpuTime(pid);
  const delivery = { source: SOURCE, name: "cohort.xml", type: "application/xml", chunks: cohortFile(pupils) };
  const delivered = await deliver(gateway, delivery);
  return { ...delivered, cpu_s: (await cpuTime(pid)) - before_s, peak_MB: await peakMemory(pid) };
}

function expectCount(count: number, name: string, pupils: number): void {
  if (count !== pupils) throw new Error(`of ${pupils} pupils ${count} were ${name}`);
}
