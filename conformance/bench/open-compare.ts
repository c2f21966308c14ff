import type { RunningGateway } from "../start-gateway.ts";
import { type Bench, readerAt, tokensOf } from "./bench.ts";
import { cpuOf, unverified } from "./compare.ts";
import type { LoadRequest } from "./load.ts";
import { closedLoop } from "./load.ts";
import { openLoad } from "./open-load.ts";
import { bodiesOf, type Known, searchesOnce } from "./read-workloads.ts";
import { openScript } from "./server.ts";
import { startCeiling } from "./start-ceiling.ts";
import { ask } from "./workload.ts";

/** Of all children these many are asked for over and over first, so that no code is still being compiled. */
const WARM_SHARE = 0.15;
const WARM_S = 4;
const BODIES = 128;
const VERIFY_EACH = 8;
/** Longer than that no open load of this kind takes. */
const OPEN_S_MAX = 60;

interface OpenSide {
  readonly base: string;
  readonly pids: readonly number[];
}

/** One child's search, each child once, at a fixed rate; and the same of bare Hono. */
export async function againstOpen(
  bench: Bench,
  gateway: RunningGateway,
  known: readonly Known[],
  isTls: boolean,
): Promise<void> {
  const { path } = await readerAt(gateway);
  const warmed = Math.ceil(known.length * WARM_SHARE);
  const [warm, once] = [searchesOnce(path, known.slice(0, warmed)), searchesOnce(path, known.slice(warmed))];
  if (once.length === 0) throw new Error("there is no child left to be asked for");
  const ceiling = await startCeiling(await bodiesFor(gateway, warm));
  const fronts = isTls ? await openFronts([gateway.base, ceiling.base]) : [];
  try {
    const one = { base: fronts[0]?.base ?? gateway.base, pids: [gateway.pid, ...pidsOf(fronts[0])] };
    const other = { base: fronts[1]?.base ?? ceiling.base, pids: [ceiling.pid, ...pidsOf(fronts[1])] };
    const measured = await loadOnce(bench, gateway, one, warm, once);
    const stilled = await loadOnce(bench, gateway, other, unverified(warm), unverified(once));
    report(bench, isTls, measured, stilled);
  } finally {
    for (const each of [...fronts, ceiling]) await each.stop();
  }
}

async function loadOnce(
  bench: Bench,
  gateway: RunningGateway,
  { base, pids }: OpenSide,
  warm: readonly LoadRequest[],
  once: readonly LoadRequest[],
) {
  const tokens = tokensOf(gateway);
  const { connections, openRate_per_s: rate_per_s } = bench.size;
  await closedLoop({ base, requests: warm, tokens: await tokens(), duration_s: WARM_S, connections });
  const count = Math.min(once.length, rate_per_s * OPEN_S_MAX);
  const [pid, ...others] = pids;
  const side = { ...(pid === undefined ? {} : { pid }), pids: others };
  const before = (await cpuOf(side)) ?? Number.NaN;
  const result = await openLoad({ base, requests: once, tokens, rate_per_s, count, verifyEach: VERIFY_EACH });
  const after = (await cpuOf(side)) ?? Number.NaN;
  return { ...result, cpu_us: ((after - before) * 1e6) / result.requests };
}

type Measured = Awaited<ReturnType<typeof loadOnce>>;

function report({ findings, size, say }: Bench, isTls: boolean, gateway: Measured, ceiling: Measured): void {
  const id = isTls ? "cold-tls" : "cold";
  const title = `no child twice, store ten times the cache${isTls ? ", through TLS" : ""}`;
  findings.opens.push({ id, title, rate_per_s: size.openRate_per_s, gateway, ceiling });
  say(
    `  p50 ${gateway.p50_ms.toFixed(2)} ms, p99 ${gateway.p99_ms.toFixed(2)} ms, CPU ${(gateway.cpu_us / ceiling.cpu_us).toFixed(1)} × of static`,
  );
  const failures = gateway.failures + ceiling.failures;
  if (failures > 0) {
    findings.failed.push({ what: title, reason: `${failures} failures: ${gateway.wrong.join("; ")}` });
    return;
  }
  if (isTls) return;
  findings.figures.set("cold-p99", gateway.p99_ms);
  findings.figures.set("cold-cpu", gateway.cpu_us / ceiling.cpu_us);
}

async function bodiesFor(gateway: RunningGateway, requests: readonly LoadRequest[]): Promise<readonly string[]> {
  const target = await readerAt(gateway);
  const prepared: { request: LoadRequest; body: string }[] = [];
  for (const request of requests.slice(0, BODIES))
    prepared.push({ request, body: (await ask(target, request)).response.body });
  return bodiesOf(prepared);
}

async function openFronts(bases: readonly string[]) {
  const fronts = [];
  for (const base of bases) fronts.push(await openScript("tls-front.ts", [new URL(base).port]));
  return fronts;
}

function pidsOf(front: { readonly pid: number } | undefined): readonly number[] {
  return front === undefined ? [] : [front.pid];
}
