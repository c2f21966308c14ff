import type { IdSpace, RecordKey, SharedKind } from "./record.ts";
import type { RecordSearchKey } from "./record-verbs.ts";

/**
 * A child's record stands in an area when a source of that authority contributes to it. Each part that is present
 * narrows; an empty list holds nothing; no part at all means every child.
 */
export interface RecordScope {
  /** Records related to one of these organisations at any time (the dates are judged later, in the visible record). */
  readonly organizations?: readonly { readonly system: string; readonly value: string }[];
  /** Records that stand in one of these authorities. */
  readonly authorities?: readonly string[];
}

/** The shared records of one kind in these authorities. */
export interface SharedScope {
  readonly kind: SharedKind;
  readonly authorities: readonly string[];
}

/** A shared record as it stands. */
export interface SharedVersion {
  readonly key: RecordKey;
  readonly version: number;
}

/** Between which times what is told in a record came, ceased or ended; every version of anything in it lies within. */
export interface RecordChange {
  readonly key: RecordKey;
  /** Milliseconds since 1970, as `last`. */
  readonly first: number;
  readonly last: number;
}

export interface ChangeOrder {
  readonly direction: "newest-first" | "oldest-first";
  /** The last one of the page before. */
  readonly after?: Pick<RecordChange, "key" | "last">;
}

export interface FindReadVerbs {
  /** Children's records of an id space that carry all of these keys, ascending. `prefix` keys match by their beginning. */
  findRecords(
    keys: readonly (RecordSearchKey & { readonly prefix?: boolean })[],
    limit: number,
    idSpace: IdSpace,
  ): Promise<readonly RecordKey[]>;
  /**
   * Records of an id space that hold a resource of a type with this identifier (`system|value`), ascending. Now and then
   * one more, so that whoever asks looks into the record.
   */
  findResources(type: string, identifier: string, idSpace: IdSpace, limit: number): Promise<readonly RecordKey[]>;
  /**
   * Keys of children's records within a scope, ascending, greater than `after`. A child of whom a source says nothing
   * more stays within the scope of its authority, for its other resources and its history.
   */
  scanRecords(scope: RecordScope, after: RecordKey, limit: number): Promise<readonly RecordKey[]>;
  /**
   * Children's records within a scope, or shared ones of a kind, in the order of their last change, beyond `after`;
   * those that nothing was ever told in are left out.
   */
  recordsByChange(
    scope: RecordScope | SharedScope,
    order: ChangeOrder,
    limit: number,
  ): Promise<readonly RecordChange[]>;
  /** Keys of all shared records of one kind in these authorities, ascending. */
  sharedRecords(kind: SharedKind, authorities: readonly string[]): Promise<readonly RecordKey[]>;
  /** All shared records of these kinds in these authorities with their versions, ascending by key. */
  sharedVersions(kinds: readonly SharedKind[], authorities: readonly string[]): Promise<readonly SharedVersion[]>;
}
