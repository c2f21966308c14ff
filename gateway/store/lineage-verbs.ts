import type { RecordKey } from "./record.ts";

export interface Lineage {
  /** SHA-256 (base64url) of the source record's content. */
  readonly hash: string;
  readonly record: RecordKey;
  readonly made: readonly { readonly slot: string; readonly type: string; readonly id: string }[];
  /** Id of the receipt of the delivery that brought it, its line there, and when, in milliseconds since 1970. */
  readonly delivery: string;
  /** From 1; 0 for what is no source record of its own: an organisation, the joined rows of a child. */
  readonly line: number;
  readonly receivedAt: number;
  /** Version of the mapper that made it. */
  readonly mapping: number;
  /** When the source wrote the record, in milliseconds since 1970, where it says so. */
  readonly writtenAt?: number;
  /** What the source calls the child whom the record tells of. */
  readonly localId?: string;
}

export interface UnitLineage extends Lineage {
  readonly source: string;
  readonly unit: string;
}

/** A source record as it was taken in, for replay. */
export interface RawRecord {
  /** JSON text of what the reader gave, without what is dropped at the door. */
  readonly content: string;
  /** Milliseconds since 1970 after which it may be forgotten. */
  readonly keptUntil: number;
}

/** A source record on its way in. */
export interface KeptRaw extends Pick<RawRecord, "keptUntil"> {
  /** Its text, or what `compressRaw` makes of it with the same vocabulary. */
  readonly content: string | { readonly compressed: Uint8Array };
  /**
   * Text that the source's records have in common, as the names of their fields, against which the content is
   * compressed. Stays when all of them are forgotten, so it must hold nothing of any child.
   */
  readonly vocabulary?: string;
}

/**
 * What became of a source record in one delivery. `received`, `resolved`, `mapped` and `valid` last no longer than the
 * transaction in which a record passes them, and are told of what was held back (`Quarantined.reached`); a row that
 * waits for its parent stays `received`. What a record is now follows from its lineage, or of a row from where it is
 * staged; only what it is no more is noted (`noteState`).
 */
export interface RecordState {
  readonly source: string;
  /** Key of the unit, or `table/key` of a row. */
  readonly unit: string;
  /** Id of the receipt. */
  readonly delivery: string;
  readonly line: number;
  /** `replaced`: a later record took its place; `withdrawn`: the source, or an officer, took it back. */
  readonly state: "received" | "committed" | "replaced" | "withdrawn";
  /** Milliseconds since 1970 at which it came to be so; until it is replaced, when its delivery was received. */
  readonly at: number;
}

/** What became of a record that counts no more. */
export interface EndedState extends RecordState {
  readonly state: "replaced" | "withdrawn";
  /** When the delivery was received, in milliseconds since 1970. */
  readonly receivedAt: number;
}

export interface RecordStateFilter {
  readonly source: string;
  readonly delivery?: string;
  readonly unit?: string;
  readonly state?: RecordState["state"];
  /** Continues behind this one. */
  readonly after?: Pick<RecordState, "delivery" | "line" | "unit">;
}

export interface LineageReadVerbs {
  /** What every source record made in a record of the store. */
  lineagesOf(record: RecordKey): Promise<readonly UnitLineage[]>;
  /** Units of a source, ascending by their key, greater than `after`. */
  unitsOf(source: string, limit: number, after?: string): Promise<readonly UnitLineage[]>;
  /** The source record as it was last taken in, while it is kept. */
  raw(source: string, unit: string): Promise<RawRecord | undefined>;
  /** What became of source records, newest first. */
  recordStates(filter: RecordStateFilter, limit: number): Promise<readonly RecordState[]>;
}

export interface LineageWriteVerbs {
  lineage(source: string, unit: string): Promise<Lineage | undefined>;
  putLineage(source: string, unit: string, lineage: Lineage): Promise<void>;
  /** Forgets what a unit made, and its source record. */
  removeLineage(source: string, unit: string): Promise<void>;
  /** Keeps a source record for replay, in place of the one before. Throws when the unit has no lineage. */
  keepRaw(source: string, unit: string, raw: KeptRaw): Promise<void>;
  forgetRaw(source: string, unit: string): Promise<void>;
  /** Forgets what is kept no longer than `now`, at most `limit`; answers how many went. */
  sweepRaw(now: number, limit: number): Promise<number>;
  /** Notes that a record counts no more; its lineage, or its row, says of what follows. */
  noteState(state: EndedState): Promise<void>;
}
