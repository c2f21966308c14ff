import type { Worker } from "node:worker_threads";
import type { AnyMapper, MapContext, Mapped } from "#mappers/mapper.ts";
import type { WriteTransaction } from "../../store/store.ts";
import type { DeliveryContext } from "../commit-batch.ts";
import type { Read } from "../prepared.ts";
import type { DraftingThread } from "./drafting-thread.ts";
import { guessFacts, readToGuess } from "./guess-facts.ts";
import type { Ask, AskedFacts, DraftingTask, FromDrafter, ToDrafter } from "./messages.ts";
import { createQueue, type Queue } from "./queue.ts";
import { unpackRead } from "./unpack.ts";

/** A body at least this long pays for a thread, which takes a third of a second to start: some 200 records. */
const BODY_BYTES_MIN = { csv: 32_768, forms: 32_768, json: 524_288, staged: 32_768, xml: 524_288 } as const;
/** For a thread that is there already, this part of it is enough. */
const WARM_SHARE = 1 / 8;
/** Chunks of the body on their way to the thread. */
const CHUNKS_AHEAD = 8;

export interface DraftedBatchesOptions {
  readonly mapper: AnyMapper;
  readonly task: DraftingTask;
  readonly context: DeliveryContext;
  readonly thread: DraftingThread;
  readonly transact: <T>(work: (transaction: WriteTransaction) => Promise<T>) => Promise<T>;
}

type DraftedMapper = Extract<AnyMapper, { readonly reader: keyof typeof BODY_BYTES_MIN }>;

/** Whether what a source tells can be drafted in another thread: a file holds many records, or rows of many children. */
export function canBeDrafted(mapper: AnyMapper): mapper is DraftedMapper {
  return mapper.reader in BODY_BYTES_MIN;
}

/** From how many bytes on a file is worth drafting. */
export function bytesWorthDrafting({ reader }: DraftedMapper, { isWarm }: Pick<DraftingThread, "isWarm">): number {
  return BODY_BYTES_MIN[reader] * (isWarm ? WARM_SHARE : 1);
}

/** The beginning of a body, and all of it: whether it is long is known without holding more than it takes to know. */
export async function measureBody(
  body: AsyncIterable<Uint8Array>,
  bytes_min: number,
): Promise<{ readonly isLong: boolean; readonly body: AsyncIterable<Uint8Array> }> {
  const chunks = body[Symbol.asyncIterator]();
  const first: IteratorResult<Uint8Array>[] = [];
  let size = 0;
  let failure: { readonly error: unknown } | undefined;
  while (size < bytes_min) {
    try {
      const next = await chunks.next();
      if (next.done === true) break;
      first.push(next);
      size += next.value.length;
    } catch (error) {
      failure = { error };
      break;
    }
  }
  const isLong = size >= bytes_min;
  async function* all(): AsyncGenerator<Uint8Array> {
    for (const { value } of first.splice(0)) yield value;
    if (failure !== undefined) throw failure.error;
    if (!isLong) return;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
  }
  return { isLong, body: all() };
}

/**
 * The records of a body in batches, read, parsed and drafted by a thread of its own while this one commits and answers
 * queries. Gives the thread back when the last batch was taken, or nobody takes any more.
 * @throws what ended the thread
 */
export function draftedBatches(
  body: AsyncIterable<Uint8Array>,
  options: DraftedBatchesOptions,
): AsyncGenerator<readonly Read[]> {
  // Taken here and now: whoever comes next finds the thread busy.
  return batchesOf(new DrafterHandle(options), body);
}

async function* batchesOf(drafter: DrafterHandle, body: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Read[]> {
  let isDone = false;
  try {
    drafter.feed(body);
    for (;;) {
      const batch = await drafter.batches.next();
      isDone = batch === "done";
      if (batch === "done") return;
      const { reads, bytes } = batch;
      yield reads;
      // What was made of them is in the store by now; nothing reads in their bytes any more.
      drafter.post({ kind: "taken", bytes }, [bytes]);
    }
  } finally {
    await drafter.end(isDone);
  }
}

interface DraftedBatch {
  readonly reads: readonly Read[];
  /** Where the texts and bytes of `reads` are. */
  readonly bytes: ArrayBuffer;
}

class DrafterHandle {
  readonly batches: Queue<DraftedBatch | "done"> = createQueue();
  readonly #options: DraftedBatchesOptions;
  readonly #worker: Worker;
  readonly #read: Queue<"read"> = createQueue();
  readonly #map: (parsed: unknown, context: MapContext) => Mapped;
  #isEnded = false;
  readonly #onMessage = (message: FromDrafter): void => this.#receive(message);
  readonly #onError = (error: unknown): void => this.#fail(error);
  readonly #onExit = (): void => this.#fail(new Error("The thread that drafts has ended."));

  constructor(options: DraftedBatchesOptions) {
    this.#options = options;
    this.#map = mapOf(options.mapper);
    this.#worker = options.thread.take();
    this.#worker.on("message", this.#onMessage);
    this.#worker.on("error", this.#onError);
    this.#worker.on("exit", this.#onExit);
    this.post({ kind: "begin", task: options.task });
    for (let n = 0; n < CHUNKS_AHEAD; n++) this.#read.add("read");
  }

  post(message: ToDrafter, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  /** Sends the body on as it is read there. */
  feed(body: AsyncIterable<Uint8Array>): void {
    this.#feed(body).then(
      (isBroken) => this.post({ kind: "end", isBroken }),
      (error: unknown) => this.#fail(error),
    );
  }

  async #feed(body: AsyncIterable<Uint8Array>): Promise<boolean> {
    const chunks = body[Symbol.asyncIterator]();
    for (;;) {
      await this.#read.next();
      if (this.#isEnded) return true;
      const next = await chunks.next().catch(() => undefined);
      if (next === undefined) return true;
      if (next.done === true) return false;
      // A copy, since the chunk may be a part of a buffer that others use.
      const bytes = new Uint8Array(next.value);
      this.post({ kind: "chunk", bytes }, [bytes.buffer]);
    }
  }

  async end(isDone: boolean): Promise<void> {
    this.#isEnded = true;
    this.#read.add("read");
    this.#worker.off("message", this.#onMessage);
    this.#worker.off("exit", this.#onExit);
    await this.#options.thread.giveBack(this.#worker, isDone);
    this.#worker.off("error", this.#onError);
  }

  #receive(message: FromDrafter): void {
    switch (message.kind) {
      case "read":
        this.#read.add("read");
        return;
      case "asks":
        this.#answer(message.asks).catch((error: unknown) => this.#fail(error));
        return;
      case "batch": {
        const { ids } = this.#options.context;
        const unpack = { map: this.#map, ids };
        const { reads, bytes } = message;
        this.batches.add({ reads: reads.map((read) => unpackRead(read, bytes, unpack)), bytes });
        return;
      }
      case "fault":
        this.#options.context.explainFault(message.error);
        return;
      case "done":
        this.batches.add("done");
    }
  }

  /** Asked in a transaction of its own, behind the batch that is being committed, so that it sees what that one made. */
  async #answer(asks: readonly Ask[]): Promise<void> {
    const { context, transact } = this.#options;
    const facts = await transact(async (transaction) => {
      const found: AskedFacts[] = [];
      await readToGuess(transaction, asks, context);
      for (const ask of asks) {
        found.push(await guessFacts(transaction, ask, context));
        await context.pause();
      }
      return found;
    });
    this.post({ kind: "facts", facts });
  }

  #fail(error: unknown): void {
    this.batches.fail(error);
    this.#read.fail(error);
  }
}

/** How a mapper maps what it parsed; files of forms give the same in both of their formats. */
export function mapOf(mapper: AnyMapper): (parsed: unknown, context: MapContext) => Mapped {
  if (mapper.reader === "staged") throw new Error("Rows of tables are mapped by child.");
  if (mapper.reader === "forms") return mapper.xml.map;
  return mapper.map;
}
