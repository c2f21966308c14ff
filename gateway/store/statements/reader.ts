import type { Quarantined, QuarantineFilter, SourceReach } from "../delivery-verbs.ts";
import type { ConsentPlace, DisclosureFilter, StoredDisclosureDecision } from "../disclosure-verbs.ts";
import type { ChangeOrder, RecordChange, RecordScope, SharedScope } from "../find-verbs.ts";
import type { AlikeBounds, AlikeChild, Link, SourceChildName, StoredDecision } from "../identity-verbs.ts";
import type { RawRecord, RecordState, RecordStateFilter, UnitLineage } from "../lineage-verbs.ts";
import type {
  IdSpace,
  RecordKey,
  SharedKind,
  StoredPerson,
  StoredRecord,
  StoredResource,
  StoredVersion,
} from "../record.ts";
import type { RecordSearchKey } from "../record-verbs.ts";
import type { ReviewFilter, StoredReview } from "../review-verbs.ts";
import type { Connection } from "../sqlite/connection.ts";
import type { ReadVerbs } from "../store.ts";
import { findAlike } from "./alike.ts";
import { readConsentPlaces } from "./consents.ts";
import { neverLinked, readDecision, readDecisions, readReplaces } from "./decisions.ts";
import { readQualityOf, readQuarantined, readQuarantineEntry, readReceipt, readReceiptsOf } from "./deliveries.ts";
import { readDisclosureDecision, readDisclosureDecisions, readDisclosureDecisionsOf } from "./disclosure.ts";
import { findRecords, recordsByChange, scanRecords, sharedRecords } from "./find.ts";
import { findResources } from "./identifiers.ts";
import { identityKeyHolders } from "./identity-keys.ts";
import { readLineagesOf, readUnitsOf } from "./lineage.ts";
import { readRaw } from "./raw.ts";
import {
  locate,
  readHistory,
  readPerson,
  readRecord,
  readRecordHistory,
  readRecordVersion,
  readResource,
  readSourceReaches,
} from "./read.ts";
import { readReviewItem, readReviewItems, readReviewItemsOf, readReviewPage } from "./reviews.ts";
import { linkOf, namesOf, sourceChildrenOf } from "./source-children.ts";
import { readStagedKeys, readWaitingRows } from "./staged.ts";
import { readRecordStates } from "./states.ts";

/** The reading verbs over one connection, the same outside a transaction and within one. */
export class SqliteReader implements ReadVerbs {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  protected get connection(): Connection {
    return this.#connection;
  }

  async recordVersion(key: RecordKey): Promise<number | undefined> {
    return readRecordVersion(this.connection, key);
  }

  async record(key: RecordKey): Promise<StoredRecord | undefined> {
    return readRecord(this.connection, key);
  }

  async person(key: RecordKey): Promise<StoredPerson | undefined> {
    return readPerson(this.connection, key);
  }

  async locate(type: string, id: string, idSpace: IdSpace): Promise<RecordKey | undefined> {
    return locate(this.connection, type, id, idSpace);
  }

  async linkOf(source: string, localId: string): Promise<Link | undefined> {
    return linkOf(this.connection, source, localId);
  }

  async findAlike(
    keys: readonly number[],
    limit: number,
    bounds: AlikeBounds = {},
  ): Promise<{ readonly children: readonly AlikeChild[]; readonly isCut: boolean }> {
    return findAlike(this.connection, keys, { limit, ...bounds });
  }

  async sourceChildrenOf(record: RecordKey): Promise<readonly AlikeChild[]> {
    return sourceChildrenOf(this.connection, record);
  }

  async namesOf(record: RecordKey): Promise<readonly SourceChildName[]> {
    return namesOf(this.connection, record);
  }

  async identityKeyHolders(key: string): Promise<readonly RecordKey[]> {
    return identityKeyHolders(this.connection, key);
  }

  async neverLinked(record: RecordKey): Promise<readonly RecordKey[]> {
    return neverLinked(this.connection, record);
  }

  async decisions(
    filter: { readonly record?: RecordKey; readonly before?: number },
    limit: number,
  ): Promise<readonly StoredDecision[]> {
    return readDecisions(this.connection, filter, limit);
  }

  async decision(sequence: number): Promise<StoredDecision | undefined> {
    return readDecision(this.connection, sequence);
  }

  async disclosureDecisionsOf(record: RecordKey): Promise<readonly StoredDisclosureDecision[]> {
    return readDisclosureDecisionsOf(this.connection, record, readReplaces(this.connection, record));
  }

  async disclosureDecision(id: number): Promise<StoredDisclosureDecision | undefined> {
    return readDisclosureDecision(this.connection, id);
  }

  async disclosureDecisions(filter: DisclosureFilter, limit: number): Promise<readonly StoredDisclosureDecision[]> {
    return readDisclosureDecisions(this.connection, filter, limit);
  }

  async consentPlaces(sources: readonly string[], after: number, limit: number): Promise<readonly ConsentPlace[]> {
    return readConsentPlaces(this.connection, sources, { after, limit });
  }

  async findRecords(
    keys: readonly (RecordSearchKey & { readonly prefix?: boolean })[],
    limit: number,
    idSpace: IdSpace,
  ): Promise<readonly RecordKey[]> {
    return findRecords(this.connection, keys, { limit, idSpace });
  }

  async findResources(
    type: string,
    identifier: string,
    idSpace: IdSpace,
    limit: number,
  ): Promise<readonly RecordKey[]> {
    return findResources(this.connection, { type, identifier, idSpace }, limit);
  }

  async recordsByChange(
    scope: RecordScope | SharedScope,
    order: ChangeOrder,
    limit: number,
  ): Promise<readonly RecordChange[]> {
    return recordsByChange(this.connection, scope, order, limit);
  }

  async scanRecords(scope: RecordScope, after: RecordKey, limit: number): Promise<readonly RecordKey[]> {
    return scanRecords(this.connection, scope, after, limit);
  }

  async sharedRecords(kind: SharedKind, authorities: readonly string[]): Promise<readonly RecordKey[]> {
    return sharedRecords(this.connection, kind, authorities);
  }

  async resource(type: string, id: string, idSpace: IdSpace): Promise<StoredResource | undefined> {
    return readResource(this.connection, type, id, idSpace);
  }

  async history(type: string, id: string, idSpace: IdSpace): Promise<readonly StoredVersion[]> {
    return readHistory(this.connection, type, id, idSpace);
  }

  async recordHistory(key: RecordKey): Promise<readonly StoredVersion[]> {
    return readRecordHistory(this.connection, key);
  }

  async sourceReaches(): Promise<readonly SourceReach[]> {
    return readSourceReaches(this.connection);
  }

  async receipt(id: string): Promise<string | undefined> {
    return readReceipt(this.connection, id);
  }

  async quarantined(filter: QuarantineFilter, limit: number): Promise<readonly Quarantined[]> {
    return readQuarantined(this.connection, filter, limit);
  }

  async receiptsOf(source: string, limit: number): Promise<readonly string[]> {
    return readReceiptsOf(this.connection, source, limit);
  }

  async quarantineEntry(id: string): Promise<Quarantined | undefined> {
    return readQuarantineEntry(this.connection, id);
  }

  async lineagesOf(record: RecordKey): Promise<readonly UnitLineage[]> {
    return readLineagesOf(this.connection, record);
  }

  async unitsOf(source: string, limit: number, after?: string): Promise<readonly UnitLineage[]> {
    return readUnitsOf(this.connection, source, { limit, after });
  }

  async raw(source: string, unit: string): Promise<RawRecord | undefined> {
    return readRaw(this.connection, source, unit);
  }

  async recordStates(filter: RecordStateFilter, limit: number): Promise<readonly RecordState[]> {
    return readRecordStates(this.connection, filter, limit);
  }

  async waitingRows(source: string): Promise<readonly { readonly table: string; readonly rows: number }[]> {
    return readWaitingRows(this.connection, source);
  }

  async stagedKeys(source: string, table: string, limit: number, after?: string): Promise<readonly string[]> {
    return readStagedKeys(this.connection, { source, table }, { limit, after });
  }

  async qualityOf(source: string, limit: number): Promise<readonly string[]> {
    return readQualityOf(this.connection, source, limit);
  }

  async reviewItems(limit: number): Promise<readonly StoredReview[]> {
    return readReviewItems(this.connection, limit);
  }

  async reviewItem(id: number): Promise<StoredReview | undefined> {
    return readReviewItem(this.connection, id);
  }

  async reviewPage(filter: ReviewFilter, limit: number): Promise<readonly StoredReview[]> {
    return readReviewPage(this.connection, filter, limit);
  }

  async reviewItemsOf(record: RecordKey): Promise<readonly StoredReview[]> {
    return readReviewItemsOf(this.connection, record);
  }
}
