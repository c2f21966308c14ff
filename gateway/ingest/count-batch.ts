import type { BatchResult, Fate } from "./commit-batch.ts";
import type { Read } from "./prepare.ts";
import type { ReceiptCounts } from "./receipt.ts";
import type { UnitOutcome } from "./unit.ts";

type Committed = Extract<UnitOutcome, { kind: "committed" }>;

export function outcomeOf(fate: Fate): Committed | undefined {
  return fate.kind === "committed" ? fate.outcome : undefined;
}

/** Tells a receipt what became of a batch, after it was committed. */
export function countBatch(
  counts: ReceiptCounts,
  batch: readonly Read[],
  result: BatchResult & { readonly droppedFields: ReadonlySet<string> },
): void {
  for (const [index, { prepared, notCarried, dropped }] of batch.entries()) {
    const fate = result.fates[index];
    if (fate === undefined) throw new Error("A record of a batch has no fate.");
    counts.addRecord(fate.kind);
    const outcome = outcomeOf(fate);
    for (const field of new Set([...notCarried, ...(outcome?.notCarried ?? [])])) {
      if (result.droppedFields.has(field)) counts.addDropped(field);
      else counts.addNotCarried(field);
    }
    for (const field of dropped) counts.addDropped(field);
    if (fate.kind === "quarantined") {
      for (const issue of fate.issues) counts.addIssue({ ...issue, severity: "error" });
    }
    const warnings = prepared.kind === "refused" ? [] : prepared.warnings;
    for (const { field, message } of warnings) {
      counts.addIssue({ line: prepared.line, field, message, severity: "warning" });
    }
    if (outcome !== undefined) countResources(counts, outcome);
  }
  for (const child of result.children) {
    countResources(counts, child);
    // A child is mapped once for each batch that touches it, so that only the rows themselves can be counted.
    for (const field of child.notCarried) counts.nameNotCarried(field);
  }
}

function countResources(counts: ReceiptCounts, { changed }: Committed): void {
  for (const type of changed) counts.addResources(type, 1);
}
