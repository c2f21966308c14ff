import type { Lineage, RecordKey, WriteTransaction } from "../store/store.ts";
import type { CommitContext } from "./commit-unit.ts";
import type { Unit } from "./unit.ts";

/** What the lineage calls the record of a child whom nobody has told of. The store gives no record this key. */
export const NO_CHILD: RecordKey = 0;

interface Kept {
  readonly prior: Lineage | undefined;
  readonly lineage: Pick<Lineage, "hash" | "record" | "made">;
  readonly context: CommitContext;
}

/**
 * Notes what a unit made, which delivery brought it and by which mapping, keeps its record for replay, and says of the
 * record whose place it takes that it counts no more. The same record once more stays with the delivery that brought it,
 * whatever is made of it now, and is kept no longer for that.
 */
export async function keepLineage(
  transaction: WriteTransaction,
  unit: Unit,
  { prior, lineage, context }: Kept,
): Promise<void> {
  const { source } = context.source;
  const { delivery, receivedAt, mapping } = context;
  const child = lineage.record === NO_CHILD ? {} : { localId: unit.identity.localId };
  if (prior !== undefined && isOfItsDelivery(prior, unit, context)) {
    await transaction.putLineage(source, unit.key, { ...prior, ...lineage, ...child, mapping });
    return;
  }
  const written = unit.writtenAt === undefined ? {} : { writtenAt: unit.writtenAt };
  const { line } = unit;
  await transaction.putLineage(source, unit.key, {
    ...lineage,
    ...child,
    delivery,
    line,
    receivedAt,
    mapping,
    ...written,
  });
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
  const raw = unit.raw?.();
  // The joined rows of a child are kept as rows: of them there is nothing to forget.
  if (raw === undefined && prior !== undefined && prior.line > 0) await transaction.forgetRaw(source, unit.key);
  if (raw !== undefined)
    await transaction.keepRaw(source, unit.key, { ...raw, keptUntil: receivedAt + context.rawRetention_ms });
}

/** A record that nobody knows the delivery of, since it came before deliveries were noted, takes the one under way. */
function isOfItsDelivery(prior: Lineage, unit: Unit, { replay }: CommitContext): boolean {
  return (prior.hash === unit.hash && (prior.line > 0 || unit.line === 0)) || replay === "source";
}
