import type { FieldIssue } from "#mappers/mapper.ts";
import type { StagedRow, WriteTransaction } from "../store/store.ts";
import { commitSender } from "./commit-organizations.ts";
import { type CommitContext, commitUnit } from "./commit-unit.ts";
import type { Pause } from "./pause.ts";
import type { PlaceIssue } from "./readers/read-item.ts";
import { commitRow, mapChildren, type StagedContext, type TouchedChildren } from "./stage-rows.ts";
import type { Unit, UnitOutcome } from "./unit.ts";

/** A source record that was read, on its way into the store. */
export type Prepared =
  | {
      readonly kind: "unit";
      readonly line: number;
      readonly unit: Unit;
      readonly warnings: readonly FieldIssue[];
      /** The record as quarantine would hold it. */
      readonly content: () => string;
    }
  | {
      readonly kind: "row";
      readonly line: number;
      readonly row: StagedRow;
      readonly warnings: readonly FieldIssue[];
      readonly content: () => string;
    }
  | {
      readonly kind: "refused";
      readonly line: number;
      readonly issues: readonly PlaceIssue[];
      readonly content: () => string;
    };

/** What became of one prepared record. */
export type Fate =
  | { readonly kind: "committed"; readonly outcome?: Extract<UnitOutcome, { kind: "committed" }> }
  | { readonly kind: "unchanged" }
  | { readonly kind: "quarantined"; readonly issues: readonly PlaceIssue[] };

export interface BatchResult {
  /** One for each prepared record, in order. */
  readonly fates: readonly Fate[];
  /** What the children of staged rows became. */
  readonly children: readonly Extract<UnitOutcome, { kind: "committed" }>[];
}

/** What stays the same for all batches of a delivery. */
export interface DeliveryContext extends Omit<CommitContext, "organizations"> {
  readonly pause: Pause;
  /** Set for a source whose tables are staged. */
  readonly staged: StagedContext | undefined;
}

type BatchContext = DeliveryContext & CommitContext;

/** Commits prepared records in one transaction. One that is refused goes to quarantine there and then. */
export async function commitBatch(
  transaction: WriteTransaction,
  batch: readonly Prepared[],
  delivery: DeliveryContext,
): Promise<BatchResult> {
  const context: BatchContext = { ...delivery, organizations: new Map() };
  await commitSender(transaction, context);
  const fates: Fate[] = [];
  const touched: TouchedChildren = { children: new Set(), below: new Map() };
  for (const prepared of batch) {
    fates.push(await commitOne(transaction, prepared, { context, touched }));
    await context.pause();
  }
  const children =
    context.staged === undefined
      ? []
      : await mapChildren(transaction, touched.children, { ...context, ...context.staged });
  await moveReach(
    transaction,
    [...fates.map((fate) => ("outcome" in fate ? fate.outcome : undefined)), ...children],
    context,
  );
  return { fates, children };
}

async function commitOne(
  transaction: WriteTransaction,
  prepared: Prepared,
  { context, touched }: { readonly context: BatchContext; readonly touched: TouchedChildren },
): Promise<Fate> {
  if (prepared.kind === "refused") return holdBack(transaction, prepared, { issues: prepared.issues, context });
  if (prepared.kind === "row") {
    if (context.staged === undefined) throw new Error("A row of a table came to a source without tables.");
    return { kind: await commitRow(transaction, prepared.row, { ...context, ...context.staged, touched }) };
  }
  const outcome = await commitUnit(transaction, prepared.unit, context);
  if (outcome.kind === "unchanged") return outcome;
  if (outcome.kind === "committed") return { kind: "committed", outcome };
  const issues = outcome.issues.map((issue) => ({ line: prepared.line, ...issue }));
  return holdBack(transaction, prepared, { issues, context });
}

/** Puts a source record into quarantine with its reasons. */
export async function holdBack(
  transaction: WriteTransaction,
  prepared: Pick<Prepared, "line" | "content">,
  told: { readonly issues: readonly PlaceIssue[]; readonly context: DeliveryContext },
): Promise<Fate> {
  const { issues, context } = told;
  await transaction.quarantine({
    id: context.ids(),
    delivery: context.delivery,
    source: context.source.source,
    line: prepared.line,
    issues: JSON.stringify(issues),
    content: prepared.content(),
    createdAt: context.clock(),
    reached: "received",
    state: "quarantined",
  });
  return { kind: "quarantined", issues };
}

async function moveReach(
  transaction: WriteTransaction,
  outcomes: readonly (Extract<UnitOutcome, { kind: "committed" }> | undefined)[],
  context: BatchContext,
): Promise<void> {
  const dates = outcomes.flatMap((outcome) => outcome?.until ?? []).sort();
  const until = dates.at(-1);
  if (until === undefined) return;
  const { source, authority } = context.source;
  await transaction.reach({ source, authority, dataClass: context.dataClass, until });
}
