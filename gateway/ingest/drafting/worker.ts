import { randomUUID } from "node:crypto";
import { isMainThread, type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { AnyMapper } from "#mappers/mapper.ts";
import { type DraftContext, draftUnit, FAMILY_CHARACTERS } from "../draft.ts";
import { inBatches, whole } from "../in-batches.ts";
import { mapperOf } from "../mappers.ts";
import { createOrganizationIds } from "../organization-id.ts";
import { readRecords } from "../prepare.ts";
import type { Read } from "../prepared.ts";
import { createSeenRecords } from "../seen-records.ts";
import { FAULT } from "../validate-mapped.ts";
import type { AskedFacts, DraftingTask, FromDrafter, ToDrafter } from "./messages.ts";
import { ByteWriter, type Drafted, packRead } from "./pack.ts";
import { createQueue, type Queue } from "./queue.ts";

/** Batches drafted ahead of the one that is being committed. */
const BATCHES_AHEAD = 2;
/** Their buffers go to and fro: a new one for each would be collected too late. A batch of profiles takes 3 MB. */
const BUFFER_BYTES = 4 * 1_048_576;
/** One that a batch of large records made larger than this is not used again. */
const BUFFER_BYTES_MAX = 16 * 1_048_576;

/** The thread beside the one that answers queries and commits: bytes → records → what they make, in text. */
async function work(port: MessagePort, task: DraftingTask): Promise<void> {
  const drafter = new Drafter(port, task);
  await drafter.run(await mapperOf(task.source.kind));
  drafter.post({ kind: "done" });
  port.close();
}

class Drafter {
  readonly #port: MessagePort;
  readonly #task: DraftingTask;
  readonly #context: DraftContext;
  readonly #chunks: Queue<Extract<ToDrafter, { kind: "chunk" | "end" }>> = createQueue();
  readonly #facts: Queue<readonly AskedFacts[]> = createQueue();
  readonly #free: Queue<ArrayBuffer> = createQueue();
  readonly #seen = createSeenRecords();
  /** How the ids of a batch begin, so that they lie side by side in the store's indexes; 90 random bits follow. */
  #family = "";

  constructor(port: MessagePort, task: DraftingTask) {
    this.#port = port;
    this.#task = task;
    const { source, localAuthority, authority, derives } = task.source;
    const organizationId = createOrganizationIds();
    this.#context = {
      source,
      localAuthority,
      derives,
      organizationId: (identifier) => organizationId(authority, identifier),
      ids: () => this.#family + randomUUID().slice(FAMILY_CHARACTERS),
      receivedAt: task.receivedAt,
    };
    port.on("message", (message: ToDrafter) => this.#receive(message));
  }

  post(message: FromDrafter, transfer: ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  #receive(message: ToDrafter): void {
    if (message.kind === "facts") this.#facts.add(message.facts);
    else if (message.kind === "taken") this.#recycle(message.bytes);
    else this.#chunks.add(message);
  }

  #recycle(buffer: ArrayBuffer): void {
    this.#free.add(buffer.byteLength > BUFFER_BYTES_MAX ? new ArrayBuffer(BUFFER_BYTES) : buffer);
  }

  async run(mapper: AnyMapper): Promise<void> {
    const { contentType, fileName, source } = this.#task;
    const { columns, localAuthority } = source;
    const explainFault = (error: unknown) => {
      this.post({ kind: "fault", error: error instanceof Error ? error : new Error("thrown by a mapper") });
      return FAULT;
    };
    const told = { contentType, fileName, columns, localAuthority, explainFault };
    const reads = readRecords(mapper, whole(this.#body()), told);
    for (let n = 0; n < BATCHES_AHEAD; n++) this.#free.add(new ArrayBuffer(BUFFER_BYTES));
    let asked: readonly Read[] | undefined;
    // While a batch waits for what the store knows of it, the next one is read.
    for await (const batch of inBatches(reads, this.#task.batch_records)) {
      this.#ask(batch);
      if (asked !== undefined) await this.#draft(asked);
      asked = batch;
    }
    if (asked !== undefined) await this.#draft(asked);
  }

  async *#body(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const next = await this.#chunks.next();
      if (next.kind === "end") {
        if (next.isBroken) throw new Error("The body of a delivery broke off.");
        return;
      }
      this.post({ kind: "read" });
      yield next.bytes;
    }
  }

  #ask(batch: readonly Read[]): void {
    const asks = batch.flatMap(({ prepared }) => {
      if (prepared.kind !== "unit") return [];
      const { key, hash, identity } = prepared.unit;
      return [{ key, hash, identity }];
    });
    this.post({ kind: "asks", asks });
  }

  async #draft(batch: readonly Read[]): Promise<void> {
    const facts = (await this.#facts.next()).values();
    const bytes = new ByteWriter(await this.#free.next());
    this.#family = randomUUID().slice(0, FAMILY_CHARACTERS);
    const reads = batch.map((read) => {
      const known = read.prepared.kind === "unit" ? facts.next().value : undefined;
      return packRead(read, known && this.#draftOne(read, known), bytes);
    });
    const buffer = bytes.take();
    this.post({ kind: "batch", reads, bytes: buffer }, [buffer]);
  }

  /** Nothing where a mapper threw: it throws again where its fault is told. */
  #draftOne({ prepared }: Read, facts: AskedFacts): Drafted {
    if (prepared.kind !== "unit") return undefined;
    // What came before in this file may be other by now than the store said.
    if (this.#seen.addAgain(prepared.unit.key)) return undefined;
    if (facts === "unchanged") return facts;
    try {
      return draftUnit(prepared.unit, facts, this.#context);
    } catch {
      return undefined;
    }
  }
}

if (!isMainThread && parentPort !== null) await work(parentPort, workerData);
