import type { SourceKind } from "#mappers/mapper.ts";

/**
 * What `GET /ingest/lineage/{type}/{id}` answers: where a resource comes from, element by element. It holds names of
 * elements, fields and records, and no value of the resource. Members are only ever added.
 */
export interface LineageAnswer {
  /** `Type/id`. */
  readonly resource: string;
  /** Who told it: one source, or for a Patient every source that the requester may ask about. */
  readonly origins: readonly Origin[];
  /** Every element with a value of its own, in the order in which it stands in the resource. */
  readonly elements: readonly ElementLineage[];
  /** Elements of which the tables of the mapping say nothing; empty but for resources of an older mapping. */
  readonly unexplained: readonly string[];
}

export interface Origin {
  readonly source: string;
  /** Absent for what a client wrote. */
  readonly kind?: SourceKind;
  /** Whether it was mapped from source records or came as it stands from a client. */
  readonly told: "source-record" | "as-written";
  /** The source records, newest first; of a Patient all that spoke of the person. */
  readonly records: readonly RecordOrigin[];
  /** The decisions that this source's child is this child. */
  readonly identity: readonly IdentityOrigin[];
  /** Of a Patient: elements that this source tells and another source, or a newer word, stands before. */
  readonly notShown: readonly string[];
}

export interface RecordOrigin {
  /** What the source calls the record; absent where it has no name that may be shown, and for an Organization. */
  readonly record?: string;
  /** The delivery that last brought it. */
  readonly delivery: {
    /** Id of the receipt. */
    readonly receipt: string;
    /** Name of the file, where it came with one that may be shown. */
    readonly file?: string;
    /** From 1; absent where several records of a file are told as one. */
    readonly line?: number;
    /** Instant. */
    readonly receivedAt: string;
  };
  /** Version of the mapping that made it, and of the one that would make it today. `elements` follow the latter. */
  readonly mapping: { readonly made: number; readonly current: number };
  /** `Provenance/id`. */
  readonly provenance?: string;
}

export interface IdentityOrigin {
  /** The rule and its version, or a steward. */
  readonly author: string;
  /** Instant. */
  readonly decidedAt: string;
  /** Field by field, in words, without values. */
  readonly evidence: readonly string[];
}

export interface ElementLineage {
  /** FHIRPath with indexes, as `Observation.code.coding[0].code`. */
  readonly element: string;
  /** Absent for what the gateway itself gives. Of a Patient, one entry for each source that says the same. */
  readonly source?: string;
  /** Source fields, by the source's own names. */
  readonly fields: readonly string[];
  /** What decides the element; empty where a field is taken as it comes. */
  readonly rule: string;
}

export const AS_WRITTEN = "as written";
