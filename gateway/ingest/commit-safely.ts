import type { WriteTransaction } from "../store/store.ts";
import { type BatchResult, commitBatch, type DeliveryContext, type Fate, holdBack } from "./commit-batch.ts";
import { ChildRefused } from "./map-children.ts";
import type { Prepared } from "./prepared.ts";

/** Runs a work in a transaction of its own: one that stays, or one of which nothing does. */
export type Transact = <T>(work: (transaction: WriteTransaction) => Promise<T>) => Promise<T>;

/**
 * Commits a batch in one transaction. When something in it makes that impossible, each record is tried by itself, so
 * that only the one that is at fault is held back.
 * @throws StoreUnavailableError when the store is not to be had: the delivery is broken off, and may be sent again
 * @throws what the store threw when not even that can be written down
 */
export async function commitSafely(
  transact: Transact,
  batch: readonly Prepared[],
  context: DeliveryContext,
): Promise<BatchResult> {
  try {
    return await transact((transaction) => commitBatch(transaction, batch, context));
  } catch (error) {
    const [only, ...others] = batch;
    if (only === undefined || isOfStore(error)) throw error;
    if (others.length === 0) return holdBackAlone(transact, only, { error, context });
  }
  const fates: Fate[] = [];
  const children = new Map<string, BatchResult["children"] extends ReadonlyMap<string, infer Child> ? Child : never>();
  for (const prepared of batch) {
    const result = await commitSafely(transact, [prepared], context);
    fates.push(...result.fates);
    for (const [child, outcome] of result.children) children.set(child, outcome);
  }
  return { fates, children };
}

/** A store that cannot be had for the time being says nothing of a record. */
function isOfStore(error: unknown): boolean {
  return error instanceof Error && error.name === "StoreUnavailableError";
}

async function holdBackAlone(
  transact: Transact,
  prepared: Prepared,
  { error, context }: { readonly error: unknown; readonly context: DeliveryContext },
): Promise<BatchResult> {
  const isRefusal = error instanceof ChildRefused;
  const found = isRefusal ? error.issues : [context.explainFault(error)];
  const issues = found.map((issue) => ({ line: prepared.line, ...issue }));
  const reached = isRefusal ? error.reached : "received";
  const fate = await transact((transaction) => holdBack(transaction, prepared, { issues, reached, context }));
  return { fates: [fate], children: new Map() };
}
