import { LIMITS } from "../limits.ts";
import type { PlaceIssue } from "./readers/read-item.ts";

export interface ReceiptIssue extends PlaceIssue {
  readonly severity: "error" | "warning";
}

/** What became of one delivery. `received` = `committed` + `unchanged` + `quarantined`, counted in source records. */
export interface Receipt {
  readonly id: string;
  readonly source: string;
  readonly fileName?: string;
  /** Instants. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly received: number;
  readonly committed: number;
  readonly unchanged: number;
  readonly quarantined: number;
  /** Resources created, updated or ended, by type. */
  readonly resources: Readonly<Record<string, number>>;
  /** Fields that had a value and went nowhere. Of those dropped at the door not even how many is told. */
  readonly notCarried: readonly NotCarried[];
  /** Errors first, each in the order of the file; at most `receipt_issues_max`. */
  readonly issues: readonly ReceiptIssue[];
  readonly issuesOmitted: number;
  /** How many of all issues, omitted ones included, are warnings. */
  readonly warnings: number;
  /**
   * Rows of tables above which a row is not there yet: of the source, at the end of the delivery; of a dry run, those
   * of the delivery itself.
   */
  readonly waiting?: readonly { readonly table: string; readonly rows: number }[];
  /** Records that could not be taken in again, since they are kept no more, or could not be kept whole. */
  readonly forgotten?: number;
  /** All of this is what would have become of the delivery: nothing of it was kept. */
  readonly dryRun?: true;
}

/** What is told of a delivery beside its counts. */
export type AboutDelivery = Pick<
  Receipt,
  "id" | "source" | "startedAt" | "finishedAt" | "fileName" | "waiting" | "forgotten" | "dryRun"
>;

export interface NotCarried {
  readonly field: string;
  /** In how many source records; absent where `droppedAtDoor`. */
  readonly records?: number;
  readonly droppedAtDoor?: true;
}

/** Counts while a delivery is read. Only what is committed is told to it. */
export class ReceiptCounts {
  #committed = 0;
  #unchanged = 0;
  #quarantined = 0;
  #errorCount = 0;
  #warningCount = 0;
  readonly #resources = new Map<string, number>();
  readonly #notCarried = new Map<string, number>();
  readonly #dropped = new Set<string>();
  readonly #errors: ReceiptIssue[] = [];
  readonly #warnings: ReceiptIssue[] = [];

  addRecord(fate: "committed" | "unchanged" | "quarantined"): void {
    if (fate === "committed") this.#committed += 1;
    else if (fate === "unchanged") this.#unchanged += 1;
    else this.#quarantined += 1;
  }

  addResources(type: string, count: number): void {
    this.#resources.set(type, (this.#resources.get(type) ?? 0) + count);
  }

  addNotCarried(field: string): void {
    this.#notCarried.set(field, (this.#notCarried.get(field) ?? 0) + 1);
  }

  /** Names a field that was not counted row by row. */
  nameNotCarried(field: string): void {
    if (!this.#notCarried.has(field)) this.#notCarried.set(field, 1);
  }

  addDropped(field: string): void {
    this.#dropped.add(field);
  }

  addIssue(issue: ReceiptIssue): void {
    const isError = issue.severity === "error";
    if (isError) this.#errorCount += 1;
    else this.#warningCount += 1;
    const kept = isError ? this.#errors : this.#warnings;
    if (kept.length < LIMITS.receipt_issues_max) kept.push(issue);
  }

  toReceipt({ waiting, forgotten, dryRun, ...about }: AboutDelivery): Receipt {
    const issues = [...this.#errors, ...this.#warnings].slice(0, LIMITS.receipt_issues_max);
    const counted = [...this.#notCarried].filter(([field]) => !this.#dropped.has(field));
    return {
      ...about,
      received: this.#committed + this.#unchanged + this.#quarantined,
      committed: this.#committed,
      unchanged: this.#unchanged,
      quarantined: this.#quarantined,
      resources: Object.fromEntries([...this.#resources].sort()),
      notCarried: [
        ...counted.map(([field, records]) => ({ field, records })),
        ...[...this.#dropped].map((field) => ({ field, droppedAtDoor: true as const })),
      ].sort((left, right) => (left.field < right.field ? -1 : 1)),
      issues,
      issuesOmitted: this.#errorCount + this.#warningCount - issues.length,
      warnings: this.#warningCount,
      ...(waiting === undefined ? {} : { waiting }),
      ...(forgotten === undefined ? {} : { forgotten }),
      ...(dryRun === undefined ? {} : { dryRun }),
    };
  }
}
