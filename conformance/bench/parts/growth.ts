import type { RunningGateway } from "../../start-gateway.ts";
import { type Bench, openOn, readerAt, spread, tokensOf } from "../bench.ts";
import { findChildren } from "../children.ts";
import { measure, type Round, type Side } from "../compare.ts";
import { createRandom, shuffled } from "../draws.ts";
import { learnOf, makeReads, searchesOnce } from "../read-workloads.ts";
import { median } from "../statistics.ts";
import { isSkipped } from "../workload.ts";
import type { Part } from "./part.ts";

/** One after the other: what a search takes, not what waits before it. */
const CONNECTIONS = 1;
/** Enough for the child in the middle to be met as often as its share says. */
const CHILDREN_MAX = 20_000;

interface Sized {
  readonly observations: number;
  readonly gateway: RunningGateway;
  readonly zipf: Side;
  readonly uniform: Side;
}

/** One child's search in stores of all sizes in turn, drawn by Zipf over children from all over each, with the usual cache. */
export const GROWTH: Part = {
  id: "growth",
  title: "growth of one child's search with the store",
  goals: ["growth-search"],
  budget_s: 60,
  async run(bench) {
    const opened: RunningGateway[] = [];
    try {
      const sized: Sized[] = [];
      for (const observations of bench.size.stores) {
        const store = await bench.store(observations);
        const gateway = await openOn(store.dataDir);
        opened.push(gateway);
        sized.push({ observations: store.figures.observations, gateway, ...(await sidesOf(bench, gateway)) });
      }
      await measureSizes(bench, sized);
    } finally {
      for (const gateway of opened) await gateway.stop();
    }
  },
};

async function sidesOf({ size }: Bench, gateway: RunningGateway): Promise<Pick<Sized, "zipf" | "uniform">> {
  const target = await readerAt(gateway);
  const children = await findChildren(target.send, CHILDREN_MAX);
  // Of the largest store not every child: those that are drawn lie all over it.
  const known = await learnOf(target, spread(children, size.draws));
  const [drawn] = await makeReads(target, known, { wanted: ["search"], draws: size.draws * 2, seed: 4 });
  if (drawn === undefined || isSkipped(drawn)) throw new Error(drawn?.reason ?? "nothing to search");
  const side = { base: gateway.base, pid: gateway.pid, tokens: tokensOf(gateway) };
  const uniform = searchesOnce(target.path, shuffled(known, createRandom(5)));
  return { zipf: { ...side, requests: drawn.requests }, uniform: { ...side, requests: uniform } };
}

async function measureSizes(bench: Bench, sized: readonly Sized[]): Promise<void> {
  const { size, findings, say } = bench;
  for (const draw of ["zipf", "uniform"] as const) {
    const rounds = new Map<number, Round[]>(sized.map(({ observations }) => [observations, []]));
    const options = { load: bench.load, connections: CONNECTIONS };
    for (const each of sized) await measure(each[draw], { ...options, round_s: size.warm_s });
    for (let round = 0; round < (draw === "zipf" ? size.rounds : 1); round += 1)
      for (const each of sized)
        rounds.get(each.observations)?.push(await measure(each[draw], { ...options, round_s: size.otherRound_s }));
    const points = [...rounds].map(([observations, its]) => ({
      observations,
      value: median(its.map(({ p50_ms }) => p50_ms)),
    }));
    const drawnBy = draw === "zipf" ? "some often, most seldom" : "each alike";
    findings.curves.push({
      id: `growth-search-${draw}`,
      title: `one child's search, p50 (${drawnBy})`,
      unit: "ms",
      points,
    });
    say(
      `  ${drawnBy}: ${points.map(({ observations, value }) => `${value.toFixed(3)} ms of ${observations}`).join(", ")}`,
    );
    const failures = [...rounds.values()].flat().reduce((sum, each) => sum + each.failures, 0);
    if (failures > 0) findings.failed.push({ what: `growth, ${drawnBy}`, reason: `${failures} failures` });
    else if (draw === "zipf") findings.figures.set("growth-search", ratioOf(points));
  }
}

/** The last to the first. */
export function ratioOf(points: readonly { readonly value: number }[]): number {
  return (points.at(-1)?.value ?? Number.NaN) / (points[0]?.value ?? Number.NaN);
}
