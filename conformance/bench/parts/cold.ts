import { type Bench, readerAt, withGateway } from "../bench.ts";
import { findChildren } from "../children.ts";
import { createRandom, shuffled } from "../draws.ts";
import { againstOpen } from "../open-compare.ts";
import { learnOf } from "../read-workloads.ts";
import type { Part } from "./part.ts";

/** How many times the cache what is stored of the children has to be. */
const STORE_TO_CACHE = 10;

/** Each child once, the store ten times the cache, open load: the GP's real day. */
export const COLD: Part = {
  id: "cold",
  title: "a search of one child, no child twice, the store ten times the cache, open load",
  goals: ["cold-p99", "cold-cpu"],
  budget_s: 45,
  run: (bench) => measureCold(bench, false),
};

/** The same behind our own terminator of TLS, before gateway and ceiling alike; its CPU counts as theirs. */
export const COLD_TLS: Part = {
  id: "cold-tls",
  title: "the same through TLS",
  goals: [],
  budget_s: 45,
  run: (bench) => measureCold(bench, true),
};

async function measureCold(bench: Bench, isTls: boolean): Promise<void> {
  const { dataDir, stored_bytes } = await bench.store(bench.size.most);
  const CACHE_MB = String(Math.max(1, Math.floor(stored_bytes / 2 ** 20 / STORE_TO_CACHE)));
  // Learned through another process, so that the one that is measured knows nobody.
  const known = await withGateway(dataDir, { CACHE_MB }, async (gateway) => {
    const target = await readerAt(gateway);
    return shuffled(await learnOf(target, await findChildren(target.send, Number.POSITIVE_INFINITY)), createRandom(3));
  });
  bench.say(`  ${known.length} children, ${CACHE_MB} MB of cache, ${(stored_bytes / 2 ** 20).toFixed(0)} MB stored`);
  await withGateway(dataDir, { CACHE_MB }, (gateway) => againstOpen(bench, gateway, known, isTls));
}
