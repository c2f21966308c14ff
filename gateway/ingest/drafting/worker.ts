import { randomUUID } from "node:crypto";
import { isMainThread, type MessagePort, parentPort } from "node:worker_threads";
import type { AnyMapper } from "#mappers/mapper.ts";
import { type DraftContext, draftUnit, FAMILY_CHARACTERS } from "../draft.ts";
import { draftProvenances, type ProvenanceContext } from "../draft-provenances.ts";
import { inBatches, whole } from "../in-batches.ts";
import { mapperOf } from "../mappers.ts";
import { readRecords } from "../prepare.ts";
import type { Read } from "../prepared.ts";
import { createRepeats } from "../repeats.ts";
import { createSeenRecords } from "../seen-records.ts";
import { FAULT } from "../validate-mapped.ts";
import { draftChildren } from "./draft-children.ts";
import type { AskedFacts, DraftingTask, FromDrafter, ToDrafter } from "./messages.ts";
import { ByteWriter, type Drafted, packRead } from "./pack.ts";
import { createQueue, type Queue } from "./queue.ts";
import { toContexts } from "./to-contexts.ts";

/** Batches drafted ahead of the one that is being committed. */
const BATCHES_AHEAD = 2;
/** Their buffers go to and fro: a new one for each would be collected too late. A batch of profiles takes 3 MB. */
const BUFFER_BYTES = 4 * 1_048_576;
/** One that a batch of large records made larger than this is not used again. */
const BUFFER_BYTES_MAX = 16 * 1_048_576;

/** Children of this file for whom an id was drawn, that are remembered: their next record mostly comes soon. */
const DRAWN_MAX = 10_000;

/** The thread beside the one that answers queries and commits: file after file. */
function serve(port: MessagePort): void {
  let drafter: { receive(message: Exclude<ToDrafter, { kind: "begin" }>): void } | undefined;
  port.on("message", (message: ToDrafter) => {
    if (message.kind !== "begin") drafter?.receive(message);
    else drafter = message.task.isStaged ? draftChildren(port, message.task) : begin(port, message.task);
  });
}

function begin(port: MessagePort, task: DraftingTask): Drafter {
  const drafter = new Drafter(port, task);
  // What it throws ends the thread, and is told as its error.
  void drafter.run();
  return drafter;
}

/** Bytes → records → what they make, in text. */
class Drafter {
  readonly #port: MessagePort;
  readonly #task: DraftingTask;
  readonly #context: DraftContext;
  readonly #provenance: ProvenanceContext;
  readonly #chunks: Queue<Extract<ToDrafter, { kind: "chunk" | "end" }>> = createQueue();
  readonly #facts: Queue<readonly AskedFacts[]> = createQueue();
  readonly #free: Queue<ArrayBuffer> = createQueue();
  readonly #seen = createSeenRecords();
  /** Ids that were drawn for children of this file, by what the source calls them. */
  readonly #drawn = new Map<string, string>();
  /** How the ids of a batch begin, so that they lie side by side in the store's indexes; 90 random bits follow. */
  #family = "";

  constructor(port: MessagePort, task: DraftingTask) {
    this.#port = port;
    this.#task = task;
    const { draft, provenance } = toContexts(task, () => this.#family + randomUUID().slice(FAMILY_CHARACTERS));
    this.#context = { ...draft, repeats: createRepeats() };
    this.#provenance = provenance;
  }

  #post(message: FromDrafter, transfer: ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  receive(message: Exclude<ToDrafter, { kind: "begin" }>): void {
    if (message.kind === "facts") this.#facts.add(message.facts);
    else if (message.kind === "taken") this.#recycle(message.bytes);
    else if (message.kind !== "children") this.#chunks.add(message);
  }

  #recycle(buffer: ArrayBuffer): void {
    this.#free.add(buffer.byteLength > BUFFER_BYTES_MAX ? new ArrayBuffer(BUFFER_BYTES) : buffer);
  }

  async run(): Promise<void> {
    await this.#draftAll(await mapperOf(this.#task.source.kind));
    this.#post({ kind: "done" });
  }

  async #draftAll(mapper: AnyMapper): Promise<void> {
    const { contentType, fileName, source } = this.#task;
    const { columns, localAuthority } = source;
    const explainFault = (error: unknown) => {
      this.#post({ kind: "fault", error: error instanceof Error ? error : new Error("thrown by a mapper") });
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
      this.#post({ kind: "read" });
      yield next.bytes;
    }
  }

  #ask(batch: readonly Read[]): void {
    const asks = batch.flatMap(({ prepared }) => {
      if (prepared.kind !== "unit") return [];
      const { key, hash, identity } = prepared.unit;
      return [{ key, hash, identity }];
    });
    this.#post({ kind: "asks", asks });
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
    this.#post({ kind: "batch", reads, bytes: buffer }, [buffer]);
  }

  /** Nothing where a mapper threw: it throws again where its fault is told. */
  #draftOne({ prepared }: Read, facts: AskedFacts): Drafted {
    if (prepared.kind !== "unit") return undefined;
    // What came before in this file may be other by now than the store said.
    if (this.#seen.addAgain(prepared.unit.key)) return undefined;
    if (facts === "unchanged") return facts;
    const { localId } = prepared.unit.identity;
    // A child whom this file told of shortly before is the one that an id was drawn for then.
    const patientId = facts.patientId ?? this.#drawn.get(localId);
    try {
      const draft = draftUnit(prepared.unit, { ...facts, patientId }, this.#context);
      if (patientId === undefined) this.#remember(localId, draft.patientId);
      return { ...draft, provenances: draftProvenances(draft, prepared.unit.record, this.#provenance) };
    } catch {
      return undefined;
    }
  }

  #remember(localId: string, patientId: string): void {
    if (this.#drawn.size >= DRAWN_MAX) this.#drawn.clear();
    this.#drawn.set(localId, patientId);
  }
}

if (!isMainThread && parentPort !== null) serve(parentPort);
