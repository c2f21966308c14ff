import { mkdtemp, open, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AREAS } from "#mappers/synthetic/areas.ts";
import { generate } from "#mappers/synthetic/generate.ts";
import { REFERENCE_DATE } from "#mappers/synthetic/scenarios.ts";
import { at, isRecord, parseJson } from "../json.ts";
import { type RunningGateway, startGateway } from "../start-gateway.ts";

export interface IngestFigures {
  readonly records: number;
  readonly resources: number;
  readonly quarantined: number;
  readonly seconds: number;
  readonly resources_per_s: number;
  /** The store's files on disk, index and history included, shared among the resources. */
  readonly stored_bytes: number;
}

const INGEST_TIMEOUT_MS = 600_000;

interface Delivery {
  readonly source: string;
  readonly name: string;
  readonly body: string;
}

/** Sends the files of one area's children to a gateway with an empty store, one after the other, and waits for each. */
export async function measureIngest(children: number): Promise<IngestFigures> {
  const deliveries = filesFor(children);
  const dataDir = await mkdtemp(join(tmpdir(), "ingest-"));
  try {
    const gateway = await startGateway({ dataDir, env: { DEMONSTRATION_CHILDREN: "0", LOG_LEVEL: "error" } });
    const figures = await deliverAll(gateway, deliveries).finally(() => gateway.stop());
    const { resources, seconds } = figures;
    // Only after a clean stop is the write-ahead log in the database.
    const stored = await storedBytes(dataDir);
    return { ...figures, resources_per_s: resources / seconds, stored_bytes: stored / resources };
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function deliverAll(gateway: RunningGateway, deliveries: readonly Delivery[]) {
  const figures = { records: 0, resources: 0, quarantined: 0, seconds: 0 };
  for (const delivery of deliveries) {
    // A token for each: a long delivery outlives one.
    const token = await gateway.token("officer-demo", { scope: `ingest/${delivery.source}` });
    const started = performance.now();
    const receipt = await deliver(gateway.base, token, delivery);
    figures.seconds += (performance.now() - started) / 1000;
    figures.resources += sum(at(receipt, "resources"));
    figures.records += Number(at(receipt, "received"));
    figures.quarantined += Number(at(receipt, "quarantined"));
  }
  return figures;
}

function filesFor(children: number): readonly Delivery[] {
  const areas = AREAS.filter(({ id }) => id === "leeds");
  const files = generate({ children, seed: "bench", today: REFERENCE_DATE, areas, scenarios: false });
  return [...files]
    .filter(({ source }) => source !== "")
    .map(({ source, name, chunks }) => ({ source, name, body: [...chunks].join("") }));
}

async function deliver(base: string, token: string, { source, name, body }: Delivery): Promise<unknown> {
  const response = await fetch(`${base}/ingest/${source}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-disposition": `attachment; filename="${name}"` },
    body,
    signal: AbortSignal.timeout(INGEST_TIMEOUT_MS),
  });
  const receipt = parseJson(await response.text());
  if (response.status === 200) return receipt;
  throw new Error(`the delivery of ${name} was answered ${response.status}`);
}

function sum(counts: unknown): number {
  return isRecord(counts) ? Object.values(counts).reduce((total: number, count) => total + Number(count), 0) : 0;
}

/** Bytes of all databases under a directory, told by how SQLite files begin, without their write-ahead logs. */
export async function storedBytes(directory: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if (await isDatabase(path)) bytes += (await stat(path)).size;
  }
  return bytes;
}

async function isDatabase(path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return false;
  try {
    const { buffer } = await file.read(Buffer.alloc(15), 0, 15, 0);
    return buffer.toString() === "SQLite format 3";
  } finally {
    await file.close();
  }
}
