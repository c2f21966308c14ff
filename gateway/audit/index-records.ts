import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { IndexedRecord } from "./audit.ts";
import { isOutcome, type Payload, readPayload } from "./index-lines.ts";
import { IndexDamage, integer, type Row, text } from "./index-tables.ts";
import { openExisting } from "./index-window.ts";

/** Rows with what the journals hold of them; where a journal is gone, without it. */
export async function toRecords(directory: string, rows: readonly Row[]): Promise<readonly IndexedRecord[]> {
  const payloads = await readPayloads(directory, rows);
  return rows.map((row, index) => toRecord(row, payloads[index]));
}

/** Where the payload of a row stands in its journal. */
interface Span {
  readonly index: number;
  readonly start: number;
  readonly bytes: number;
}

async function readPayloads(directory: string, rows: readonly Row[]): Promise<readonly (Payload | undefined)[]> {
  const payloads: (Payload | undefined)[] = rows.map(() => undefined);
  const byFile = Map.groupBy(rows.keys(), (index) => rows[index]?.file ?? null);
  for (const [file, indices] of byFile) {
    const handle = file === null ? undefined : await openExisting(join(directory, text(file)));
    if (handle === undefined) continue;
    const spans = [...indices].map((index) => ({
      index,
      start: integer(rows[index]?.payload_start),
      bytes: integer(rows[index]?.payload_bytes),
    }));
    try {
      for (const run of runsOf(spans)) {
        for (const { index, line } of await readRun(handle, run)) payloads[index] = readPayload(line);
      }
    } finally {
      await handle.close();
    }
  }
  return payloads;
}

/** A reading costs what some kilobytes more cost; and it must not hold much at a time. */
const GAP_BYTES_MAX = 8_192;
const RUN_BYTES_MAX = 1_048_576;

/** Payloads that stand near each other, so that a page of neighbours takes one reading and not hundreds. */
function runsOf(spans: readonly Span[]): readonly (readonly Span[])[] {
  const runs: Span[][] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const run = runs.at(-1);
    const [first, last] = [run?.[0], run?.at(-1)];
    const end = span.start + span.bytes;
    const isNear =
      first !== undefined &&
      last !== undefined &&
      span.start - last.start - last.bytes <= GAP_BYTES_MAX &&
      end - first.start <= RUN_BYTES_MAX;
    if (isNear) run?.push(span);
    else runs.push([span]);
  }
  return runs;
}

async function readRun(handle: FileHandle, run: readonly Span[]) {
  const [first, last] = [run[0], run.at(-1)];
  if (first === undefined || last === undefined) return [];
  const bytes = Buffer.allocUnsafe(last.start + last.bytes - first.start);
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, first.start);
  const read = bytes.subarray(0, bytesRead);
  return run.map((span) => {
    const start = span.start - first.start;
    return { index: span.index, line: read.toString("utf8", start, start + span.bytes) };
  });
}

function toRecord(row: Row, payload: Payload | undefined): IndexedRecord {
  const { hash, outcome } = row;
  const { answer: answerHash, ...details } = payload ?? {};
  if (!(hash instanceof Uint8Array) || !isOutcome(outcome)) throw new IndexDamage("The audit index holds no leaf.");
  return {
    position: integer(row.position),
    id: Buffer.from(hash).toString("hex"),
    time: integer(row.time),
    isPurged: payload === undefined,
    record: {
      requestId: "",
      client: row.client === null ? "unknown" : text(row.client),
      interaction: text(row.interaction),
      outcome,
      ...(row.organization !== null && { organization: text(row.organization) }),
      ...(row.purpose !== null && { purpose: text(row.purpose) }),
      ...(row.agreement !== null && { agreement: text(row.agreement) }),
      ...(row.legal_basis !== null && { legalBasis: text(row.legal_basis) }),
      ...(row.rules !== null && { rules: text(row.rules) }),
      ...details,
    },
    ...(answerHash !== undefined && { answerHash }),
  };
}
