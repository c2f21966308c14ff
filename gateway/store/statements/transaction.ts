import type { Relationship, SourceIdentity } from "#mappers/mapper.ts";
import type { KeptRow, Quarantined, SourceReach, Staged, StagedFrom, StagedRow } from "../delivery-verbs.ts";
import type { DisclosureReview, DisclosureStep, NewDisclosureDecision } from "../disclosure-verbs.ts";
import type { ChildMove, IdentityClaim, Link, StoredDecision } from "../identity-verbs.ts";
import type { EndedState, KeptRaw, Lineage } from "../lineage-verbs.ts";
import type { IdSpace, RecordKey, SharedKind, StoredContribution, ToldResource } from "../record.ts";
import type { RecordSearchKey } from "../record-verbs.ts";
import type { ReviewDismissal, ReviewItem } from "../review-verbs.ts";
import { type Connection, overwriting } from "../sqlite/connection.ts";
import type { WriteTransaction } from "../store.ts";
import { createChild, putContribution, putRelationships, readContribution, removeContribution } from "./children.ts";
import { appendDecision, moveChild, setMerged, setStanding } from "./decisions.ts";
import { closeQuarantine, moveReach, putQuality, putReceipt, quarantine, useOnce } from "./deliveries.ts";
import { appendDisclosureDecision, endDisclosureDecision, reviewDisclosureDecision } from "./disclosure.ts";
import { forgetPast } from "./forget.ts";
import { claimIdentityKey, identityClaims, identityClaimsOf, releaseIdentityKey } from "./identity-keys.ts";
import { putLineage, readLineage, removeLineage } from "./lineage.ts";
import { forgetRaw, keepRaw, sweepRaw } from "./raw.ts";
import { SqliteReader } from "./reader.ts";
import {
  type Current,
  currentOfRecord,
  currentResource,
  putResource,
  removeResource,
  sharedRecord,
} from "./resources.ts";
import { closeReview, closeReviewItem, dismissReview, openReview, reopenReview } from "./reviews.ts";
import { appendLink, putSourceIdentity, removeSourceIdentity } from "./source-children.ts";
import { markTree, readStaged, readStagedBelow, readStagedTree, stage, unstage } from "./staged.ts";
import { noteState } from "./states.ts";
import type { Work } from "./work.ts";

/**
 * The verbs of one piece of work. They answer at once, since SQLite runs in this process; they are asynchronous because
 * the interface is. A verb called after its work has ended is refused: it would write into somebody else's transaction.
 */
export class SqliteTransaction extends SqliteReader implements WriteTransaction {
  #work: Work | undefined;

  constructor(connection: Connection, clock: () => number) {
    super(connection);
    this.#work = { connection, clock, touched: new Map(), nextSlots: new Map(), children: new Map() };
  }

  end(): void {
    this.#work = undefined;
  }

  get #open(): Work {
    if (this.#work === undefined) throw new Error("A store's transaction was used after its work had ended.");
    return this.#work;
  }

  protected override get connection(): Connection {
    return this.#open.connection;
  }

  async createChild(patientId: string, idSpace: IdSpace): Promise<RecordKey> {
    return createChild(this.#open, patientId, idSpace);
  }

  async sharedRecord(kind: SharedKind, authority: string, idSpace: IdSpace): Promise<RecordKey> {
    return sharedRecord(this.#open, kind, authority, idSpace);
  }

  async claimIdentityKey(claim: IdentityClaim): Promise<void> {
    claimIdentityKey(this.#open, claim);
  }

  async identityClaims(key: string): Promise<readonly IdentityClaim[]> {
    return identityClaims(this.connection, key);
  }

  async identityClaimsOf(source: string, localId: string): Promise<readonly IdentityClaim[]> {
    return identityClaimsOf(this.connection, source, localId);
  }

  async releaseIdentityKey(key: string, source: string, localId: string): Promise<void> {
    releaseIdentityKey(this.#open, key, { source, localId });
  }

  async appendLink(link: Link): Promise<void> {
    appendLink(this.#open, link);
  }

  async putSourceIdentity(
    source: string,
    localId: string,
    identity: SourceIdentity,
    blockingKeys: readonly number[],
    print?: string,
  ): Promise<void> {
    putSourceIdentity(this.#open, { source, localId }, { identity, blockingKeys, print });
  }

  async moveChild(move: ChildMove): Promise<void> {
    moveChild(this.#open, move);
  }

  async setMerged(
    record: RecordKey,
    merged: { readonly into: RecordKey; readonly decision: number } | undefined,
  ): Promise<void> {
    setMerged(this.#open, record, merged);
  }

  async setStanding(record: RecordKey, authorities: readonly string[]): Promise<void> {
    setStanding(this.#open, record, authorities);
  }

  async appendDecision(decision: Omit<StoredDecision, "sequence" | "undoneBy">): Promise<number> {
    return appendDecision(this.#open, decision);
  }

  async appendDisclosureDecision(
    record: RecordKey,
    decision: NewDisclosureDecision,
    awaitsReview: boolean,
  ): Promise<number> {
    return appendDisclosureDecision(this.#open, record, { decision, awaitsReview });
  }

  async endDisclosureDecision(id: number, step: DisclosureStep): Promise<boolean> {
    return endDisclosureDecision(this.#open, id, step);
  }

  async reviewDisclosureDecision(id: number, review: DisclosureReview): Promise<boolean> {
    return reviewDisclosureDecision(this.#open, id, review);
  }

  async openReview(item: ReviewItem): Promise<void> {
    openReview(this.#open, item);
  }

  async closeReview(source: string, localId: string, stillOpen: readonly ReviewItem["kind"][] = []): Promise<void> {
    closeReview(this.#open, { source, localId, stillOpen });
  }

  async closeReviewItem(id: number, at: number): Promise<void> {
    closeReviewItem(this.#open, id, at);
  }

  async dismissReview(id: number, dismissal: ReviewDismissal): Promise<void> {
    dismissReview(this.#open, id, dismissal);
  }

  async reopenReview(id: number): Promise<void> {
    reopenReview(this.#open, id);
  }

  async contribution(record: RecordKey, source: string, localId: string): Promise<StoredContribution | undefined> {
    return readContribution(this.#open, record, source, localId);
  }

  async putContribution(
    record: RecordKey,
    authority: string,
    contribution: StoredContribution,
    keys: readonly RecordSearchKey[],
  ): Promise<void> {
    putContribution(this.#open, record, { authority, contribution, keys });
  }

  async removeContribution(record: RecordKey, source: string, localId: string, at: number): Promise<void> {
    removeContribution(this.#open, record, { source, localId, until: at });
  }

  async putRelationships(
    record: RecordKey,
    source: string,
    unit: string,
    relationships: readonly Relationship[],
    at = this.#open.clock(),
  ): Promise<void> {
    putRelationships(this.#open, record, { source, unit, relationships, at });
  }

  async current(type: string, id: string, idSpace: IdSpace): Promise<Current | undefined> {
    return currentResource(this.#open, { type, id, idSpace });
  }

  async currentOf(record: RecordKey): Promise<ReadonlyMap<string, Omit<Current, "record">>> {
    return currentOfRecord(this.#open, record);
  }

  async put(record: RecordKey, resource: ToldResource): Promise<void> {
    putResource(this.#open, record, resource);
  }

  async remove(type: string, id: string, idSpace: IdSpace, lastUpdated: number): Promise<void> {
    removeResource(this.#open, { type, id, idSpace }, lastUpdated);
  }

  async lineage(source: string, unit: string): Promise<Lineage | undefined> {
    return readLineage(this.#open, source, unit);
  }

  async putLineage(source: string, unit: string, lineage: Lineage): Promise<void> {
    putLineage(this.#open, source, unit, lineage);
  }

  async removeLineage(source: string, unit: string): Promise<void> {
    removeLineage(this.#open, source, unit);
  }

  async keepRaw(source: string, unit: string, raw: KeptRaw): Promise<void> {
    keepRaw(this.#open, source, unit, raw);
  }

  async forgetRaw(source: string, unit: string): Promise<void> {
    overwriting(this.connection, () => forgetRaw(this.#open, source, unit));
  }

  async sweepRaw(now: number, limit: number): Promise<number> {
    return overwriting(this.connection, () => sweepRaw(this.#open, now, limit));
  }

  async noteState(state: EndedState): Promise<void> {
    noteState(this.#open, state);
  }

  async removeSourceIdentity(source: string, localId: string): Promise<void> {
    overwriting(this.connection, () => removeSourceIdentity(this.#open, source, localId));
  }

  async forgetPast(record: RecordKey, source: string): Promise<void> {
    overwriting(this.connection, () => forgetPast(this.#open, record, source));
  }

  async unstage(source: string, table: string, key: string): Promise<void> {
    unstage(this.#open, { source, table, key });
  }

  async stage(source: string, row: StagedRow, from: StagedFrom): Promise<Staged> {
    return stage(this.#open, source, row, from);
  }

  async staged(source: string, table: string, key: string): Promise<KeptRow | undefined> {
    return readStaged(this.#open, source, table, key);
  }

  async stagedTree(source: string, table: string, key: string): Promise<readonly KeptRow[]> {
    return readStagedTree(this.#open, source, table, key);
  }

  async stagedBelow(source: string, table: string, key: string): Promise<readonly KeptRow[]> {
    return readStagedBelow(this.#open, source, table, key);
  }

  async joinTree(source: string, table: string, key: string): Promise<void> {
    markTree(this.#open, { source, table, key }, 0);
  }

  async quarantine(record: Quarantined): Promise<void> {
    quarantine(this.#open, record);
  }

  async closeQuarantine(id: string, state: "replayed" | "discarded", at: number): Promise<void> {
    overwriting(this.connection, () => closeQuarantine(this.#open, id, { state, at }));
  }

  async putReceipt(id: string, source: string, body: string): Promise<void> {
    putReceipt(this.#open, id, source, body);
  }

  async putQuality(delivery: string, source: string, body: string): Promise<void> {
    putQuality(this.#open, delivery, source, body);
  }

  async reach(reach: SourceReach): Promise<void> {
    moveReach(this.#open, reach);
  }

  async useOnce(key: string, expiresAt: number): Promise<boolean> {
    return useOnce(this.#open, key, expiresAt);
  }
}
