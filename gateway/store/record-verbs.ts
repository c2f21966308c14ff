import type { Relationship } from "#mappers/mapper.ts";
import type {
  IdSpace,
  RecordKey,
  SharedKind,
  StoredContribution,
  StoredPart,
  StoredRecord,
  StoredResource,
  StoredVersion,
  TextedResource,
} from "./record.ts";

/** Words under which a record can be found from anywhere; `code` is a search parameter. */
export interface RecordSearchKey {
  readonly code: "identifier" | "family" | "given" | "birthdate";
  /** Normalised as the search parameter's type says: `system|value`, folded text, YYYY-MM-DD. */
  readonly value: string;
}

export interface RecordReadVerbs {
  /** The record's current version, `undefined` for an unknown key. */
  recordVersion(key: RecordKey): Promise<number | undefined>;
  /** One consistent reading of a record. */
  record(key: RecordKey): Promise<StoredRecord | undefined>;
  /** The same without what it holds beside the person: for who shows many people and nothing else of them. */
  person(key: RecordKey): Promise<StoredPart | undefined>;
  /** The same without its Provenances: a third of what is held, and few ask for them. */
  findings(key: RecordKey): Promise<StoredPart | undefined>;
  /**
   * The record that holds a resource, or held it until it was removed; for `Patient` the child with this logical id,
   * whether or not anybody says anything of the child any more.
   */
  locate(type: string, id: string, idSpace: IdSpace): Promise<RecordKey | undefined>;
  /** A resource as it stands, without what is around it. */
  resource(type: string, id: string, idSpace: IdSpace): Promise<StoredResource | undefined>;
  /** Every version of a resource, newest first: the current one, those before, deletion marks. */
  history(type: string, id: string, idSpace: IdSpace): Promise<readonly StoredVersion[]>;
  /** Versions of the record's resources that are current no more, and deletion marks: of all types, newest first. */
  recordHistory(key: RecordKey): Promise<readonly StoredVersion[]>;
}

export interface RecordWriteVerbs {
  /** Throws when the id space has a child with this id. `isFirst`: the id was drawn just now and is not looked for. */
  createChild(patientId: string, idSpace: IdSpace, isFirst?: boolean): Promise<RecordKey>;
  /** A shared record of a kind and authority that has room for one more resource, made when there is none. */
  sharedRecord(kind: SharedKind, authority: string, idSpace: IdSpace): Promise<RecordKey>;
  /** The authorities in which a child stands, in place of those before. */
  setStanding(record: RecordKey, authorities: readonly string[]): Promise<void>;
  /** What one source says of the child. */
  contribution(record: RecordKey, source: string, localId: string): Promise<StoredContribution | undefined>;
  /**
   * Replaces what one source says of the child, and the store-wide keys that follow from it. What it said before stays
   * as a past contribution, until the `lastUpdated` of the new one, or the time at which that came into the record.
   */
  putContribution(
    record: RecordKey,
    authority: string,
    contribution: StoredContribution,
    keys: readonly RecordSearchKey[],
  ): Promise<void>;
  /** What the source said stays as a past contribution, until `at`. Nothing happens when it says nothing. */
  removeContribution(record: RecordKey, source: string, localId: string, at: number): Promise<void>;
  /** Replaces the relationships that one unit of a source has told; the same ones again do not touch the record. */
  putRelationships(
    record: RecordKey,
    source: string,
    unit: string,
    relationships: readonly Relationship[],
    /** When the new ones among them were told, in milliseconds since 1970; now, where nothing is said. */
    at?: number,
  ): Promise<void>;
  /**
   * Version, content hash and record of a current resource. After its end: the version of the deletion mark and an
   * empty hash, so that a resource that comes back counts on and never wears a version twice.
   */
  current(
    type: string,
    id: string,
    idSpace: IdSpace,
  ): Promise<{ readonly record: RecordKey; readonly version: number; readonly contentHash: string } | undefined>;
  /** The same of every current resource of a record, by `type/id`: one reading instead of one a resource. */
  currentOf(
    record: RecordKey,
  ): Promise<ReadonlyMap<string, { readonly version: number; readonly contentHash: string }>>;
  /** Stores a resource as current; the version before, if any, moves to history. Throws when the version does not grow. */
  put(record: RecordKey, resource: TextedResource): Promise<void>;
  /** Ends a resource: its last version and a deletion mark stay in history. Nothing happens when it had ended. */
  remove(type: string, id: string, idSpace: IdSpace, lastUpdated: number): Promise<void>;
  /**
   * Forgets for good what a source told in a record and tells no more: the versions before the end of its resources, of
   * which the deletion marks stay, and what it said of the child before.
   */
  forgetPast(record: RecordKey, source: string): Promise<void>;
}
