import type { DataClass, Relationship } from "#mappers/mapper.ts";
import type { RecordType } from "#profiles/interactions.ts";
import type { DisclosureDecision } from "../disclosure/disclosure-decision.ts";
import type { EndCoded } from "./words/encode-body.ts";

/** Opaque key of a record within the store; never leaves the gateway. Grows with the time of creation. */
export type RecordKey = number;

/**
 * A child's record holds what is about the child; everything else lives in shared records, each of one type and
 * authority and of a bounded number of resources: what a record holds is read in one go.
 */
export type RecordKind = "child" | SharedKind;

export type SharedKind = RecordType;

/** Logical ids are unique within a space. */
export type IdSpace = string;

export interface StoredResource {
  readonly type: string;
  /** Logical id, unique within the type and id space. */
  readonly id: string;
  /** Counts from 1. */
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly lastUpdated: number;
  readonly source: string;
  readonly dataClass: DataClass;
  /** UTF-8 JSON exactly as served, `meta.versionId` and `meta.lastUpdated` included. */
  readonly body: Buffer;
  /** Its bytes, of what was read from a store: known before the body is. */
  readonly body_bytes?: number;
  /** The body alone, of what was read from a store: for whoever keeps that for long, and nothing else of it. */
  readonly content?: StoredContent;
  /** Search keys, extracted at write, in the encoding of `search/keys.ts`. */
  readonly keys: string;
  /** SHA-256 (base64url) of the content without `meta.versionId` and `meta.lastUpdated`. */
  readonly contentHash: string;
}

/** A body that is made when it is read. */
export interface StoredContent {
  readonly body: Buffer;
}

/** A resource as it is put. */
export interface ToldResource extends StoredResource {
  /** Its business identifiers, `system|value`, for `findResources`; none when absent. */
  readonly identifiers?: readonly string[];
  /** Set when its id was drawn for it just now, so that nothing by that id can be there. Its version is then 1. */
  readonly isFirst?: boolean;
}

/** The same, of which the end of the body may be coded already; that of a Consent never is, since it is looked at. */
export interface TextedResource extends Omit<ToldResource, "body"> {
  readonly body: Buffer | EndCoded;
}

/** A version as history keeps it. */
export interface StoredVersion extends Omit<StoredResource, "body"> {
  readonly record: RecordKey;
  /** `undefined` in a deletion mark, which keeps source and data class so that visibility can still be decided. */
  readonly body: Buffer | undefined;
}

/** What one source says of the child; a Patient is the fold of these, as far as a requester may see them. */
export interface StoredContribution {
  readonly source: string;
  readonly localId: string;
  readonly dataClass: DataClass;
  readonly lastUpdated: number;
  /** JSON text of a Patient without id and version. */
  readonly body: string;
  /** Key of the unit that told it, in the lineage of its source. */
  readonly unit?: string;
  /**
   * Identifiers of the body, each `system|value` as it stands there, that are neither served nor indexed in this record:
   * another one carries them. The body keeps them, so that a later decision can let them free.
   */
  readonly withheld?: readonly string[];
  /** Milliseconds since 1970 at which it came into this record, where that was later than it was told. */
  readonly since?: number;
}

/** What a source said of the child until it said something else, or nothing more. */
export interface PastContribution extends StoredContribution {
  /** Milliseconds since 1970 at which it ceased to hold. */
  readonly until: number;
}

export interface StoredRelationship extends Relationship {
  readonly source: string;
  /** Milliseconds since 1970 at which it was first told; absent where that was before anybody noted it. */
  readonly toldAt?: number;
}

/** A child that was merged into another, and into which. */
export interface MergedRecord {
  readonly record: RecordKey;
  /** Logical id of its Patient. */
  readonly patientId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Who had told of it: of those who see none of them it is not known. */
  readonly sources: readonly string[];
}

/** A time in which a child was merged into another one, over by now. */
export interface MergedSpan extends Pick<MergedRecord, "at" | "sources"> {
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** What a source had told was found not to be of this child, and is told here no more, nor ever was. */
export interface Leaving {
  readonly source: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** All that is held in one record, unfiltered. */
export interface StoredRecord {
  readonly key: RecordKey;
  readonly kind: RecordKind;
  readonly idSpace: IdSpace;
  /** Logical id of the Patient; empty for a shared record. */
  readonly patientId: string;
  readonly version: number;
  readonly contributions: readonly StoredContribution[];
  /** Oldest first. */
  readonly pastContributions: readonly PastContribution[];
  readonly relationships: readonly StoredRelationship[];
  /** In no particular order. */
  readonly resources: readonly StoredResource[];
  /** The child that this one is merged into, directly or by way of others; that one is merged into none. */
  readonly mergedInto?: RecordKey;
  /** When that came about, and who had told of this child. */
  readonly merged?: Pick<MergedRecord, "at" | "sources">;
  /** Children that are merged into this one, directly or by way of others. */
  readonly replaces: readonly MergedRecord[];
  readonly mergedBefore: readonly MergedSpan[];
  readonly leavings: readonly Leaving[];
  /** What persons decided on its disclosure and on that of the children merged into it, oldest first; ended ones too. */
  readonly disclosureDecisions: readonly DisclosureDecision[];
}

/** A part of a record, from which follows who may see it and its Patient as from the whole. */
export interface StoredPart extends StoredRecord {
  /** Those of the part, its Consents among them. */
  readonly resources: readonly StoredResource[];
  /** Sources of all the record's resources, each once. */
  readonly resourceSources: readonly string[];
}
