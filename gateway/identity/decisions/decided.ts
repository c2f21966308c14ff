import type { RecordKey, SourceChildName, StoredDecision, WriteTransaction } from "../../store/store.ts";
import type { DecisionOutcome, DecisionRequest } from "./decisions.ts";
import { type Moved, moveChildren, settleStanding } from "./move-children.ts";
import type { MovingPorts, TouchedIdentifier } from "./ports.ts";
import { settleNumbers } from "./settle-numbers.ts";
import { toIdentityDecision } from "./told-decision.ts";

/** What a verb did within its transaction. */
export interface Decided {
  readonly outcome: DecisionOutcome;
  readonly identifiers: readonly TouchedIdentifier[];
}

export function refuse(refusal: Extract<DecisionOutcome, { ok: false }>["refusal"]): Decided {
  return { outcome: { ok: false, refusal }, identifiers: [] };
}

/** A decision that moves sources' children from one record to another. */
export interface Moving {
  readonly kind: "merge" | "split" | "undo";
  readonly survivor: RecordKey;
  readonly other: RecordKey;
  readonly from: RecordKey;
  readonly to: RecordKey;
  readonly children: readonly SourceChildName[];
  readonly others: readonly string[] | "all";
  readonly isPastShown: boolean;
  readonly isForbidding: boolean;
  readonly undoes?: number;
  /** Done when children, resources and the decision are in place, before numbers and standing follow from them. */
  readonly settle: (sequence: number, at: number) => Promise<void>;
  /** Further records in which something changes. */
  readonly alsoChanged?: readonly RecordKey[];
}

/** Moves, appends the decision with its Provenance, and lets numbers and standing follow. */
export async function decideMove(
  transaction: WriteTransaction,
  { author, reason, evidence = [] }: DecisionRequest,
  { moving, ports }: { readonly moving: Moving; readonly ports: MovingPorts },
): Promise<Decided> {
  const { kind, survivor, other, from, to, children } = moving;
  const at = ports.clock();
  const moved = await moveChildren(
    transaction,
    {
      children,
      others: moving.others,
      from,
      to,
      isPastShown: moving.isPastShown,
      author,
      evidence: [`decision: ${kind}`, ...evidence],
      at,
    },
    ports,
  );
  const provenance = await tellProvenance(transaction, { moved, to, author, at }, ports);
  const decision: Omit<StoredDecision, "sequence" | "undoneBy"> = {
    kind,
    author,
    reason,
    evidence,
    decidedAt: at,
    survivor,
    other,
    moved: children.map((child) => ({ ...child, from, to })),
    // The decision's own Provenance stands first, so that undoing it ends that.
    others: [...provenance, ...moved.others],
    isForbidding: moving.isForbidding,
    ...(moving.undoes === undefined ? {} : { undoes: moving.undoes }),
  };
  const sequence = await transaction.appendDecision(decision);
  await moving.settle(sequence, at);
  const settled = await settleNumbers(transaction, [from, to], { ports, at });
  await settleStanding(transaction, from, ports);
  await settleStanding(transaction, to, ports);
  const records = [from, to, ...settled.records, ...(moving.alsoChanged ?? [])];
  return {
    outcome: {
      ok: true,
      decision: toIdentityDecision({ ...decision, sequence }),
      resources: moved.resources,
      moved: decision.moved,
      records: [...new Set(records)].sort((a, b) => a - b),
    },
    identifiers: [...moved.identifiers, ...settled.identifiers],
  };
}

/** One for all that a decision moved, in the record to which it came; none where nothing but words moved. */
async function tellProvenance(
  transaction: WriteTransaction,
  told: { readonly moved: Moved; readonly to: RecordKey; readonly author: string; readonly at: number },
  ports: MovingPorts,
): Promise<readonly string[]> {
  // About the child alone it would tell whoever sees the child of words that they do not see.
  if (told.moved.resources.length === 0) return [];
  const patientId = (await transaction.record(told.to))?.patientId ?? "";
  const id = ports.ids();
  const targets = [`Patient/${patientId}`, ...told.moved.resources];
  await transaction.put(told.to, ports.provenance({ id, targets, author: told.author, decidedAt: told.at }));
  return [`Provenance/${id}`];
}
