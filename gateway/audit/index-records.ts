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

async function readPayloads(directory: string, rows: readonly Row[]): Promise<readonly (Payload | undefined)[]> {
  const payloads: (Payload | undefined)[] = rows.map(() => undefined);
  const byFile = Map.groupBy(rows.keys(), (index) => rows[index]?.file ?? null);
  for (const [file, indices] of byFile) {
    const handle = file === null ? undefined : await openExisting(join(directory, text(file)));
    if (handle === undefined) continue;
    try {
      for (const index of indices) {
        const bytes = Buffer.allocUnsafe(integer(rows[index]?.payload_bytes));
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, integer(rows[index]?.payload_start));
        payloads[index] = readPayload(bytes.toString("utf8", 0, bytesRead));
      }
    } finally {
      await handle.close();
    }
  }
  return payloads;
}

function toRecord(row: Row, payload: Payload | undefined): IndexedRecord {
  const { hash, outcome } = row;
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
      ...payload,
    },
  };
}
