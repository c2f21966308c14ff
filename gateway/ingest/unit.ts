import type { MapContext, Mapped, SourceIdentity } from "#mappers/mapper.ts";
import type { RecordKey } from "../store/store.ts";
import type { Draft } from "./draft.ts";
import type { PlaceIssue } from "./readers/read-item.ts";

/** What is mapped and committed as one: a source record, or all staged rows of one child. */
export interface Unit {
  /** Its key in the lineage of the source. */
  readonly key: string;
  /** SHA-256 (base64url) of its content. */
  readonly hash: string;
  /** What the source calls the record that speaks of the person. */
  readonly record: string;
  /** Its line in the file, from 1; 0 for the joined rows of a child. */
  readonly line: number;
  /** When the source wrote it, in milliseconds since 1970, where it says so. */
  readonly writtenAt?: number | undefined;
  readonly identity: SourceIdentity;
  /** JSON of what its mapper maps, for mapping it in another thread; absent of a unit that comes from there. */
  readonly text?: string;
  map(context: MapContext): Mapped;
  /** What it makes, where that was drafted in advance; good while its facts hold. */
  readonly draft?: Draft | undefined;
  /** The delivery that brought a record of the unit, where it is not the one under way: of a row. */
  broughtBy?(record: string): Brought | undefined;
  /** The record as it may be kept for replay; absent when what may be kept would not give the same record again. */
  raw?(): KeptContent;
}

export interface Brought {
  /** Id of the receipt. */
  readonly delivery: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
}

export interface KeptContent {
  /** JSON text of what the reader gave, without what is dropped at the door; or that, compressed as it is kept. */
  readonly content: string | { readonly compressed: Uint8Array };
  /** Text that the records of the source have in common, with nothing of any child. */
  readonly vocabulary: string;
}

/** What is wrong with a unit, and where; the line is known to whoever read it. */
export type UnitIssue = Omit<PlaceIssue, "line">;

/** An identifier under which a child can be found from now on. */
export interface KnownIdentifier {
  readonly system: string;
  readonly value: string;
  readonly record: RecordKey;
}

/** How far a record came: what it was when something was found wrong. */
export type Reached = "received" | "resolved" | "mapped";

export type UnitOutcome =
  | { readonly kind: "unchanged"; readonly notes?: readonly UnitIssue[] }
  | { readonly kind: "refused"; readonly reached: Reached; readonly issues: readonly UnitIssue[] }
  | {
      readonly kind: "committed";
      readonly record: RecordKey;
      readonly patientId: string;
      /** Types of the resources that were created, updated or ended, one entry each. */
      readonly changed: readonly string[];
      readonly notCarried: readonly string[];
      readonly identifiers: readonly KnownIdentifier[];
      /** Latest date of a resource of the unit, YYYY-MM-DD. */
      readonly until?: string | undefined;
      /** Worth telling the sender; nothing was held back for it. */
      readonly notes: readonly UnitIssue[];
    };
