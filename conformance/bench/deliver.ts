import { once } from "node:events";
import { request } from "node:http";
import { Readable } from "node:stream";
import { text as readText } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { at, isRecord, parseJson } from "../json.ts";
import type { RunningGateway } from "../start-gateway.ts";

export interface Delivery {
  readonly source: string;
  readonly name: string;
  readonly type?: string;
  readonly chunks: Iterable<string>;
}

export interface Delivered {
  readonly seconds: number;
  readonly received: number;
  readonly committed: number;
  readonly unchanged: number;
  readonly quarantined: number;
  /** By type. */
  readonly resources: Readonly<Record<string, number>>;
}

/** One file through the ingest line, by the plain client, which waits for an answer as long as it takes. */
export async function deliver(gateway: RunningGateway, { source, name, type, chunks }: Delivery): Promise<Delivered> {
  // A token for each: a long delivery outlives one.
  const token = await gateway.token("officer-demo", { scope: `ingest/${source}` });
  const headers = {
    authorization: `Bearer ${token}`,
    "content-disposition": `attachment; filename="${name}"`,
    ...(type === undefined ? {} : { "content-type": type }),
  };
  const started = performance.now();
  const sent = request(`${gateway.base}/ingest/${source}`, { method: "POST", headers });
  const answered = once(sent, "response");
  await pipeline(Readable.from(chunks, { objectMode: false }), sent);
  const [response] = await answered;
  const body = await readText(response);
  const seconds = (performance.now() - started) / 1000;
  if (response.statusCode !== 200) throw new Error(`the delivery of ${name} was answered ${response.statusCode}`);
  return { seconds, ...toCounts(parseJson(body)) };
}

function toCounts(receipt: unknown): Omit<Delivered, "seconds"> {
  const count = (name: string) => Number(at(receipt, name) ?? 0);
  const told = at(receipt, "resources");
  const resources = isRecord(told) ? Object.entries(told).map(([type, each]) => [type, Number(each)]) : [];
  return {
    received: count("received"),
    committed: count("committed"),
    unchanged: count("unchanged"),
    quarantined: count("quarantined"),
    resources: Object.fromEntries(resources),
  };
}

export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
