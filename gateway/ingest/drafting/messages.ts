import type { FieldIssue, SourceIdentity } from "#mappers/mapper.ts";
import type { RegisteredSource } from "../../access/source.ts";
import type { Draft, DraftFacts } from "../draft.ts";
import type { PlaceIssue } from "../readers/read-item.ts";
import type { UnitIssue } from "../unit.ts";

/** What the thread that drafts is told of a file. */
export interface DraftingTask {
  readonly source: RegisteredSource;
  /** Id of the receipt. */
  readonly delivery: string;
  /** Version of the mapper. */
  readonly mapping: number;
  readonly contentType?: string | undefined;
  readonly fileName?: string | undefined;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly batch_records: number;
  /** Its records are rows of tables: what comes to be drafted are children, not its body. */
  readonly isStaged: boolean;
}

/** To the thread that drafts. */
export type ToDrafter =
  /** The next file begins; the one before has been done. */
  | { readonly kind: "begin"; readonly task: DraftingTask }
  | { readonly kind: "chunk"; readonly bytes: Uint8Array }
  /** The body has ended, whole or not. */
  | { readonly kind: "end"; readonly isBroken: boolean }
  | { readonly kind: "facts"; readonly facts: readonly AskedFacts[] }
  /** Children whose staged rows are to be drafted, and memory for what is made of them. */
  | { readonly kind: "children"; readonly children: readonly ChildAsk[]; readonly bytes: ArrayBuffer }
  /** A batch was committed: another may be sent, in the memory of this one. */
  | { readonly kind: "taken"; readonly bytes: ArrayBuffer };

/** From the thread that drafts. */
export type FromDrafter =
  /** A chunk was read: another may be sent. */
  | { readonly kind: "read" }
  | { readonly kind: "asks"; readonly asks: readonly Ask[] }
  | { readonly kind: "batch"; readonly reads: readonly PackedRead[]; readonly bytes: ArrayBuffer }
  /** What was made of the children that were asked for the longest ago; nothing of one at whom the mapper failed. */
  | { readonly kind: "drafts"; readonly drafts: readonly (PackedDraft | undefined)[]; readonly bytes: ArrayBuffer }
  | { readonly kind: "fault"; readonly error: unknown }
  | { readonly kind: "done" };

/** Asks what is known of a unit; one for each record of a batch that could be parsed. */
export interface Ask {
  readonly key: string;
  readonly hash: string;
  readonly identity: SourceIdentity;
}

/** A child of staged rows, to be drafted. */
export interface ChildAsk {
  /** Key of the unit that the rows make. */
  readonly unit: string;
  /** JSON of the rows by table, as their mapper takes them. */
  readonly text: string;
  /** Name of the child's own row. */
  readonly record: string;
  readonly facts: DraftFacts;
}

/** `unchanged`: the store has just this; nothing need be drafted. */
export type AskedFacts = DraftFacts | "unchanged";

/** A part of the bytes of a batch. */
export type Span = readonly [from: number, to: number];

interface PackedRecord {
  readonly line: number;
  /** Absent for what is unchanged, of which nothing can be held back, and for what is kept for replay, which is the same. */
  readonly content: Span | undefined;
  readonly notCarried: readonly string[];
  readonly dropped: readonly string[];
  readonly filled: readonly string[];
  readonly found: readonly FieldIssue[];
}

export interface PackedRefusal extends PackedRecord {
  readonly kind: "refused";
  readonly issues: readonly PlaceIssue[];
}

export interface PackedUnit extends PackedRecord {
  readonly kind: "unit";
  readonly key: string;
  readonly hash: string;
  readonly record: string;
  readonly writtenAt: number | undefined;
  readonly identity: SourceIdentity;
  readonly warnings: readonly FieldIssue[];
  /** JSON of what the mapper parsed: for mapping it again, should its facts no longer hold. */
  readonly text: Span;
  /** The content as it is kept for replay, where it may be. */
  readonly raw: { readonly compressed: Span; readonly vocabulary: string } | undefined;
  readonly draft: { readonly facts: DraftFacts; readonly packed: PackedDraft } | undefined;
}

export type PackedRead = PackedUnit | PackedRefusal;

/** A draft, but for its facts, with its contents column by column. */
export interface PackedDraft
  extends Pick<
    Draft,
    "patientId" | "patient" | "organizations" | "relationships" | "notCarried" | "replaces" | "withdraws" | "until"
  > {
  /** How many of the contents, the last ones, are Provenances. */
  readonly provenances: number;
  /** Of each content the place among what was made before, where the store holds just that; else -1, and it stands in the columns. */
  readonly places: readonly number[];
  /** Source record of each content that is no Provenance. */
  readonly records: readonly string[];
  readonly slots: readonly string[];
  readonly types: readonly string[];
  readonly ids: readonly string[];
  readonly hashes: readonly string[];
  readonly keys: readonly string[];
  readonly identifiers: readonly (readonly string[])[];
  /** Bytes that the tokens of each tail stand for; 0 where it is text. */
  readonly coded: readonly number[];
  /** Where each tail ends; the first begins at `from`, each other where the one before ends. */
  readonly from: number;
  readonly ends: readonly number[];
  /** By place in the columns. */
  readonly issues: ReadonlyMap<number, readonly UnitIssue[]>;
  readonly personIssues: readonly UnitIssue[];
}
