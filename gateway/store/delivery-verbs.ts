import type { DataClass } from "#mappers/mapper.ts";

export interface SourceReach {
  readonly source: string;
  readonly authority: string;
  readonly dataClass: DataClass;
  /** Latest date (YYYY-MM-DD) of a resource from this source. */
  readonly until: string;
}

export interface QuarantineFilter {
  readonly sources: readonly string[];
  readonly delivery?: string;
  /** `quarantined` when absent. */
  readonly state?: Quarantined["state"];
  /** Id of the last one of the page before. */
  readonly after?: string;
}

/** A source record that was held back, with its reason; it can be replayed. */
export interface Quarantined {
  readonly id: string;
  /** Id of the receipt. */
  readonly delivery: string;
  readonly source: string;
  /** Line of the record in its file, from 1. */
  readonly line: number;
  /** JSON array of issues: where, what, what to do; never the value. */
  readonly issues: string;
  /** The record as it came. Personal data: for the source's own officers only. Empty once it is held no more. */
  readonly content: string;
  readonly createdAt: number;
  /** How far it came: what it was when something was found wrong. */
  readonly reached: "received" | "resolved" | "mapped";
  /** Table of a staged row. */
  readonly table?: string;
  /** Key of the unit in the lineage of its source, when it could be read so far. */
  readonly unit?: string;
  /** `replayed` once it was taken in (as it was, or corrected), `discarded` by an officer. */
  readonly state: "quarantined" | "replayed" | "discarded";
  /** Milliseconds since 1970. */
  readonly closedAt?: number;
}

export interface StagedRow {
  readonly table: string;
  readonly key: string;
  readonly parent?: { readonly table: string; readonly key: string };
  /** JSON text of the row. */
  readonly body: string;
}

/** Which delivery brought a row, and whether it waits. */
export interface StagedFrom {
  /** Id of the receipt. */
  readonly delivery: string;
  /** Line of the row in its file, from 1. */
  readonly line: number;
  /** When the delivery was received, in milliseconds since 1970. */
  readonly receivedAt: number;
  /** Whether a row above it has not come yet. */
  readonly waits: boolean;
}

/** A row with where it is from. */
export interface KeptRow extends StagedRow, StagedFrom {}

export interface DeliveryReadVerbs {
  sourceReaches(): Promise<readonly SourceReach[]>;
  receipt(id: string): Promise<string | undefined>;
  /** Bodies of a source's receipts, newest first. */
  receiptsOf(source: string, limit: number): Promise<readonly string[]>;
  /** Oldest first; those whose state is `quarantined` unless the filter asks for another. */
  quarantined(filter: QuarantineFilter, limit: number): Promise<readonly Quarantined[]>;
  quarantineEntry(id: string): Promise<Quarantined | undefined>;
  /** Rows of a source above which a row is not there yet, by table. */
  waitingRows(source: string): Promise<readonly { readonly table: string; readonly rows: number }[]>;
  /** Keys of a table's staged rows, ascending, greater than `after`. */
  stagedKeys(source: string, table: string, limit: number, after?: string): Promise<readonly string[]>;
  /** Bodies of a source's quality counts, one a delivery, newest first. */
  qualityOf(source: string, limit: number): Promise<readonly string[]>;
}

export interface DeliveryWriteVerbs {
  /** Forgets a row; what hangs off it waits from now on. */
  unstage(source: string, table: string, key: string): Promise<void>;
  /** Keeps a row in the place of the one that is staged under its name, `before`. What hangs off it waits when it does. */
  stage(source: string, row: StagedRow, from: StagedFrom, before: KeptRow | undefined): Promise<void>;
  /** Of these rows those that are there, in no order. */
  stagedRows(source: string, names: readonly Pick<StagedRow, "table" | "key">[]): Promise<readonly KeptRow[]>;
  /** By the key of each row of a table that is there: it and all rows of any table that hang off it, at whatever depth, by table and key. */
  stagedTrees(source: string, table: string, keys: readonly string[]): Promise<ReadonlyMap<string, readonly KeptRow[]>>;
  /** Rows that hang directly off a row, whether it is there or not. */
  stagedBelow(source: string, table: string, key: string): Promise<readonly KeptRow[]>;
  /** Nothing in the tree of this row waits any more. */
  joinTree(source: string, table: string, key: string): Promise<void>;
  quarantine(record: Quarantined): Promise<void>;
  /** Ends an entry: its content goes, its reasons stay. */
  closeQuarantine(id: string, state: "replayed" | "discarded", at: number): Promise<void>;
  putReceipt(id: string, source: string, body: string): Promise<void>;
  putQuality(delivery: string, source: string, body: string): Promise<void>;
  /** Moves a source's reach forward; an earlier date changes nothing. */
  reach(reach: SourceReach): Promise<void>;
  /**
   * Notes a single use (a token's `jti`); false when it was used before and that use has not expired. `expiresAt` is in
   * milliseconds since 1970.
   */
  useOnce(key: string, expiresAt: number): Promise<boolean>;
}
