import { createHash } from "node:crypto";
import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RELEASE } from "#profiles/release.ts";
import type { AuditIndex, IndexedRecord } from "../audit/audit.ts";
import { type AuditEventContext, toAuditEvents } from "../audit/audit-event.ts";
import { listHeadsFiles, readNewestHead } from "../audit/head-files.ts";

/** What goes with an export, so that whoever has it can tell whether it is whole. */
export interface ExportManifest {
  readonly gateway: string;
  /** ISO 8601; inclusive, and exclusive. */
  readonly from: string;
  readonly until: string;
  readonly file: string;
  /** AuditEvents, one a line. */
  readonly events: number;
  /** Of the file, in hexadecimal digits. */
  readonly sha256: string;
  /** The newest signed head of each chain when the export began, to hold proofs of its events against. */
  readonly heads: readonly string[];
}

export interface ExportOptions {
  readonly index: AuditIndex;
  readonly context: AuditEventContext;
  /** Of the log. */
  readonly directory: string;
  readonly from_ms: number;
  readonly until_ms: number;
  /** Made when absent. */
  readonly out: string;
}

const FILE = "AuditEvent.ndjson";
const PART_records = 500;

/** Writes the AuditEvents of a span as NDJSON, and a manifest beside it. */
export async function exportAudit(options: ExportOptions): Promise<ExportManifest> {
  const { index, directory, from_ms, until_ms, out } = options;
  await mkdir(out, { recursive: true, mode: 0o700 });
  const heads: string[] = [];
  for (const { path } of await listHeadsFiles(directory)) {
    const head = await readNewestHead(path);
    if (head) heads.push(`{"head":${head.text},"signature":"${head.signature}"}`);
  }
  await index.catchUp();
  const file = await open(join(out, FILE), "wx", 0o600);
  const digest = createHash("sha256");
  let events = 0;
  try {
    for await (const part of partsOf(options)) {
      const lines = part.flatMap((record) => toAuditEvents(record, options.context).map((one) => JSON.stringify(one)));
      const text = lines.map((line) => `${line}\n`).join("");
      events += lines.length;
      digest.update(text);
      await file.write(text);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  const manifest: ExportManifest = {
    gateway: RELEASE.version,
    from: new Date(from_ms).toISOString(),
    until: new Date(until_ms).toISOString(),
    file: FILE,
    events,
    sha256: digest.digest("hex"),
    heads,
  };
  await writeFile(join(out, "manifest.json"), `${JSON.stringify(manifest, undefined, 2)}\n`, {
    flag: "wx",
    mode: 0o600,
  });
  return manifest;
}

async function* partsOf({ index, from_ms, until_ms }: ExportOptions): AsyncGenerator<readonly IndexedRecord[]> {
  for (let after: number | undefined; ; ) {
    const records = await index.scan({ from: from_ms, until: until_ms }, after, PART_records);
    yield records;
    after = records.at(-1)?.position;
    if (records.length < PART_records) return;
  }
}
