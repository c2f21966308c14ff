import type { Worker } from "node:worker_threads";
import type { DeliveryContext } from "../commit-batch.ts";
import type { Draft } from "../draft.ts";
import type { DraftingThread } from "./drafting-thread.ts";
import type { ChildAsk, DraftingTask, FromDrafter, ToDrafter } from "./messages.ts";
import { unpackDraft } from "./unpack.ts";

/** What was drafted of children, by the key of their unit. */
export type Drafts = ReadonlyMap<string, Draft>;

/** A thread that drafts children of staged rows beside the transaction that commits them. */
export interface ChildDrafter {
  /** Never fails: of a child that could not be drafted, or when the thread has ended, there is none. */
  draft(asks: readonly ChildAsk[]): Promise<Drafts>;
  /** Told when what was drafted so far is in the store, or will not be: nothing reads in its bytes any more. */
  release(): void;
  /** Gives the thread back. */
  end(): Promise<void>;
}

/** The children of one read, with much more than they mostly make; larger ones make it larger. */
const BUFFER_BYTES = 262_144;
/** One that was made larger than this is not used again. */
const BUFFER_BYTES_MAX = 1_048_576;

export const NO_DRAFTS: Drafts = new Map();

interface Waiting {
  readonly asks: readonly ChildAsk[];
  readonly resolve: (drafts: Drafts) => void;
}

/** Takes the thread for a delivery; whoever has the drafter ends it. */
export function createChildDrafter(
  thread: DraftingThread,
  task: DraftingTask,
  { ids, explainFault }: Pick<DeliveryContext, "ids" | "explainFault">,
): ChildDrafter {
  const waiting: Waiting[] = [];
  const lent: ArrayBuffer[] = [];
  const free: ArrayBuffer[] = [];
  const worker: Worker = thread.take();
  let isBroken = false;
  const post = (message: ToDrafter, transfer: readonly ArrayBuffer[] = []) => worker.postMessage(message, transfer);
  const onMessage = (message: FromDrafter): void => {
    if (message.kind !== "drafts") return;
    const { drafts, bytes: buffer } = message;
    lent.push(buffer);
    const asked = waiting.shift();
    const found = new Map<string, Draft>();
    for (const [n, { unit, facts }] of asked?.asks.entries() ?? []) {
      const packed = drafts[n];
      if (packed !== undefined) found.set(unit, unpackDraft(packed, { facts, buffer, ids }));
    }
    asked?.resolve(found);
  };
  const fail = (error: unknown): void => {
    if (isBroken) return;
    isBroken = true;
    explainFault(error);
    for (const { resolve } of waiting.splice(0)) resolve(NO_DRAFTS);
  };
  const onExit = (): void => fail(new Error("The thread that drafts has ended."));
  worker.on("message", onMessage);
  worker.on("error", fail);
  worker.on("exit", onExit);
  post({ kind: "begin", task });
  return {
    draft(asks) {
      if (isBroken || asks.length === 0) return Promise.resolve(NO_DRAFTS);
      return new Promise((resolve) => {
        waiting.push({ asks, resolve });
        const bytes = free.pop() ?? new ArrayBuffer(BUFFER_BYTES);
        post({ kind: "children", children: asks, bytes }, [bytes]);
      });
    },
    release() {
      free.push(...lent.splice(0).filter(({ byteLength }) => byteLength <= BUFFER_BYTES_MAX));
    },
    async end() {
      worker.off("message", onMessage);
      worker.off("exit", onExit);
      await thread.giveBack(worker, !isBroken && waiting.length === 0);
      worker.off("error", fail);
    },
  };
}
