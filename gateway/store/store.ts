import type { DataClass, Relationship, SourceIdentity } from "#mappers/mapper.ts";
import type { RecordType } from "#profiles/interactions.ts";
import type { DisclosureDecision } from "../disclosure/disclosure-decision.ts";
import type { DisclosureReadVerbs, DisclosureWriteVerbs } from "./disclosure-verbs.ts";

/** How a transaction is written down. */
export interface WriteOptions {
  /**
   * `later`: whoever asks tells nobody that it is done before a further transaction, which is flushed with all before it.
   * The end of the process takes nothing away; a loss of power may take the last of such transactions, each whole.
   */
  readonly flush?: "later";
}

/**
 * The narrow interface between the gateway and whatever keeps its data. The unit of storage is a *record*: all that is
 * held on one child, or, for types that belong to no child, all resources of one type and authority. Every verb is
 * asynchronous, so that an engine on another machine fits; every engine passes `store.cases.ts`.
 */
export interface Store extends ReadVerbs {
  /**
   * Runs `work` in one transaction that sees its own writes and is durable when the promise resolves. Transactions run
   * one after another (or are retried by the engine as if they had), so "resolve, then create" cannot race. When `work`
   * throws, nothing of it stays. `work` must not wait for anything but the transaction's own verbs and the event loop.
   */
  write<T>(work: (transaction: WriteTransaction) => Promise<T>, options?: WriteOptions): Promise<T>;
  /** A number that differs whenever anything was committed since, by any process. Microseconds. */
  changeCounter(): Promise<number>;
  /** An empty store of its own, beside this one, on disk as far as it is large; closing it is its end. */
  scratch(): Store;
  /** Throws when the engine cannot answer; for readiness. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

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

/** The space that all authorities share; every source's records come into it. */
export const SHARED_ID_SPACE: IdSpace = "";

/** Words under which a record can be found from anywhere; `code` is a search parameter. */
export interface RecordSearchKey {
  readonly code: "identifier" | "family" | "given" | "birthdate";
  /** Normalised as the search parameter's type says: `system|value`, folded text, YYYY-MM-DD. */
  readonly value: string;
}

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
  /** Search keys, extracted at write, in the encoding of `search/keys.ts`. */
  readonly keys: string;
  /** SHA-256 (base64url) of the content without `meta.versionId` and `meta.lastUpdated`. */
  readonly contentHash: string;
}

/** A resource as it is put. */
export interface ToldResource extends StoredResource {
  /** Its business identifiers, `system|value`, for `findResources`; none when absent. */
  readonly identifiers?: readonly string[];
  /** Set when its id was drawn for it just now, so that nothing by that id can be there. Its version is then 1. */
  readonly isFirst?: boolean;
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

/** A record as far as its Patient, and who may see that, follow from it. */
export interface StoredPerson extends StoredRecord {
  /** Consents alone. */
  readonly resources: readonly StoredResource[];
  /** Sources of all the record's resources, each once. */
  readonly resourceSources: readonly string[];
}

/** What one source calls one child. */
export interface SourceChildName {
  readonly source: string;
  readonly localId: string;
}

export interface AlikeBounds {
  /** No more children than this: those that share most keys, and of equals those whose keys few share. */
  readonly most?: number | undefined;
  /** Who asks, and under which keys its own children count too. */
  readonly asking?: { readonly source: string; isTelling(key: number): boolean } | undefined;
}

/** A source's child as identity resolution looks at it. */
export interface AlikeChild extends SourceChildName {
  /** Number of the source's child in the store; the same for ever. */
  readonly child: number;
  /** Of the latest link. */
  readonly record: RecordKey;
  /** JSON text of the identity: equal while that is the same. */
  readonly body: string;
  /** Parsed when it is first looked at. */
  readonly identity: SourceIdentity & { readonly describesNobody?: true };
}

/** A source's child tells a number by which children are linked (`nhs-number|…`, `upn|…`). */
export interface IdentityClaim extends SourceChildName {
  readonly key: string;
  readonly record: RecordKey;
  /** Another record has it first, of a source whose children may be linked with those of this one. */
  readonly isWithheld: boolean;
}

/** A decision on who is one child, as it is kept; how it comes about is the affair of `identity/decisions`. */
export interface StoredDecision {
  /** Ascends with time; names the decision. */
  readonly sequence: number;
  /**
   * `merge`: two children are one; `split`: some sources' children are another child than the rest of the record;
   * `never`: two children are not one, whatever agrees; `undo`: an earlier decision holds no more.
   */
  readonly kind: "merge" | "split" | "never" | "undo";
  /** The rule with its version, or the steward's client id. */
  readonly author: string;
  /** Why, in the steward's words; never a value that identifies a child. */
  readonly reason: string;
  readonly evidence: readonly string[];
  /** Milliseconds since 1970. */
  readonly decidedAt: number;
  /** The child that stays, and the one that is merged into it, split off, or never to be linked with it. */
  readonly survivor: RecordKey;
  readonly other: RecordKey;
  /** Which sources' children moved, from where to where. */
  readonly moved: readonly (SourceChildName & { readonly from: RecordKey; readonly to: RecordKey })[];
  /** `Type/id` of resources that moved and that no source record made. */
  readonly others: readonly string[];
  /** Whether both are never to be linked while it holds. */
  readonly isForbidding: boolean;
  /** Of an `undo`: the decision that holds no more. */
  readonly undoes?: number;
  /** The decision by which this one holds no more. */
  readonly undoneBy?: number;
}

/** Moves all that a source's child has told between records, but for resources and contributions. */
export interface ChildMove extends SourceChildName {
  readonly from: RecordKey;
  readonly to: RecordKey;
  /** Whether what was said in the record that it leaves is told there on: not, where it never was of that child. */
  readonly isPastShown: boolean;
}

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

export interface SourceReach {
  readonly source: string;
  readonly authority: string;
  readonly dataClass: DataClass;
  /** Latest date (YYYY-MM-DD) of a resource from this source. */
  readonly until: string;
}

/** What can be asked of the store outside a transaction (committed data only) and within one (its own writes too). */
export interface ReadVerbs extends DisclosureReadVerbs {
  /** The record's current version, `undefined` for an unknown key. */
  recordVersion(key: RecordKey): Promise<number | undefined>;
  /** One consistent reading of a record. */
  record(key: RecordKey): Promise<StoredRecord | undefined>;
  /** The same without what it holds beside the person: for who shows many people and nothing else of them. */
  person(key: RecordKey): Promise<StoredPerson | undefined>;
  /**
   * The record that holds a resource, or held it until it was removed; for `Patient` the child with this logical id,
   * whether or not anybody says anything of the child any more.
   */
  locate(type: string, id: string, idSpace: IdSpace): Promise<RecordKey | undefined>;
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
  /** A resource as it stands, without what is around it. */
  resource(type: string, id: string, idSpace: IdSpace): Promise<StoredResource | undefined>;
  /** Every version of a resource, newest first: the current one, those before, deletion marks. */
  history(type: string, id: string, idSpace: IdSpace): Promise<readonly StoredVersion[]>;
  /** Versions of the record's resources that are current no more, and deletion marks: of all types, newest first. */
  recordHistory(key: RecordKey): Promise<readonly StoredVersion[]>;
  sourceReaches(): Promise<readonly SourceReach[]>;
  receipt(id: string): Promise<string | undefined>;
  /** Bodies of a source's receipts, newest first. */
  receiptsOf(source: string, limit: number): Promise<readonly string[]>;
  /** Oldest first; those whose state is `quarantined` unless the filter asks for another. */
  quarantined(filter: QuarantineFilter, limit: number): Promise<readonly Quarantined[]>;
  quarantineEntry(id: string): Promise<Quarantined | undefined>;
  /** The latest decision on whose child a source's child is. */
  linkOf(source: string, localId: string): Promise<Link | undefined>;
  /**
   * Sources' children of whom at least one blocking key is among these, by number ascending. A key that more than `limit`
   * children share leads to some of them at most, and to none where there are others. Cut where one who shares two keys or
   * more may have been left out.
   */
  findAlike(
    keys: readonly number[],
    limit: number,
    bounds?: AlikeBounds,
  ): Promise<{ readonly children: readonly AlikeChild[]; readonly isCut: boolean }>;
  /** What sources call the child: all whose latest link is to the record, in the order in which they first came. */
  sourceChildrenOf(record: RecordKey): Promise<readonly AlikeChild[]>;
  /** The same by name alone, with those of whom nothing but the link is left. */
  namesOf(record: RecordKey): Promise<readonly SourceChildName[]>;
  /** Records that hold an identity key, each once, in the order in which they took it. */
  identityKeyHolders(key: string): Promise<readonly RecordKey[]>;
  /** Records that this one must never be linked with; of merged ones those that they are merged into. */
  neverLinked(record: RecordKey): Promise<readonly RecordKey[]>;
  /** Decisions that concern a record, or all, newest first, below `before`. */
  decisions(
    filter: { readonly record?: RecordKey; readonly before?: number },
    limit: number,
  ): Promise<readonly StoredDecision[]>;
  decision(sequence: number): Promise<StoredDecision | undefined>;
  /** What every source record made in a record of the store. */
  lineagesOf(record: RecordKey): Promise<readonly UnitLineage[]>;
  /** Units of a source, ascending by their key, greater than `after`. */
  unitsOf(source: string, limit: number, after?: string): Promise<readonly UnitLineage[]>;
  /** The source record as it was last taken in, while it is kept. */
  raw(source: string, unit: string): Promise<RawRecord | undefined>;
  /** What became of source records, newest first. */
  recordStates(filter: RecordStateFilter, limit: number): Promise<readonly RecordState[]>;
  /** Rows of a source above which a row is not there yet, by table. */
  waitingRows(source: string): Promise<readonly { readonly table: string; readonly rows: number }[]>;
  /** Keys of a table's staged rows, ascending, greater than `after`. */
  stagedKeys(source: string, table: string, limit: number, after?: string): Promise<readonly string[]>;
  /** Bodies of a source's quality counts, one a delivery, newest first. */
  qualityOf(source: string, limit: number): Promise<readonly string[]>;
  /** Open items, oldest first. */
  reviewItems(limit: number): Promise<readonly StoredReview[]>;
  /** One item, closed or not. */
  reviewItem(id: number): Promise<StoredReview | undefined>;
  reviewPage(filter: ReviewFilter, limit: number): Promise<readonly StoredReview[]>;
  /** Open items in which the record is the one told of, or a candidate. */
  reviewItemsOf(record: RecordKey): Promise<readonly StoredReview[]>;
}

export interface ReviewFilter {
  readonly sources: readonly string[];
  readonly kinds?: readonly ReviewItem["kind"][];
  /** Milliseconds since 1970 between which it was opened; the second exclusive. */
  readonly from?: number;
  readonly until?: number;
  readonly order: "newest" | "oldest" | "most-evidence";
  /** Where the page before ended: an item as it was then, open still or not. */
  readonly after?: Pick<StoredReview, "id" | "bits">;
  /** `open` when absent. */
  readonly state?: "open" | "dismissed";
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

export interface ReviewItem {
  readonly kind: "identifier-conflict" | "ambiguous" | "unlinked";
  readonly source: string;
  readonly localId: string;
  readonly record: RecordKey;
  readonly candidates: readonly RecordKey[];
  /** Field by field, in words, without values. */
  readonly evidence: readonly string[];
  readonly createdAt: number;
  /** Evidence for the best candidate. */
  readonly bits?: number;
}

/** A review item as it stands in the store. */
export interface StoredReview extends ReviewItem {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly closedAt?: number;
  readonly dismissal?: ReviewDismissal;
}

export interface ReviewDismissal {
  readonly by: string;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A decision that a source's child is the child of a record; appended, never changed. */
export interface Link {
  readonly source: string;
  readonly localId: string;
  readonly record: RecordKey;
  /** The rule and its version, or a steward. */
  readonly author: string;
  readonly evidence: readonly string[];
  readonly decidedAt: number;
}

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

/** What keeping a row came to. */
export type Staged = { readonly kind: "new" | "unchanged" } | { readonly kind: "changed"; readonly before: KeptRow };

export interface WriteTransaction extends ReadVerbs, DisclosureWriteVerbs {
  /** Throws when the id space has a child with this id. */
  createChild(patientId: string, idSpace: IdSpace): Promise<RecordKey>;
  /** A shared record of a kind and authority that has room for one more resource, made when there is none. */
  sharedRecord(kind: SharedKind, authority: string, idSpace: IdSpace): Promise<RecordKey>;

  /**
   * Notes that a source's child tells an identity key, or that a claim is withheld, or no more; its place among the claims
   * of the key stays. Throws when the child has no link.
   */
  claimIdentityKey(claim: IdentityClaim): Promise<void>;
  /** All claims of a key, the oldest first. */
  identityClaims(key: string): Promise<readonly IdentityClaim[]>;
  /** What a source's child claims, for whichever record. */
  identityClaimsOf(source: string, localId: string): Promise<readonly IdentityClaim[]>;
  /** Takes back what a source's child claims of a key. */
  releaseIdentityKey(key: string, source: string, localId: string): Promise<void>;
  appendLink(link: Link): Promise<void>;
  /**
   * Source identities are kept as they came, one a source and local id, and found by their blocking keys. The child must
   * have a link.
   */
  putSourceIdentity(
    source: string,
    localId: string,
    identity: SourceIdentity,
    blockingKeys: readonly number[],
  ): Promise<void>;
  /**
   * Moves what a source's child told from one record to another: lineage, relationships and claims to identity keys. The
   * link, contributions and resources are the caller's. Touches both records.
   */
  moveChild(move: ChildMove): Promise<void>;
  /** Says that a record is merged into another, or into none any more. Touches all that are merged into it as well. */
  setMerged(
    record: RecordKey,
    merged: { readonly into: RecordKey; readonly decision: number } | undefined,
  ): Promise<void>;
  /** The authorities in which a child stands, in place of those before. */
  setStanding(record: RecordKey, authorities: readonly string[]): Promise<void>;
  /** Answers with its sequence. One that undoes another ends that. */
  appendDecision(decision: Omit<StoredDecision, "sequence" | "undoneBy">): Promise<number>;
  openReview(item: ReviewItem): Promise<void>;
  /** Closes the items of this source child that a later decision has answered, but those of the kinds still open. */
  closeReview(source: string, localId: string, stillOpen?: readonly ReviewItem["kind"][]): Promise<void>;
  closeReviewItem(id: number, at: number): Promise<void>;
  /**
   * A person has looked and leaves all as it is: open no more, until it is opened with other candidates or another record.
   */
  dismissReview(id: number, dismissal: ReviewDismissal): Promise<void>;
  reopenReview(id: number): Promise<void>;

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
  put(record: RecordKey, resource: ToldResource): Promise<void>;
  /** Ends a resource: its last version and a deletion mark stay in history. Nothing happens when it had ended. */
  remove(type: string, id: string, idSpace: IdSpace, lastUpdated: number): Promise<void>;

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
  /** Takes back what a source called the child: nothing of the identity stays but its links. */
  removeSourceIdentity(source: string, localId: string): Promise<void>;
  /**
   * Forgets for good what a source told in a record and tells no more: the versions before the end of its resources, of
   * which the deletion marks stay, and what it said of the child before.
   */
  forgetPast(record: RecordKey, source: string): Promise<void>;
  /** Forgets a row; what hangs off it waits from now on. */
  unstage(source: string, table: string, key: string): Promise<void>;
  /** Keeps a row; answers with the one that it took the place of. What hangs off it waits when it does. */
  stage(source: string, row: StagedRow, from: StagedFrom): Promise<Staged>;
  staged(source: string, table: string, key: string): Promise<KeptRow | undefined>;
  /** The row and all rows of any table that hang off it, at whatever depth, by table and key; none when it is not there. */
  stagedTree(source: string, table: string, key: string): Promise<readonly KeptRow[]>;
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
