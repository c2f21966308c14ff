import { cp } from "node:fs/promises";
import { join } from "node:path";
import { type Bench, openOn, readerAt, tokensOf, toLine } from "../bench.ts";
import { findChildren } from "../children.ts";
import { treeOf, withDirectory } from "../clean-up.ts";
import { compare } from "../compare.ts";
import { addComparison } from "../findings.ts";
import { learnOf, makeReads } from "../read-workloads.ts";
import { type RunningRedis, startRedis } from "../start-redis.ts";
import { isSkipped } from "../workload.ts";
import type { Part } from "./part.ts";

/** More than keep one busy. */
const CONNECTIONS = 64;
const COUNT = 2;

/** Two workers of one address against one, each on its own copy of the store; only reads. */
export const WORKERS: Part = {
  id: "workers",
  title: "two workers against one",
  goals: ["workers"],
  budget_s: 60,
  async run(bench) {
    const redis = await startRedis();
    if (redis === undefined) {
      bench.findings.skipped.push({ what: "workers", reason: "no REDIS_URL, and no redis-server on the PATH" });
      return;
    }
    try {
      await withDirectory("bench-workers-", (directory) => measureWorkers(bench, redis, directory));
    } finally {
      await redis.stop();
    }
  },
};

async function measureWorkers(bench: Bench, { url }: RunningRedis, directory: string): Promise<void> {
  const { size, findings, say } = bench;
  const { dataDir } = await bench.store(size.most);
  const copy = join(directory, "data");
  await cp(dataDir, copy, { recursive: true });
  const single = await openOn(dataDir);
  try {
    const double = await openOn(copy, { REDIS_URL: url, GATEWAY_WORKERS: String(COUNT) });
    try {
      // The parent and its two.
      if (treeOf(double.pid).length < 3) throw new Error("no workers were started");
      const target = await readerAt(single);
      const known = await learnOf(target, await findChildren(target.send, size.children));
      const [workload] = await makeReads(target, known, { wanted: ["search"], draws: size.draws, seed: 6 });
      if (workload === undefined || isSkipped(workload)) throw new Error(workload?.reason ?? "nothing to search");
      const { requests } = workload;
      const comparison = await compare(
        { base: double.base, pid: double.pid, tokens: tokensOf(double), requests },
        { base: single.base, pid: single.pid, tokens: tokensOf(single), requests },
        {
          ...{ id: "search", of: "2 workers", against: "one process", load: bench.load, connections: CONNECTIONS },
          // Each worker answers its share alone, and is as warm as the one process after so many times the load.
          ...{ rounds: size.rounds, round_s: size.round_s, warm_s: COUNT * size.warmFirst_s },
        },
      );
      addComparison(findings, comparison, { workers: comparison.rateRatio });
      say(`  ${toLine(comparison)}`);
    } finally {
      await double.stop();
    }
  } finally {
    await single.stop();
  }
}
