import { Worker } from "node:worker_threads";
import type { AnyMapper, MapContext, Mapped } from "#mappers/mapper.ts";
import type { WriteTransaction } from "../../store/store.ts";
import type { DeliveryContext } from "../commit-batch.ts";
import type { Read } from "../prepared.ts";
import { guessFacts } from "./guess-facts.ts";
import type { Ask, AskedFacts, DraftingTask, FromDrafter, ToDrafter } from "./messages.ts";
import { createQueue, type Queue } from "./queue.ts";
import { unpackRead } from "./unpack.ts";

/** A body at least this long pays for a thread of its own, which takes a third of a second to start. */
const BODY_BYTES_MIN = 1_048_576;
/** Chunks of the body on their way to the thread. */
const CHUNKS_AHEAD = 8;
/** The thread holds a few batches, whose records may be of a megabyte each; of usual ones it takes 40 MB. */
const LIMITS_MEGABYTES = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 8 };

export interface DraftedBatchesOptions {
  readonly mapper: AnyMapper;
  readonly task: DraftingTask;
  readonly context: DeliveryContext;
  readonly transact: <T>(work: (transaction: WriteTransaction) => Promise<T>) => Promise<T>;
}

/** Whether the records of a source can be drafted in another thread: each is whole in itself, and a file holds many. */
export function canBeDrafted({ reader }: AnyMapper): boolean {
  return reader === "xml" || reader === "csv" || reader === "forms";
}

/** The beginning of a body, and all of it: whether it is long is known without holding more than it takes to know. */
export async function measureBody(
  body: AsyncIterable<Uint8Array>,
): Promise<{ readonly isLong: boolean; readonly body: AsyncIterable<Uint8Array> }> {
  const chunks = body[Symbol.asyncIterator]();
  const first: IteratorResult<Uint8Array>[] = [];
  let size = 0;
  let failure: { readonly error: unknown } | undefined;
  while (size < BODY_BYTES_MIN) {
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
  const isLong = size >= BODY_BYTES_MIN;
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
 * queries. Ends the thread when the last batch was taken, or nobody takes any more.
 * @throws what ended the thread
 */
export async function* draftedBatches(
  body: AsyncIterable<Uint8Array>,
  options: DraftedBatchesOptions,
): AsyncGenerator<readonly Read[]> {
  const drafter = new DrafterHandle(options);
  try {
    drafter.feed(body);
    for (;;) {
      const batch = await drafter.batches.next();
      if (batch === "done") return;
      const { reads, bytes } = batch;
      yield reads;
      // What was made of them is in the store by now; nothing reads in their bytes any more.
      drafter.post({ kind: "taken", bytes }, [bytes]);
    }
  } finally {
    await drafter.end();
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

  constructor(options: DraftedBatchesOptions) {
    this.#options = options;
    this.#map = mapOf(options.mapper);
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData: options.task,
      name: "drafter",
      resourceLimits: LIMITS_MEGABYTES,
    });
    // A gateway that is told to stop does not wait for it.
    this.#worker.unref();
    this.#worker.on("message", (message: FromDrafter) => this.#receive(message));
    this.#worker.on("error", (error) => this.#fail(error));
    this.#worker.on("exit", () => this.#fail(new Error("The thread that drafts has ended.")));
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

  async end(): Promise<void> {
    this.#isEnded = true;
    this.#read.add("read");
    await this.#worker.terminate();
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
  if (mapper.reader === "staged") throw new Error("Rows of tables are not drafted.");
  if (mapper.reader === "forms") return mapper.xml.map;
  return mapper.map;
}
