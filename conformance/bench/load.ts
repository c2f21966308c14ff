import type { WireAnswer } from "./answer-parser.ts";
import { ownCpuTime } from "./process-usage.ts";
import { createHistogram, type Histogram } from "./statistics.ts";
import { createWire, type Wire } from "./wire.ts";

/** Who asks: a client that reads, or one that writes; both may be one and the same. */
export type Role = "reader" | "writer";

/** One request of a workload; all of one workload go to one server. */
export interface LoadRequest {
  readonly method: "GET" | "POST" | "PUT";
  /** Path and query. */
  readonly path: string;
  /** Without Authorization, which is added for each round. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** A reader where it is absent. */
  readonly role?: Role;
  /** What is wrong with an answer, told without any value that it holds; undefined: nothing. */
  readonly verify?: (status: number, body: unknown) => string | undefined;
}

/** Access tokens that outlive a round, by who asks. */
export type Tokens = Readonly<Record<Role, string>>;

export interface LoadOptions {
  /** Origin. */
  readonly base: string;
  /** Sent in turn, over and over. */
  readonly requests: readonly LoadRequest[];
  readonly tokens: Tokens;
  readonly duration_s: number;
  readonly connections: number;
}

export interface LoadResult {
  readonly requests: number;
  /** Sent beside them to be verified, and not among the latencies. */
  readonly beside?: number;
  /** Answers other than 2xx, broken connections, and answers that were found wrong. */
  readonly failures: number;
  /** Answers whose body was looked at. */
  readonly verified: number;
  /** Some of what was wrong. */
  readonly wrong: readonly string[];
  readonly seconds: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly p99_ms: number;
  /** CPU time that the load generator itself took. */
  readonly load_cpu_s: number;
}

export type Load = (options: LoadOptions) => Promise<LoadResult>;

/** One answer in so many is read and verified whole; the status of each is. */
const VERIFY_EACH = 64;
const WRONG_TOLD_MAX = 5;

/** What is counted over the answers of one load. */
export interface Tally {
  /** Whether the answer to the next request is to be read. */
  keepsNext(): boolean;
  answered(request: LoadRequest, answer: WireAnswer | undefined, time_ms: number, wasKept: boolean): void;
  result(seconds: number, load_cpu_s: number): LoadResult;
}

export function createTally(times: Histogram = createHistogram(), verifyEach = VERIFY_EACH): Tally {
  const wrong = new Set<string>();
  let [sent, failures, verified] = [0, 0, 0];
  return {
    keepsNext() {
      sent += 1;
      return sent % verifyEach === 1 || verifyEach === 1;
    },
    answered(request, answer, time_ms, wasKept) {
      times.record(time_ms);
      const problem = problemWith(request, answer, wasKept);
      if (wasKept) verified += 1;
      if (problem === undefined) return;
      failures += 1;
      if (wrong.size < WRONG_TOLD_MAX) wrong.add(problem);
    },
    result: (seconds, load_cpu_s) => ({
      ...{ requests: times.count(), failures, verified, wrong: [...wrong], seconds, load_cpu_s },
      p50_ms: times.percentile_ms(50),
      p95_ms: times.percentile_ms(95),
      p99_ms: times.percentile_ms(99),
    }),
  };
}

function problemWith({ verify }: LoadRequest, answer: WireAnswer | undefined, wasKept: boolean): string | undefined {
  if (answer === undefined) return "a connection broke before its answer";
  if (answer.status < 200 || answer.status > 299) return `status ${answer.status}`;
  if (!wasKept || verify === undefined) return undefined;
  try {
    return verify(answer.status, JSON.parse(answer.body.toString()));
  } catch {
    return "a body that is no JSON";
  }
}

/** The bytes of a request as they go over the wire. */
export function toBytes(base: string, { method, path, headers, body, role }: LoadRequest, tokens: Tokens): Buffer {
  const token = tokens[role ?? "reader"];
  const fields = {
    host: new URL(base).host,
    ...headers,
    ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }),
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body ?? ""}`);
}

/** As many requests under way as connections; each answered one is followed by the next at once. */
export async function closedLoop(options: LoadOptions): Promise<LoadResult> {
  const { base, requests, tokens, duration_s, connections } = options;
  if (requests.length === 0) throw new RangeError("a load needs a request");
  const ready = requests.map((request) => ({ request, bytes: toBytes(base, request, tokens) }));
  const tally = createTally();
  const cpu_s = await ownCpuTime();
  const started = performance.now();
  const deadline = started + duration_s * 1000;
  let turn = 0;
  const loop = async (wire: Wire) => {
    while (performance.now() < deadline) {
      const next = ready[turn % ready.length];
      turn += 1;
      if (next === undefined) return;
      const keeps = tally.keepsNext();
      const before = performance.now();
      const answer = await wire.send(next.bytes, keeps);
      tally.answered(next.request, answer, performance.now() - before, keeps);
    }
  };
  const wires = Array.from({ length: connections }, () => createWire(base));
  await Promise.all(wires.map(loop));
  const seconds = (performance.now() - started) / 1000;
  for (const wire of wires) wire.close();
  return tally.result(seconds, (await ownCpuTime()) - cpu_s);
}
