import type { MapContext, Mapped, SourceIdentity } from "#mappers/mapper.ts";
import type { RecordKey } from "../store/store.ts";
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
  readonly identity: SourceIdentity;
  map(context: MapContext): Mapped;
}

/** What is wrong with a unit, and where; the line is known to whoever read it. */
export type UnitIssue = Omit<PlaceIssue, "line">;

/** An identifier under which a child can be found from now on. */
export interface KnownIdentifier {
  readonly system: string;
  readonly value: string;
  readonly record: RecordKey;
}

export type UnitOutcome =
  | { readonly kind: "unchanged" }
  | { readonly kind: "refused"; readonly issues: readonly UnitIssue[] }
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
    };
