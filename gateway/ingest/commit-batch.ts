import type { WriteTransaction } from "../store/store.ts";
import { commitSender } from "./commit-organizations.ts";
import { type CommitContext, commitUnit } from "./commit-unit.ts";
import { mapChildren } from "./map-children.ts";
import type { Pause } from "./pause.ts";
import { nameOf, type Prepared, type PreparedChild } from "./prepared.ts";
import { AHEAD_RECORDS, readAhead } from "./read-ahead.ts";
import type { PlaceIssue } from "./readers/read-item.ts";
import { commitRow, createTouched, lookAhead, type StagedContext, type TouchedChildren } from "./stage-rows.ts";
import type { Reached, Unit, UnitIssue, UnitOutcome } from "./unit.ts";

type Committed = Extract<UnitOutcome, { kind: "committed" }>;

/** What became of one prepared record. */
export type Fate =
  | { readonly kind: "committed"; readonly outcome?: Committed }
  | { readonly kind: "unchanged"; readonly notes?: readonly UnitIssue[] }
  | { readonly kind: "quarantined"; readonly issues: readonly PlaceIssue[] };

export interface BatchResult {
  /** One for each prepared record, in order. */
  readonly fates: readonly Fate[];
  /** What the children of staged rows became, by the key of their own row. */
  readonly children: ReadonlyMap<string, Committed>;
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
  const early: (Fate | PreparedChild)[] = [];
  const touched = createTouched();
  if (context.staged !== undefined) {
    const rows = batch.flatMap((prepared) => (prepared.kind === "row" ? [prepared.row] : []));
    await lookAhead(transaction, rows, { ...context, ...context.staged, touched });
  }
  for (const [n, prepared] of batch.entries()) {
    if (n % AHEAD_RECORDS === 0) await readAhead(transaction, unitsOf(batch.slice(n, n + AHEAD_RECORDS)), context);
    early.push(await commitOne(transaction, prepared, { context, touched }));
    await context.pause();
  }
  const children: BatchResult["children"] =
    context.staged === undefined
      ? new Map()
      : await mapChildren(transaction, touched.children, { ...context, ...context.staged });
  const fates = early.map((fate) => (fate.kind === "child" ? toChildFate(fate, children) : fate));
  const outcomes = fates.map((fate) => ("outcome" in fate ? fate.outcome : undefined));
  await moveReach(transaction, [...outcomes, ...children.values()], context);
  await closeEntries(transaction, batch, { fates, now: context.clock() });
  return { fates, children };
}

function unitsOf(batch: readonly Prepared[]): readonly Unit[] {
  return batch.flatMap((prepared) => (prepared.kind === "unit" ? [prepared.unit] : []));
}

async function commitOne(
  transaction: WriteTransaction,
  prepared: Prepared,
  { context, touched }: { readonly context: BatchContext; readonly touched: TouchedChildren },
): Promise<Fate | PreparedChild> {
  if (prepared.kind === "refused") {
    return holdBack(transaction, prepared, { issues: prepared.issues, reached: "received", context });
  }
  if (prepared.kind === "child") {
    touched.children.add(prepared.child);
    return prepared;
  }
  if (prepared.kind === "row") {
    if (context.staged === undefined) throw new Error("A row of a table came to a source without tables.");
    return { kind: await commitRow(transaction, prepared, { ...context, ...context.staged, touched }) };
  }
  const outcome = await commitUnit(transaction, prepared.unit, context);
  if (outcome.kind === "unchanged") return outcome;
  if (outcome.kind === "committed") return { kind: "committed", outcome };
  const issues = outcome.issues.map((issue) => ({ line: prepared.line, ...issue }));
  return holdBack(transaction, prepared, { issues, reached: outcome.reached, context });
}

/** A child that is mapped anew from its rows is told among the children; here only whether anything changed. */
function toChildFate({ child }: PreparedChild, children: BatchResult["children"]): Fate {
  return { kind: children.has(child) ? "committed" : "unchanged" };
}

/** Puts a source record into quarantine with its reasons. One that comes from there stays there, as it was. */
export async function holdBack(
  transaction: WriteTransaction,
  prepared: Prepared,
  told: { readonly issues: readonly PlaceIssue[]; readonly reached: Reached; readonly context: DeliveryContext },
): Promise<Fate> {
  const { issues, reached, context } = told;
  if (prepared.quarantineId !== undefined) return { kind: "quarantined", issues };
  const unit = nameOf(prepared);
  await transaction.quarantine({
    id: context.ids(),
    delivery: context.delivery,
    source: context.source.source,
    line: prepared.line,
    issues: JSON.stringify(issues),
    content: prepared.content(),
    createdAt: context.clock(),
    reached,
    ...(prepared.table === undefined ? {} : { table: prepared.table }),
    ...(unit === undefined ? {} : { unit }),
    state: "quarantined",
  });
  return { kind: "quarantined", issues };
}

/** An entry of the quarantine whose record was taken in is held no more. */
async function closeEntries(
  transaction: WriteTransaction,
  batch: readonly Prepared[],
  { fates, now }: { readonly fates: readonly Fate[]; readonly now: number },
): Promise<void> {
  for (const [index, { quarantineId }] of batch.entries()) {
    if (quarantineId === undefined || fates[index]?.kind === "quarantined") continue;
    await transaction.closeQuarantine(quarantineId, "replayed", now);
  }
}

async function moveReach(
  transaction: WriteTransaction,
  outcomes: readonly (Committed | undefined)[],
  context: BatchContext,
): Promise<void> {
  const dates = outcomes.flatMap((outcome) => outcome?.until ?? []).sort();
  const until = dates.at(-1);
  if (until === undefined) return;
  const { source, authority } = context.source;
  await transaction.reach({ source, authority, dataClass: context.dataClass, until });
}
