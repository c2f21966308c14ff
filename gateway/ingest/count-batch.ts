import type { BatchResult, Fate } from "./commit-batch.ts";
import { nameOf, type Read } from "./prepared.ts";
import type { QualityCounts } from "./quality/quality-counts.ts";
import type { ReceiptCounts } from "./receipt.ts";
import type { SeenRecords } from "./seen-records.ts";
import type { UnitOutcome } from "./unit.ts";

type Committed = Extract<UnitOutcome, { kind: "committed" }>;

export function outcomeOf(fate: Fate): Committed | undefined {
  return fate.kind === "committed" ? fate.outcome : undefined;
}

/** Counts of the quality of one delivery, and which records and children it has brought so far. */
export interface Quality {
  readonly counts: QualityCounts;
  readonly records: SeenRecords;
  readonly children: SeenRecords;
}

export interface Tellers {
  readonly counts: ReceiptCounts;
  readonly quality: Quality | undefined;
  /** Fields dropped at the door. */
  readonly droppedFields: ReadonlySet<string>;
}

/** Tells a receipt, and whoever counts the quality, what became of a batch, after it was committed. */
export function countBatch(tellers: Tellers, batch: readonly Read[], result: BatchResult): void {
  for (const [index, read] of batch.entries()) {
    const fate = result.fates[index];
    if (fate === undefined) throw new Error("A record of a batch has no fate.");
    countRecord(tellers, read, fate);
    countQuality(tellers, read, fate);
  }
  for (const child of result.children.values()) {
    countChild(tellers, child);
    tellers.quality?.counts.date(child.until);
  }
}

function countRecord({ counts, droppedFields }: Tellers, { prepared, notCarried, dropped }: Read, fate: Fate): void {
  counts.addRecord(fate.kind);
  const outcome = outcomeOf(fate);
  for (const field of new Set([...notCarried, ...(outcome?.notCarried ?? [])])) {
    if (droppedFields.has(field)) counts.addDropped(field);
    else counts.addNotCarried(field);
  }
  for (const field of dropped) counts.addDropped(field);
  if (fate.kind === "quarantined") {
    for (const issue of fate.issues) counts.addIssue({ ...issue, severity: "error" });
  }
  const { line } = prepared;
  if ("warnings" in prepared) {
    for (const { field, message } of prepared.warnings) counts.addIssue({ line, field, message, severity: "warning" });
  }
  for (const note of notesOf(fate)) counts.addIssue({ line, ...note, severity: "warning" });
  if (outcome !== undefined) countResources(counts, outcome);
}

function notesOf(fate: Fate) {
  if (fate.kind === "committed") return fate.outcome?.notes ?? [];
  return fate.kind === "unchanged" ? (fate.notes ?? []) : [];
}

function countQuality({ quality }: Tellers, { prepared, filled, found }: Read, fate: Fate): void {
  if (quality === undefined) return;
  const name = nameOf(prepared);
  const again = name !== undefined && quality.records.addAgain(name);
  const isChildAgain = prepared.kind === "unit" && quality.children.addAgain(prepared.unit.identity.localId);
  quality.counts.add({
    fate: fate.kind,
    filled: filled(),
    issues: found,
    again,
    childAgain: isChildAgain && !again,
    table: prepared.table,
  });
  const outcome = outcomeOf(fate);
  if (outcome !== undefined) quality.counts.date(outcome.until);
}

/** What a child's rows made together. */
export function countChild({ counts }: Pick<Tellers, "counts">, child: Committed): void {
  countResources(counts, child);
  // A child is mapped once for each batch that touches it, so that only the rows themselves can be counted.
  for (const field of child.notCarried) counts.nameNotCarried(field);
  for (const note of child.notes) counts.addIssue({ line: 1, ...note, severity: "warning" });
}

function countResources(counts: ReceiptCounts, { changed }: Committed): void {
  for (const type of changed) counts.addResources(type, 1);
}
