import type { AheadVerbs, ResourceName } from "./ahead-verbs.ts";
import type { DeliveryReadVerbs, DeliveryWriteVerbs } from "./delivery-verbs.ts";
import type { DisclosureReadVerbs, DisclosureWriteVerbs } from "./disclosure-verbs.ts";
import type { FindReadVerbs } from "./find-verbs.ts";
import type { IdentityReadVerbs, IdentityWriteVerbs } from "./identity-verbs.ts";
import type { LineageReadVerbs, LineageWriteVerbs } from "./lineage-verbs.ts";
import type { IdSpace } from "./record.ts";
import type { RecordReadVerbs, RecordWriteVerbs } from "./record-verbs.ts";
import type { ReviewReadVerbs, ReviewWriteVerbs } from "./review-verbs.ts";

export type { AlikeAhead, KnownAhead, ResourceName } from "./ahead-verbs.ts";
export type { KeptRow, Quarantined, StagedFrom, StagedRow } from "./delivery-verbs.ts";
export type { DisclosureFilter, DisclosureStep, StoredDisclosureDecision } from "./disclosure-verbs.ts";
export type { ChangeOrder, RecordChange, RecordScope, SharedScope, SharedVersion } from "./find-verbs.ts";
export type { AlikeChild, IdentityClaim, SourceChildName, StoredDecision } from "./identity-verbs.ts";
export type { Lineage, RecordState, UnitLineage } from "./lineage-verbs.ts";
export type {
  IdSpace,
  RecordKey,
  SharedKind,
  StoredContent,
  StoredContribution,
  StoredPart,
  StoredRecord,
  StoredResource,
  StoredVersion,
  TextedResource,
  ToldResource,
} from "./record.ts";
export type { RecordSearchKey } from "./record-verbs.ts";
export type { ReviewFilter, ReviewItem, StoredReview } from "./review-verbs.ts";

/** How a transaction is written down. */
export interface WriteOptions {
  /**
   * `later`: whoever asks tells nobody that it is done before a further transaction, which is flushed with all before it.
   * The end of the process takes nothing away; a loss of power may take the last of such transactions, each whole.
   */
  readonly flush?: "later";
  /** What the work is about to look for, a Patient for a child: an engine may look for that of all works that wait together. */
  readonly resources?: readonly ResourceName[];
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
  changeCounter(): number | Promise<number>;
  /**
   * Resolves when all that anybody can have read by now would outlive a loss of power, which no answer may be given before;
   * `undefined`, or no such verb: it would already. Rejects when that will never be known.
   */
  settled?(): Promise<void> | undefined;
  /** An empty store of its own, beside this one, on disk as far as it is large; closing it is its end. */
  scratch(): Store;
  /** Throws when the engine cannot answer; for readiness. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** The space that all authorities share; every source's records come into it. */
export const SHARED_ID_SPACE: IdSpace = "";

/** What can be asked of the store outside a transaction (committed data only) and within one (its own writes too). */
export interface ReadVerbs
  extends DisclosureReadVerbs,
    RecordReadVerbs,
    FindReadVerbs,
    IdentityReadVerbs,
    ReviewReadVerbs,
    LineageReadVerbs,
    DeliveryReadVerbs {}

export interface WriteTransaction
  extends ReadVerbs,
    DisclosureWriteVerbs,
    RecordWriteVerbs,
    IdentityWriteVerbs,
    ReviewWriteVerbs,
    LineageWriteVerbs,
    DeliveryWriteVerbs,
    AheadVerbs {}
