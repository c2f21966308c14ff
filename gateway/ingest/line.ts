import type { AnyMapper } from "#mappers/mapper.ts";
import type { RegisteredSource } from "../access/source.ts";
import type { ChildResolver } from "../identity/resolve-child.ts";
import { LIMITS } from "../limits.ts";
import type { Store } from "../store/store.ts";
import type { DeliveryContext } from "./commit-batch.ts";
import { commitSafely, type Transact } from "./commit-safely.ts";
import { countBatch, countChild, outcomeOf, type Quality, type Tellers } from "./count-batch.ts";
import { type DecisionTextOptions, toMovingPorts } from "./decision-texts.ts";
import { droppedFields } from "./door.ts";
import { bytesWorthDrafting, canBeDrafted, draftedBatches, measureBody } from "./drafting/drafted-batches.ts";
import { createChildDrafter } from "./drafting/drafted-children.ts";
import { createDraftingThread, type DraftingThread } from "./drafting/drafting-thread.ts";
import { createGuesses } from "./drafting/guesses.ts";
import { createDryRun, type DryRun } from "./dry-run.ts";
import { inBatches, whole } from "./in-batches.ts";
import { type HeldRecord, readKept } from "./kept-records.ts";
import { keptUnits, stagedChildren, toChildRead } from "./kept-units.ts";
import type { MapperOf } from "./mappers.ts";
import { createOrganizationIds, type toOrganizationId } from "./organization-id.ts";
import { createPatientIds, type PatientIds } from "./patient-ids.ts";
import { createPause } from "./pause.ts";
import { readRecords } from "./prepare.ts";
import type { Read } from "./prepared.ts";
import { QualityCounts } from "./quality/quality-counts.ts";
import { type Receipt, ReceiptCounts } from "./receipt.ts";
import { createSeenRecords } from "./seen-records.ts";
import type { KnownIdentifier, UnitIssue } from "./unit.ts";
import { FAULT } from "./validate-mapped.ts";

/** How long the line works before it lets queries run: one search takes less. */
const SLICE_MS = 4;
/** Rows of tables committed together: many are of one child, which is mapped once for all of them. */
const ROWS_MAX = 256;
/** Messages committed together: fewer than rows, since each may be of a child told of just before. */
const MESSAGES_MAX = 32;

export interface IngestLineOptions {
  readonly store: Store;
  readonly mapperOf: MapperOf;
  /** Says whose record a source record is. */
  readonly resolver: ChildResolver;
  /** Who writes through the FHIR API, and where; absent where nobody does. */
  readonly written?: DecisionTextOptions;
  /** Random UUIDs, for children, resources and quarantine. */
  readonly ids: () => string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Logical id of an Organization; by default the one that `toOrganizationId` gives. */
  readonly organizationId?: typeof toOrganizationId;
  /** Long files are read and mapped in a thread beside this one, by the mappers of `mappers.ts`. */
  readonly hasDrafters?: boolean;
  /** How long source records are kept for replay, in milliseconds; `raw_retention_ms` when absent. */
  readonly rawRetention_ms?: number;
  /** Told after each commit which identifiers now name which record, so that caches can follow. */
  readonly onIdentifiers?: (identifiers: readonly KnownIdentifier[]) => Promise<void>;
  /** Told of a fault of our own that sent a record to quarantine; the error may hold personal data in its message. */
  readonly onFault?: (error: unknown, source: string) => void;
  /** Aborted when the gateway closes: what is under way is broken off within a batch. */
  readonly closing?: AbortSignal;
}

export interface Delivery {
  /** Id of the receipt. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly client: string;
  readonly contentType?: string;
  readonly fileName?: string;
  /** Everything is done as ever, and nothing of it stays: no resource, no receipt, nothing in quarantine. */
  readonly dryRun?: boolean;
}

export type { HeldRecord };

export interface IngestLine {
  /**
   * Takes one delivery in and answers when all of it is committed. A bad record or file is told in the receipt.
   * @throws what the store threw when it can take nothing more; what was committed before stays, and the same file
   * sent again finishes the rest
   */
  ingest(source: RegisteredSource, delivery: Delivery, body: AsyncIterable<Uint8Array>): Promise<Receipt>;
  /**
   * Takes records in again that were held back or kept, as they were or corrected, on the same way as a delivery. Each
   * is mapped anew, and only what differs is stored; an entry of the quarantine ends when its record is taken in.
   * @throws as `ingest`
   */
  replay(source: RegisteredSource, delivery: Delivery, records: AsyncIterable<HeldRecord>): Promise<Receipt>;
  /** The same with every record of a source that is still kept; the receipt counts those that are not. */
  replaySource(source: RegisteredSource, delivery: Delivery): Promise<Receipt>;
}

export function createIngestLine(options: IngestLineOptions): IngestLine {
  const patientIds = createPatientIds();
  const thread = createDraftingThread();
  const start = async (
    source: RegisteredSource,
    delivery: Delivery,
    replay: DeliveryContext["replay"],
  ): Promise<Run> => {
    const mapper = await options.mapperOf(source.kind);
    const context = toContext(options, { source, delivery, mapper, replay, patientIds });
    const isCounted = delivery.dryRun !== true && replay === undefined;
    const dryRun = delivery.dryRun === true ? createDryRun(options.store) : undefined;
    return {
      options,
      delivery,
      mapper,
      context,
      patientIds,
      startedAt: new Date(options.clock()).toISOString(),
      tellers: {
        counts: new ReceiptCounts(),
        quality: isCounted ? startQuality(mapper, delivery) : undefined,
        droppedFields: droppedFields(mapper.fields),
      },
      dryRun,
      thread,
      // Nobody is told of a batch before the receipt is written, and all before it is flushed with that.
      transact: dryRun?.transact ?? ((work) => options.store.write(work, { flush: "later" })),
    };
  };
  return {
    async ingest(source, delivery, body) {
      const run = await start(source, delivery, undefined);
      const read = await readInBatches(run, body);
      return take(read.run, read.batches);
    },
    async replay(source, delivery, records) {
      const run = await start(source, delivery, "records");
      return take(run, batchesOf(run, readHeld(run, records)));
    },
    async replaySource(source, delivery) {
      const run = await start(source, delivery, "source");
      const { mapper } = run;
      if (mapper.reader === "staged") {
        const children = stagedChildren(options.store, { source: source.source, root: mapper.root });
        return take(run, batchesOf(run, children));
      }
      const forgotten = { records: 0 };
      return take(run, batchesOf(run, readHeld(run, heldUnits(options.store, source.source, forgotten))), forgotten);
    },
  };
}

function startQuality({ fields }: AnyMapper, { receivedAt }: Delivery): Quality {
  return {
    counts: new QualityCounts(fields, receivedAt),
    records: createSeenRecords(),
    children: createSeenRecords(),
  };
}

/** One delivery under way. */
interface Run {
  readonly options: IngestLineOptions;
  readonly delivery: Delivery;
  readonly mapper: AnyMapper;
  readonly context: DeliveryContext;
  readonly patientIds: PatientIds;
  readonly startedAt: string;
  readonly tellers: Tellers;
  readonly dryRun: DryRun | undefined;
  readonly transact: Transact;
  readonly thread: DraftingThread;
}

function toContext(
  options: IngestLineOptions,
  run: Pick<Run, "delivery" | "mapper" | "patientIds"> & {
    readonly source: RegisteredSource;
    readonly replay: DeliveryContext["replay"];
  },
): DeliveryContext {
  const { source, delivery, mapper } = run;
  return {
    source,
    dataClass: mapper.dataClass,
    mapping: mapper.version,
    receivedAt: delivery.receivedAt,
    rawRetention_ms: options.rawRetention_ms ?? LIMITS.raw_retention_ms,
    replay: run.replay,
    resolver: options.resolver,
    moving: toMovingPorts(options),
    ids: options.ids,
    clock: options.clock,
    organizationId: options.organizationId ?? createOrganizationIds(),
    patientIdOf: run.patientIds.of,
    explainFault: (error) => explainFault(error, source.source, options),
    guesses: createGuesses(),
    delivery: delivery.id,
    fileNames: new Map([[delivery.id, delivery.fileName]]),
    pause: createPause(SLICE_MS, options.closing),
    staged: mapper.reader === "staged" ? { mapper } : undefined,
  };
}

/**
 * A long file is read, parsed and drafted by a thread of its own; a short one here, by the same functions. Of a long file of
 * tables the rows are read and staged here, and what the rows of a child make is drafted there.
 */
async function readInBatches(
  run: Run,
  body: AsyncIterable<Uint8Array>,
): Promise<{ readonly run: Run; readonly batches: AsyncIterable<readonly Read[]> }> {
  const { mapper, context, options, transact, thread } = run;
  const { contentType, fileName, receivedAt } = run.delivery;
  const { source, explainFault } = context;
  const { columns, localAuthority } = source;
  const told = { contentType, fileName };
  const reading = { ...told, columns, localAuthority, explainFault };
  const readHere = (all: AsyncIterable<Uint8Array>) => batchesOf(run, readRecords(mapper, whole(all), reading));
  if (options.hasDrafters !== true || run.dryRun !== undefined || !canBeDrafted(mapper)) {
    return { run, batches: readHere(body) };
  }
  const measured = await measureBody(body, bytesWorthDrafting(mapper, thread));
  if (!measured.isLong || thread.isBusy) return { run, batches: readHere(measured.body) };
  const { delivery, mapping } = context;
  const isStaged = mapper.reader === "staged";
  const task = { source, delivery, mapping, ...told, receivedAt, batch_records: batchSizeOf(mapper), isStaged };
  if (!isStaged) return { run, batches: draftedBatches(measured.body, { mapper, task, context, thread, transact }) };
  const staged = { mapper, drafter: createChildDrafter(thread, task, context) };
  return { run: { ...run, context: { ...context, staged } }, batches: readHere(measured.body) };
}

function batchesOf({ mapper }: Run, reads: AsyncIterator<Read>): AsyncIterable<readonly Read[]> {
  return inBatches(reads, batchSizeOf(mapper));
}

async function take(
  run: Run,
  batches: AsyncIterable<readonly Read[]>,
  forgotten?: { readonly records: number },
): Promise<Receipt> {
  try {
    for await (const batch of batches) await takeBatch(run, batch);
    if (run.dryRun !== undefined) await countChildren(run, run.dryRun);
    return await finish(run, forgotten);
  } finally {
    await run.context.staged?.drafter?.end();
    await run.dryRun?.close();
  }
}

async function takeBatch(run: Run, batch: readonly Read[]): Promise<void> {
  const { tellers, options, patientIds, dryRun } = run;
  const prepared = batch.map((read) => read.prepared);
  const result = await commitSafely(run.transact, prepared, run.context);
  run.context.staged?.drafter?.release();
  if (dryRun !== undefined) {
    countBatch(tellers, batch, { ...result, children: new Map() });
    return;
  }
  countBatch(tellers, batch, result);
  const committed = [...result.fates.flatMap((fate) => outcomeOf(fate) ?? []), ...result.children.values()];
  for (const { record, patientId } of committed) patientIds.remember(record, patientId);
  const identifiers = committed.flatMap((outcome) => outcome.identifiers);
  if (identifiers.length > 0) await options.onIdentifiers?.(identifiers);
}

/** In a dry run each batch sees the rows of those before it, but not what they made: that is counted when all are there. */
async function countChildren({ context, tellers }: Run, dryRun: DryRun): Promise<void> {
  if (context.staged === undefined) return;
  for await (const children of dryRun.children(context.source.source)) {
    const prepared = children.map((child) => toChildRead(child).prepared);
    const result = await commitSafely(dryRun.transactAtEnd, prepared, context);
    for (const child of result.children.values()) countChild(tellers, child);
  }
}

async function finish({ options, delivery, context, tellers, ...run }: Run, forgotten?: { readonly records: number }) {
  const { source } = context.source;
  const { dryRun } = run;
  const receipt = tellers.counts.toReceipt({
    id: delivery.id,
    source,
    startedAt: run.startedAt,
    finishedAt: new Date(options.clock()).toISOString(),
    ...(delivery.fileName === undefined ? {} : { fileName: delivery.fileName }),
    ...(context.staged === undefined ? {} : { waiting: await (dryRun ?? options.store).waitingRows(source) }),
    ...(forgotten === undefined ? {} : { forgotten: forgotten.records }),
    ...(dryRun === undefined ? {} : { dryRun: true }),
  });
  if (dryRun !== undefined) return receipt;
  await options.store.write(async (transaction) => {
    await transaction.putReceipt(delivery.id, source, JSON.stringify(receipt));
    const { quality } = tellers;
    if (quality === undefined) return;
    await transaction.putQuality(delivery.id, source, quality.counts.toBody({ delivery: delivery.id, source }));
  });
  return receipt;
}

async function* readHeld({ mapper, context }: Run, records: AsyncIterable<HeldRecord>): AsyncGenerator<Read> {
  const { explainFault } = context;
  const { columns, localAuthority } = context.source;
  for await (const held of records) yield* readKept(mapper, held, { columns, localAuthority, explainFault });
}

async function* heldUnits(store: Store, source: string, forgotten: { records: number }): AsyncGenerator<HeldRecord> {
  for await (const kept of keptUnits(store, source)) {
    if (kept.kind === "record") yield kept.held;
    else forgotten.records += 1;
  }
}

function batchSizeOf({ reader }: AnyMapper): number {
  if (reader === "json" || reader === "hl7v2") return MESSAGES_MAX;
  return reader === "staged" ? ROWS_MAX : LIMITS.ingest_batch_records;
}

function explainFault(error: unknown, source: string, options: IngestLineOptions): UnitIssue {
  options.onFault?.(error, source);
  return FAULT;
}
