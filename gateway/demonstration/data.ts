import { randomUUID } from "node:crypto";
import type { SourceKind } from "#mappers/mapper.ts";
import type { Register } from "../access/register.ts";
import type { AuditLog } from "../audit/audit.ts";
import type { IngestLine } from "../ingest/line.ts";
import type { Store } from "../store/store.ts";

export interface DemonstrationDataPorts {
  readonly store: Store;
  readonly line: IngestLine;
  readonly register: Register;
  readonly audit: AuditLog;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Told before the first file comes in; not where all of them did at an earlier start. */
  readonly onBegin?: () => void;
}

/** Changes with the seed or the generator, so that an older demonstration is completed rather than taken for this one. */
export const SEED = "demonstration-1";

/**
 * Brings the demonstration's files in through the real ingest line, unless that was done before. Begun and broken off,
 * it is done again from the start: what is already there counts as unchanged.
 */
export async function ensureDemonstrationData(children: number, ports: DemonstrationDataPorts): Promise<void> {
  const mark = `${SEED}-${children}`;
  if ((await ports.store.receipt(mark)) !== undefined) return;
  ports.onBegin?.();
  // Only a first start needs the generator; every other is spared reading it.
  const [{ generate }, { REFERENCE_DATE }] = await Promise.all([
    import("#mappers/synthetic/generate.ts"),
    import("#mappers/synthetic/scenarios.ts"),
  ]);
  const files = [...generate({ children, seed: SEED, today: REFERENCE_DATE })].flatMap((file) => {
    const source = ports.register.source(file.source);
    return source === undefined ? [] : [{ file, source }];
  });
  for (const { file, source } of files.toSorted((left, right) => rank(left.source) - rank(right.source))) {
    const delivery = { id: randomUUID(), receivedAt: ports.clock(), client: "officer-demo", fileName: file.name };
    await ports.line.ingest(source, delivery, toBytes(file.chunks));
    await ports.audit.append({
      interaction: "ingest",
      outcome: "success",
      requestId: delivery.id,
      client: delivery.client,
      detail: file.source,
    });
  }
  await ports.store.write((transaction) => transaction.putReceipt(mark, "demonstration", "{}"));
}

/**
 * Sources that know NHS numbers come first, in all areas: records are not merged later, and a child that moved is found
 * by the details of its new home only once a source with its number has told them.
 */
const ORDER: readonly SourceKind[] = [
  "community-services-data-set",
  "digital-child-health",
  "itk-adt",
  "common-transfer-file",
  "eyfs-profile",
  "early-years-census",
  "progress-check",
  "family-hub",
  "sharing-register",
];

function rank({ kind }: { readonly kind: SourceKind }): number {
  return ORDER.indexOf(kind);
}

async function* toBytes(chunks: Iterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for (const chunk of chunks) yield encoder.encode(chunk);
}
