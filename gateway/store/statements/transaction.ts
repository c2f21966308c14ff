import type { Relationship, SourceIdentity } from "#mappers/mapper.ts";
import type { Ahead } from "../ahead-verbs.ts";
import type { KeptRow, Quarantined, SourceReach, StagedFrom, StagedRow } from "../delivery-verbs.ts";
import type { DisclosureReview, DisclosureStep, NewDisclosureDecision } from "../disclosure-verbs.ts";
import type { ChildMove, IdentityClaim, Link, StoredDecision, ToldIdentity } from "../identity-verbs.ts";
import type { EndedState, KeptRaw, Lineage } from "../lineage-verbs.ts";
import type { IdSpace, RecordKey, SharedKind, StoredContribution, TextedResource } from "../record.ts";
import type { RecordSearchKey } from "../record-verbs.ts";
import type { ReviewDismissal, ReviewItem } from "../review-verbs.ts";
import type { WriteTransaction } from "../store.ts";
import { readAhead } from "./ahead.ts";
import { createChild, putContribution, putRelationships, readContribution, removeContribution } from "./children.ts";
import { appendDecision, moveChild, setMerged, setStanding } from "./decisions.ts";
import { closeQuarantine, moveReach, putQuality, putReceipt, quarantine, useOnce } from "./deliveries.ts";
import { appendDisclosureDecision, endDisclosureDecision, reviewDisclosureDecision } from "./disclosure.ts";
import type { Driver } from "./driver.ts";
import { forgetPast } from "./forget.ts";
import { claimIdentityKey, identityClaims, identityClaimsOf, releaseIdentityKey } from "./identity-keys.ts";
import { putLineage, readLineage, removeLineage } from "./lineage.ts";
import { forgetRaw, keepRaw, sweepRaw } from "./raw.ts";
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
import { markTree, readStagedBelow, readStagedRows, readStagedTrees, stage, unstage } from "./staged.ts";
import { noteState } from "./states.ts";
import type { Work } from "./work.ts";
import { WorkReader } from "./work-reader.ts";

/** The verbs of one piece of work. Nothing of it is seen by anybody else before its commit. */
export class Transaction extends WorkReader implements WriteTransaction {
  readonly #clock: () => number;

  constructor(driver: Driver, work: Work) {
    super(driver, work);
    this.#clock = work.clock;
  }

  async createChild(patientId: string, idSpace: IdSpace, isFirst = false): Promise<RecordKey> {
    return this.change((work) => createChild(work, patientId, { idSpace, isFirst }));
  }

  async sharedRecord(kind: SharedKind, authority: string, idSpace: IdSpace): Promise<RecordKey> {
    return this.change((work) => sharedRecord(work, kind, authority, idSpace));
  }

  async claimIdentityKey(claim: IdentityClaim): Promise<void> {
    return this.change((work) => claimIdentityKey(work, claim));
  }

  async identityClaims(key: string): Promise<readonly IdentityClaim[]> {
    return this.driver.drive(() => identityClaims(key));
  }

  async identityClaimsOf(source: string, localId: string): Promise<readonly IdentityClaim[]> {
    return this.change((work) => identityClaimsOf(work, source, localId));
  }

  async releaseIdentityKey(key: string, source: string, localId: string): Promise<void> {
    return this.change((work) => releaseIdentityKey(work, key, { source, localId }));
  }

  async appendLink(link: Link, told?: ToldIdentity): Promise<void> {
    return this.change((work) => appendLink(work, link, told));
  }

  async putSourceIdentity(
    source: string,
    localId: string,
    identity: SourceIdentity,
    blockingKeys: readonly number[],
    print?: string,
  ): Promise<void> {
    return this.change((work) => putSourceIdentity(work, { source, localId }, { identity, blockingKeys, print }));
  }

  async moveChild(move: ChildMove): Promise<void> {
    return this.change((work) => moveChild(work, move));
  }

  async setMerged(
    record: RecordKey,
    merged: { readonly into: RecordKey; readonly decision: number } | undefined,
  ): Promise<void> {
    return this.change((work) => setMerged(work, record, merged));
  }

  async setStanding(record: RecordKey, authorities: readonly string[]): Promise<void> {
    return this.change(() => setStanding(record, authorities));
  }

  async appendDecision(decision: Omit<StoredDecision, "sequence" | "undoneBy">): Promise<number> {
    return this.change((work) => appendDecision(work, decision));
  }

  async appendDisclosureDecision(
    record: RecordKey,
    decision: NewDisclosureDecision,
    awaitsReview: boolean,
  ): Promise<number> {
    return this.change((work) => appendDisclosureDecision(work, record, { decision, awaitsReview }));
  }

  async endDisclosureDecision(id: number, step: DisclosureStep): Promise<boolean> {
    return this.change((work) => endDisclosureDecision(work, id, step));
  }

  async reviewDisclosureDecision(id: number, review: DisclosureReview): Promise<boolean> {
    return this.change((work) => reviewDisclosureDecision(work, id, review));
  }

  async openReview(item: ReviewItem): Promise<void> {
    return this.change((work) => openReview(work, item));
  }

  async closeReview(source: string, localId: string, stillOpen: readonly ReviewItem["kind"][] = []): Promise<void> {
    return this.change((work) => closeReview(work, { source, localId, stillOpen }));
  }

  async closeReviewItem(id: number, at: number): Promise<void> {
    return this.change(() => closeReviewItem(id, at));
  }

  async dismissReview(id: number, dismissal: ReviewDismissal): Promise<void> {
    return this.change(() => dismissReview(id, dismissal));
  }

  async reopenReview(id: number): Promise<void> {
    return this.change((work) => reopenReview(work, id));
  }

  async contribution(record: RecordKey, source: string, localId: string): Promise<StoredContribution | undefined> {
    return this.change((work) => readContribution(work, record, { source, localId }));
  }

  async putContribution(
    record: RecordKey,
    authority: string,
    contribution: StoredContribution,
    keys: readonly RecordSearchKey[],
  ): Promise<void> {
    return this.change((work) => putContribution(work, record, { authority, contribution, keys }));
  }

  async removeContribution(record: RecordKey, source: string, localId: string, at: number): Promise<void> {
    return this.change((work) => removeContribution(work, record, { source, localId, until: at }));
  }

  async putRelationships(
    record: RecordKey,
    source: string,
    unit: string,
    relationships: readonly Relationship[],
    at = this.#clock(),
  ): Promise<void> {
    return this.change((work) => putRelationships(work, record, { source, unit, relationships, at }));
  }

  async current(type: string, id: string, idSpace: IdSpace): Promise<Current | undefined> {
    return this.change((work) => currentResource(work, { type, id, idSpace }));
  }

  async currentOf(record: RecordKey): Promise<ReadonlyMap<string, Omit<Current, "record">>> {
    return this.change((work) => currentOfRecord(work, record));
  }

  async put(record: RecordKey, resource: TextedResource): Promise<void> {
    return this.change((work) => putResource(work, record, resource));
  }

  async remove(type: string, id: string, idSpace: IdSpace, lastUpdated: number): Promise<void> {
    return this.change((work) => removeResource(work, { type, id, idSpace }, lastUpdated));
  }

  async lineage(source: string, unit: string): Promise<Lineage | undefined> {
    return this.change((work) => readLineage(work, source, unit));
  }

  async putLineage(source: string, unit: string, lineage: Lineage): Promise<void> {
    return this.change((work) => putLineage(work, source, unit, lineage));
  }

  async removeLineage(source: string, unit: string): Promise<void> {
    return this.change((work) => removeLineage(work, source, unit));
  }

  async keepRaw(source: string, unit: string, raw: KeptRaw): Promise<void> {
    return this.change((work) => keepRaw(work, source, unit, raw));
  }

  async forgetRaw(source: string, unit: string): Promise<void> {
    return this.change(() => forgetRaw(source, unit), "overwriting");
  }

  async sweepRaw(now: number, limit: number): Promise<number> {
    return this.change(() => sweepRaw(now, limit), "overwriting");
  }

  async noteState(state: EndedState): Promise<void> {
    return this.change((work) => noteState(work, state));
  }

  async removeSourceIdentity(source: string, localId: string): Promise<void> {
    return this.change((work) => removeSourceIdentity(work, source, localId), "overwriting");
  }

  async forgetPast(record: RecordKey, source: string): Promise<void> {
    return this.change((work) => forgetPast(work, record, source), "overwriting");
  }

  async unstage(source: string, table: string, key: string): Promise<void> {
    return this.change(() => unstage({ source, table, key }));
  }

  async stage(source: string, row: StagedRow, from: StagedFrom, before: KeptRow | undefined): Promise<void> {
    return this.change((work) => stage(work, source, row, { ...from, before }));
  }

  async stagedRows(source: string, names: readonly Pick<StagedRow, "table" | "key">[]): Promise<readonly KeptRow[]> {
    return this.change((work) => readStagedRows(work.context, source, names));
  }

  async stagedTrees(
    source: string,
    table: string,
    keys: readonly string[],
  ): Promise<ReadonlyMap<string, readonly KeptRow[]>> {
    return this.change((work) => readStagedTrees(work.context, source, { table, keys }));
  }

  async stagedBelow(source: string, table: string, key: string): Promise<readonly KeptRow[]> {
    return this.change((work) => readStagedBelow(work.context, source, table, key));
  }

  async joinTree(source: string, table: string, key: string): Promise<void> {
    return this.change(() => markTree({ source, table, key }, 0));
  }

  async quarantine(record: Quarantined): Promise<void> {
    return this.change(() => quarantine(record));
  }

  async closeQuarantine(id: string, state: "replayed" | "discarded", at: number): Promise<void> {
    return this.change(() => closeQuarantine(id, { state, at }), "overwriting");
  }

  async putReceipt(id: string, source: string, body: string): Promise<void> {
    return this.change(() => putReceipt(id, source, body));
  }

  async putQuality(delivery: string, source: string, body: string): Promise<void> {
    return this.change(() => putQuality(delivery, source, body));
  }

  async reach(reach: SourceReach): Promise<void> {
    return this.change(() => moveReach(reach));
  }

  async readAhead(ahead: Ahead): Promise<void> {
    return this.change((work) => readAhead(work, ahead));
  }

  async useOnce(key: string, expiresAt: number): Promise<boolean> {
    return this.change((work) => useOnce(work, key, expiresAt));
  }
}
