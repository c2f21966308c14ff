import { type Bench, openOn, readerAt } from "../bench.ts";
import { takeIn } from "../cohort.ts";
import { forgetPeakMemory, peakMemory } from "../process-usage.ts";
import { populationSearch } from "../read-workloads.ts";
import { ask } from "../workload.ts";
import { ratioOf } from "./growth.ts";
import type { Part } from "./part.ts";

/** Full in stores of all sizes, so that what it holds grows in none of them. */
const CACHE_MB = "8";
const SEARCHES = 5;

/** What a search through all children, and an ingest, take at most of memory in stores of all sizes. */
export const MEMORY: Part = {
  id: "memory",
  title: "growth of memory with the store",
  goals: ["growth-population", "growth-ingest"],
  budget_s: 40,
  async run(bench) {
    const population: { observations: number; value: number }[] = [];
    const ingest: { observations: number; value: number }[] = [];
    for (const size of bench.size.stores) {
      const { dataDir, figures } = await bench.store(size);
      const [searched, taken] = [await afterSearches(dataDir), await afterIngest(bench, dataDir)];
      population.push({ observations: figures.observations, value: searched });
      ingest.push({ observations: figures.observations, value: taken });
    }
    const { findings, say } = bench;
    findings.curves.push(
      { id: "growth-population", title: "memory of a population search, at most", unit: "MB", points: population },
      { id: "growth-ingest", title: "memory of an ingest, at most", unit: "MB", points: ingest },
    );
    findings.figures.set("growth-population", ratioOf(population));
    findings.figures.set("growth-ingest", ratioOf(ingest));
    const told = (points: typeof population) => points.map(({ value }) => value.toFixed(0)).join(", ");
    say(`  population search ${told(population)} MB, ingest ${told(ingest)} MB`);
  },
};

async function afterSearches(dataDir: string): Promise<number> {
  const gateway = await openOn(dataDir, { CACHE_MB });
  try {
    const target = await readerAt(gateway);
    await forgetPeakMemory(gateway.pid);
    for (let turn = 0; turn < SEARCHES; turn += 1) await ask(target, populationSearch(target.path));
    return await peakMemory(gateway.pid);
  } finally {
    await gateway.stop();
  }
}

/** Pupils that are new the first time are unchanged the second: each store is met once by this part. */
async function afterIngest({ size }: Bench, dataDir: string): Promise<number> {
  const gateway = await openOn(dataDir, { CACHE_MB });
  try {
    const { peak_MB, received } = await takeIn(gateway, size.memoryPupils);
    if (received < size.memoryPupils) throw new Error(`of ${size.memoryPupils} pupils ${received} were received`);
    return peak_MB;
  } finally {
    await gateway.stop();
  }
}
