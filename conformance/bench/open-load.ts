import { setTimeout as sleep } from "node:timers/promises";
import { createTally, type LoadRequest, type LoadResult, type Tokens, toBytes } from "./load.ts";
import { ownCpuTime } from "./process-usage.ts";
import { createHistogram } from "./statistics.ts";
import { createWire, type Wire } from "./wire.ts";

export interface OpenLoadOptions {
  /** Origin. */
  readonly base: string;
  readonly requests: readonly LoadRequest[];
  /** Asked for anew before a token can have ended. */
  readonly tokens: () => Promise<Tokens>;
  /** Requests sent a second, whatever is answered. */
  readonly rate_per_s: number;
  /** How many are sent; over and over where there are fewer requests. */
  readonly count: number;
  /** Beyond so many unanswered at a time a request waits, and its wait counts. */
  readonly connections?: number;
  /** One answer in so many is verified whole. */
  readonly verifyEach?: number;
}

export interface OpenLoadResult extends LoadResult {
  /** How late requests left for reasons of the load generator alone, which their latencies hold as well. */
  readonly late_p50_ms: number;
  readonly late_p99_ms: number;
  /** From the first intended send to the last answer. */
  readonly seconds: number;
}

const CONNECTIONS = 128;
const TOKEN_LIFE_MS = 180_000;
/** So long after the last send for answers that are still missing. */
const TAIL_MS = 30_000;

/** When the n-th request is to be sent, in milliseconds from the start: fixed in advance, whatever is answered. */
export function intendedSend_ms(turn: number, rate_per_s: number): number {
  return (turn * 1000) / rate_per_s;
}

/**
 * Requests at a fixed rate. Each one's latency is counted from when it was to be sent, not from when it was, so that a
 * server which stalls answers for all that should have come meanwhile (no coordinated omission).
 */
export async function openLoad(options: OpenLoadOptions): Promise<OpenLoadResult> {
  const { rate_per_s, count } = options;
  const late = createHistogram();
  const tally = createTally(createHistogram(), options.verifyEach);
  const outbox = await createOutbox(options);
  const cpu_s = await ownCpuTime();
  const started = performance.now();
  const pending = new Set<Promise<void>>();
  for (let turn = 0; turn < count; ) {
    const now_ms = performance.now() - started;
    while (turn < count && intendedSend_ms(turn, rate_per_s) <= now_ms) {
      const intended = started + intendedSend_ms(turn, rate_per_s);
      late.record(Math.max(0, performance.now() - intended));
      const { request, bytes } = outbox.next(turn);
      const keeps = tally.keepsNext();
      const sent = outbox
        .send(bytes, keeps)
        .then((answer) => tally.answered(request, answer, performance.now() - intended, keeps))
        .finally(() => pending.delete(sent));
      pending.add(sent);
      turn += 1;
    }
    await sleep(1);
    await outbox.renew();
  }
  await Promise.race([Promise.all(pending), sleep(TAIL_MS, undefined, { ref: false })]);
  const seconds = (performance.now() - started) / 1000;
  // What is still unanswered is told as broken.
  outbox.close();
  await Promise.all(pending);
  return {
    ...tally.result(seconds, (await ownCpuTime()) - cpu_s),
    late_p50_ms: late.percentile_ms(50),
    late_p99_ms: late.percentile_ms(99),
  };
}

/** Connections and ready-made bytes: whoever finds none free waits in turn. */
async function createOutbox({ base, requests, tokens, connections = CONNECTIONS }: OpenLoadOptions) {
  const idle: Wire[] = [];
  const all: Wire[] = [];
  const waiting: ((wire: Wire) => void)[] = [];
  let [held, since, isClosed] = [await tokens(), performance.now(), false];
  let ready: (Buffer | undefined)[] = [];
  const wireFor = (): Wire | Promise<Wire> => {
    const free = idle.pop();
    if (free !== undefined) return free;
    if (all.length >= connections) return new Promise((resolve) => waiting.push(resolve));
    const made = createWire(base);
    all.push(made);
    return made;
  };
  return {
    next(turn: number) {
      const place = turn % requests.length;
      const request = requests[place];
      if (request === undefined) throw new RangeError("a load needs a request");
      ready[place] ??= toBytes(base, request, held);
      return { request, bytes: ready[place] };
    },
    async send(bytes: Buffer, keeps: boolean) {
      const found = wireFor();
      const wire = found instanceof Promise ? await found : found;
      if (isClosed) return undefined;
      const answer = await wire.send(bytes, keeps);
      const next = waiting.shift();
      if (next === undefined) idle.push(wire);
      else next(wire);
      return answer;
    },
    async renew() {
      if (performance.now() - since < TOKEN_LIFE_MS) return;
      since = performance.now();
      held = await tokens();
      ready = [];
    },
    close() {
      isClosed = true;
      for (const wire of all) wire.close();
      for (const next of waiting.splice(0)) next(createWire(base));
    },
  };
}
