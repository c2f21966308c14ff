import type { Resolution } from "../identity/resolve-child.ts";
import { type Lineage, type RecordKey, SHARED_ID_SPACE, type WriteTransaction } from "../store/store.ts";
import type { CommitContext } from "./commit-unit.ts";
import { keepLineage, NO_CHILD } from "./keep-lineage.ts";
import type { KnownIdentifier, Unit, UnitOutcome } from "./unit.ts";

const NOTHING_TO_WITHDRAW = "there was nothing to take back";

interface TakingBack {
  readonly prior: Lineage | undefined;
  readonly resolution: Resolution;
  readonly context: CommitContext;
  /** Writes what is left of what the record itself said of the person; absent where it leaves that as it is. */
  readonly restate: ((record: RecordKey) => Promise<{ readonly identifiers: readonly KnownIdentifier[] }>) | undefined;
}

/**
 * Ends what a record made before. It makes no child and links none; what its source says of the person stays, but for
 * what this very record had said. Of a record that was never there, only that it is over is kept, so that an older
 * message that comes late does not bring it back.
 */
export async function takeBack(
  transaction: WriteTransaction,
  unit: Unit,
  { prior, resolution, context, restate }: TakingBack,
): Promise<UnitOutcome> {
  const { source } = context.source;
  const now = context.clock();
  const record = prior?.record ?? resolution.record ?? NO_CHILD;
  const ended = prior?.made ?? [];
  for (const { type, id } of ended) await transaction.remove(type, id, SHARED_ID_SPACE, now);
  const { raw: _, ...kept } = unit;
  await keepLineage(transaction, record === NO_CHILD ? { ...kept } : unit, {
    prior,
    lineage: { hash: unit.hash, record, made: [] },
    context,
  });
  if (prior === undefined) return { kind: "unchanged", notes: [{ message: NOTHING_TO_WITHDRAW }] };
  if (record === NO_CHILD) return { kind: "unchanged" };
  await transaction.putRelationships(record, source, unit.key, []);
  const told = await transaction.contribution(record, source, resolution.identity.localId);
  const left = told?.unit === unit.key ? await restate?.(record) : undefined;
  if (ended.length === 0 && left === undefined) return { kind: "unchanged" };
  return {
    kind: "committed",
    record,
    patientId: await context.patientIdOf(transaction, record),
    changed: ended.map(({ type }) => type),
    notCarried: [],
    identifiers: left?.identifiers ?? [],
    until: undefined,
    notes: [],
  };
}
