import type { AnyMapper, SourceKind } from "#mappers/mapper.ts";
import type { RegisteredSource } from "../access/source.ts";
import { LIMITS } from "../limits.ts";
import type { Store } from "../store/store.ts";
import {
  type BatchResult,
  commitBatch,
  type DeliveryContext,
  type Fate,
  holdBack,
  type Prepared,
} from "./commit-batch.ts";
import { countBatch, outcomeOf } from "./count-batch.ts";
import { droppedFields } from "./door.ts";
import { inBatches, whole } from "./in-batches.ts";
import { createOrganizationIds, type toOrganizationId } from "./organization-id.ts";
import { createPatientIds } from "./patient-ids.ts";
import { createPause } from "./pause.ts";
import { readRecords } from "./prepare.ts";
import { type Receipt, ReceiptCounts } from "./receipt.ts";
import { ChildRefused } from "./stage-rows.ts";
import type { KnownIdentifier, UnitIssue } from "./unit.ts";

/** How long the line works before it lets queries run: one search takes less. */
const SLICE_MS = 4;
/** Rows of tables committed together: many are of one child, which is mapped once for all of them. */
const ROWS_MAX = 256;
/** JSON messages committed together: fewer than rows, since each may be large. */
const MESSAGES_MAX = 8;

export interface IngestLineOptions {
  readonly store: Store;
  readonly mappers: Readonly<Record<SourceKind, AnyMapper>>;
  /** Random UUIDs, for children, resources and quarantine. */
  readonly ids: () => string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Logical id of an Organization; by default the one that `toOrganizationId` gives. */
  readonly organizationId?: typeof toOrganizationId;
  /** Told after each commit which identifiers now name which record, so that caches can follow. */
  readonly onIdentifiers?: (identifiers: readonly KnownIdentifier[]) => Promise<void>;
  /** Told of a fault of our own that sent a record to quarantine; the error may hold personal data in its message. */
  readonly onFault?: (error: unknown, source: string) => void;
}

export interface Delivery {
  /** Id of the receipt. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly client: string;
  readonly contentType?: string;
  readonly fileName?: string;
}

export interface IngestLine {
  /**
   * Takes one delivery in and answers when all of it is committed. A bad record or file is told in the receipt.
   * @throws what the store threw when it can take nothing more; what was committed before stays, and the same file
   * sent again finishes the rest
   */
  ingest(source: RegisteredSource, delivery: Delivery, body: AsyncIterable<Uint8Array>): Promise<Receipt>;
}

export function createIngestLine(options: IngestLineOptions): IngestLine {
  const patientIds = createPatientIds();
  return {
    async ingest(source, delivery, body) {
      const mapper = options.mappers[source.kind];
      const context: DeliveryContext = {
        source,
        dataClass: mapper.dataClass,
        mapping: mapper.version,
        receivedAt: delivery.receivedAt,
        ids: options.ids,
        clock: options.clock,
        organizationId: options.organizationId ?? createOrganizationIds(),
        patientIdOf: patientIds.of,
        explainFault: (error) => explainFault(error, source.source, options),
        delivery: delivery.id,
        pause: createPause(SLICE_MS),
        staged: mapper.reader === "staged" ? { mapper } : undefined,
      };
      const counts = new ReceiptCounts();
      const startedAt = new Date(options.clock()).toISOString();
      const reads = readRecords(mapper, whole(body), { ...delivery, explainFault: context.explainFault });
      for await (const batch of inBatches(reads, batchSizeOf(mapper))) {
        const result = await commitSafely(
          options.store,
          batch.map(({ prepared }) => prepared),
          context,
        );
        const committed = [...result.fates.flatMap((fate) => outcomeOf(fate) ?? []), ...result.children];
        for (const { record, patientId } of committed) patientIds.remember(record, patientId);
        countBatch(counts, batch, { ...result, droppedFields: droppedFields(mapper.fields) });
        const identifiers = committed.flatMap((outcome) => outcome.identifiers);
        if (identifiers.length > 0) await options.onIdentifiers?.(identifiers);
      }
      const receipt = counts.toReceipt({
        id: delivery.id,
        source: source.source,
        startedAt,
        finishedAt: new Date(options.clock()).toISOString(),
        ...(delivery.fileName === undefined ? {} : { fileName: delivery.fileName }),
      });
      await options.store.write((transaction) =>
        transaction.putReceipt(delivery.id, source.source, JSON.stringify(receipt)),
      );
      return receipt;
    },
  };
}

function batchSizeOf({ reader }: AnyMapper): number {
  if (reader === "json") return MESSAGES_MAX;
  return reader === "staged" ? ROWS_MAX : LIMITS.ingest_batch_records;
}

/**
 * Commits a batch in one transaction. When something in it makes that impossible, each record is tried by itself, so
 * that only the one that is at fault is held back.
 * @throws what the store threw when not even that can be written down
 */
async function commitSafely(store: Store, batch: readonly Prepared[], context: DeliveryContext): Promise<BatchResult> {
  try {
    return await store.write((transaction) => commitBatch(transaction, batch, context));
  } catch (error) {
    const [only, ...others] = batch;
    if (only === undefined) throw error;
    if (others.length === 0) return { fates: [await holdBackAlone(store, only, { error, context })], children: [] };
  }
  const fates: Fate[] = [];
  const children: BatchResult["children"][number][] = [];
  for (const prepared of batch) {
    const result = await commitSafely(store, [prepared], context);
    fates.push(...result.fates);
    children.push(...result.children);
  }
  return { fates, children };
}

function holdBackAlone(
  store: Store,
  prepared: Prepared,
  told: { readonly error: unknown; readonly context: DeliveryContext },
): Promise<Fate> {
  const { error, context } = told;
  const found = error instanceof ChildRefused ? error.issues : [context.explainFault(error)];
  const issues = found.map((issue) => ({ line: prepared.line, ...issue }));
  return store.write((transaction) => holdBack(transaction, prepared, { issues, context }));
}

function explainFault(error: unknown, source: string, options: IngestLineOptions): UnitIssue {
  options.onFault?.(error, source);
  return {
    message: "a fault in the gateway, not in the file; the record is kept and can be sent again after a repair",
  };
}
