import type { AlikeBounds } from "./identity-verbs.ts";
import type { IdSpace, RecordKey } from "./record.ts";

/** What a work is about to ask for, of many records of one source. */
export interface Ahead {
  readonly source: string;
  /** Units whose lineage is asked for. */
  readonly units?: readonly string[];
  /** What the source calls the children whose links are asked for. */
  readonly localIds?: readonly string[];
  /** Identity keys whose holders are asked for. */
  readonly identityKeys?: readonly string[];
  readonly alike?: readonly AlikeAhead[];
  /** Records of which it is asked what sources call the child. */
  readonly tellersOf?: readonly RecordKey[];
  /** Children that are known: what is compared with what is told anew of them is asked for. */
  readonly known?: readonly KnownAhead[];
}

/** What the source calls a child, its record, and the unit that tells of it. */
export interface KnownAhead {
  readonly record: RecordKey;
  readonly localId: string;
  readonly unit: string;
  /** Whether it is asked which units tell of the record. */
  readonly withUnits?: boolean;
}

/** As `findAlike` is asked. */
export interface AlikeAhead extends AlikeBounds {
  readonly keys: readonly number[];
  readonly limit: number;
}

export interface AheadVerbs {
  /**
   * Reads all of it in few statements, or in one round to a server, where each verb would wait for its own. What the verbs
   * answer with is the same: what the work changes meanwhile is read anew.
   */
  readAhead(ahead: Ahead): Promise<void>;
}

/** A resource by its logical id; a Patient stands for a child. */
export interface ResourceName {
  readonly type: string;
  readonly id: string;
  readonly idSpace: IdSpace;
}
