import type { Lineage, WriteTransaction } from "../store/store.ts";
import type { CommitContext } from "./commit-unit.ts";
import type { Unit } from "./unit.ts";

interface Kept {
  readonly prior: Lineage | undefined;
  readonly lineage: Pick<Lineage, "hash" | "record" | "made">;
  /** The record made what it had made before. */
  readonly isUnchanged: boolean;
  readonly context: CommitContext;
}

/**
 * Notes what a unit made, which delivery brought it and by which mapping, keeps its record for replay, and says of the
 * record whose place it takes that it counts no more. One that made nothing new stays with the delivery that brought it.
 */
export async function keepLineage(
  transaction: WriteTransaction,
  unit: Unit,
  { prior, lineage, isUnchanged, context }: Kept,
): Promise<void> {
  const { source } = context.source;
  const { delivery, receivedAt, mapping } = context;
  if (isUnchanged && prior !== undefined) {
    await transaction.putLineage(source, unit.key, { ...prior, ...lineage, mapping });
    return;
  }
  const written = unit.writtenAt === undefined ? {} : { writtenAt: unit.writtenAt };
  const { line } = unit;
  await transaction.putLineage(source, unit.key, { ...lineage, delivery, line, receivedAt, mapping, ...written });
  if (prior !== undefined && prior.line > 0) {
    await transaction.noteState({
      source,
      unit: unit.key,
      delivery: prior.delivery,
      line: prior.line,
      receivedAt: prior.receivedAt,
      state: "replaced",
      at: context.clock(),
    });
  }
  // What is taken in again from what was kept is kept no longer for that.
  if (context.isReplay && prior?.hash === lineage.hash) return;
  const raw = unit.raw?.();
  if (raw === undefined) await transaction.forgetRaw(source, unit.key);
  else await transaction.keepRaw(source, unit.key, { ...raw, keptUntil: receivedAt + context.rawRetention_ms });
}
