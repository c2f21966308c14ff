import type { Quarantined, QuarantineFilter, SourceReach } from "../delivery-verbs.ts";
import type { ConsentPlace, DisclosureFilter, StoredDisclosureDecision } from "../disclosure-verbs.ts";
import type { ChangeOrder, RecordChange, RecordScope, SharedScope, SharedVersion } from "../find-verbs.ts";
import type { AlikeBounds, AlikeChild, Link, SourceChildName, StoredDecision } from "../identity-verbs.ts";
import type { RawRecord, RecordState, RecordStateFilter, UnitLineage } from "../lineage-verbs.ts";
import type {
  IdSpace,
  RecordKey,
  SharedKind,
  StoredPart,
  StoredRecord,
  StoredResource,
  StoredVersion,
} from "../record.ts";
import type { RecordSearchKey } from "../record-verbs.ts";
import type { ReviewFilter, StoredReview } from "../review-verbs.ts";
import type { ReadVerbs } from "../store.ts";
import { findAlike } from "./alike.ts";
import { sourceChildrenOf } from "./alike-children.ts";
import { readConsentPlaces } from "./consents.ts";
import { neverLinked, readDecision, readDecisions } from "./decisions.ts";
import { readQualityOf, readQuarantined, readQuarantineEntry, readReceipt, readReceiptsOf } from "./deliveries.ts";
import { readDisclosureDecision, readDisclosureDecisions, readDisclosureDecisionsOfWhole } from "./disclosure.ts";
import type { Driver } from "./driver.ts";
import { findRecords, recordsByChange, scanRecords, sharedRecords, sharedVersions } from "./find.ts";
import { findResources } from "./identifiers.ts";
import { identityKeyHolders } from "./identity-keys.ts";
import { readLineagesOf, readUnitsOf } from "./lineage.ts";
import { readRaw } from "./raw.ts";
import {
  locate,
  readFindings,
  readHistory,
  readPerson,
  readRecord,
  readRecordHistory,
  readRecordVersion,
  readResource,
  readSourceReaches,
} from "./read.ts";
import { readReviewItem, readReviewItems, readReviewItemsOf, readReviewPage } from "./reviews.ts";
import { linkOf, namesOf } from "./source-children.ts";
import { readStagedKeys, readWaitingRows } from "./staged.ts";
import { readRecordStates } from "./states.ts";

/** The reading verbs on any engine, the same outside a transaction and within one. */
export class Reader implements ReadVerbs {
  readonly #driver: Driver;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  protected get driver(): Driver {
    return this.#driver;
  }

  async recordVersion(key: RecordKey): Promise<number | undefined> {
    return this.driver.drive(() => readRecordVersion(key));
  }

  async record(key: RecordKey): Promise<StoredRecord | undefined> {
    return this.driver.drive((context) => readRecord(context, key), "at-one-moment");
  }

  async person(key: RecordKey): Promise<StoredPart | undefined> {
    return this.driver.drive((context) => readPerson(context, key), "at-one-moment");
  }

  async findings(key: RecordKey): Promise<StoredPart | undefined> {
    return this.driver.drive((context) => readFindings(context, key), "at-one-moment");
  }

  async locate(type: string, id: string, idSpace: IdSpace): Promise<RecordKey | undefined> {
    return this.driver.drive(() => locate(type, id, idSpace));
  }

  async linkOf(source: string, localId: string): Promise<Link | undefined> {
    return this.driver.drive(() => linkOf(source, localId));
  }

  async findAlike(
    keys: readonly number[],
    limit: number,
    bounds: AlikeBounds = {},
  ): Promise<{ readonly children: readonly AlikeChild[]; readonly isCut: boolean }> {
    return this.driver.drive((context) => findAlike(context, keys, { limit, ...bounds }));
  }

  async sourceChildrenOf(record: RecordKey): Promise<readonly AlikeChild[]> {
    return this.driver.drive(() => sourceChildrenOf(record));
  }

  async namesOf(record: RecordKey): Promise<readonly SourceChildName[]> {
    return this.driver.drive(() => namesOf(record));
  }

  async identityKeyHolders(key: string): Promise<readonly RecordKey[]> {
    return this.driver.drive(() => identityKeyHolders(key));
  }

  async neverLinked(record: RecordKey): Promise<readonly RecordKey[]> {
    return this.driver.drive(() => neverLinked(record));
  }

  async decisions(
    filter: { readonly record?: RecordKey; readonly before?: number },
    limit: number,
  ): Promise<readonly StoredDecision[]> {
    return this.driver.drive(() => readDecisions(filter, limit));
  }

  async decision(sequence: number): Promise<StoredDecision | undefined> {
    return this.driver.drive(() => readDecision(sequence));
  }

  async disclosureDecisionsOf(record: RecordKey): Promise<readonly StoredDisclosureDecision[]> {
    return this.driver.drive(() => readDisclosureDecisionsOfWhole(record), "at-one-moment");
  }

  async disclosureDecision(id: number): Promise<StoredDisclosureDecision | undefined> {
    return this.driver.drive(() => readDisclosureDecision(id));
  }

  async disclosureDecisions(filter: DisclosureFilter, limit: number): Promise<readonly StoredDisclosureDecision[]> {
    return this.driver.drive(() => readDisclosureDecisions(filter, limit));
  }

  async consentPlaces(sources: readonly string[], after: number, limit: number): Promise<readonly ConsentPlace[]> {
    return this.driver.drive(() => readConsentPlaces(sources, { after, limit }));
  }

  async findRecords(
    keys: readonly (RecordSearchKey & { readonly prefix?: boolean })[],
    limit: number,
    idSpace: IdSpace,
  ): Promise<readonly RecordKey[]> {
    return this.driver.drive(() => findRecords(keys, { limit, idSpace }));
  }

  async findResources(
    type: string,
    identifier: string,
    idSpace: IdSpace,
    limit: number,
  ): Promise<readonly RecordKey[]> {
    return this.driver.drive(() => findResources({ type, identifier, idSpace }, limit));
  }

  async recordsByChange(
    scope: RecordScope | SharedScope,
    order: ChangeOrder,
    limit: number,
  ): Promise<readonly RecordChange[]> {
    return this.driver.drive(() => recordsByChange(scope, order, limit));
  }

  async scanRecords(scope: RecordScope, after: RecordKey, limit: number): Promise<readonly RecordKey[]> {
    return this.driver.drive(() => scanRecords(scope, after, limit));
  }

  async sharedRecords(kind: SharedKind, authorities: readonly string[]): Promise<readonly RecordKey[]> {
    return this.driver.drive(() => sharedRecords(kind, authorities));
  }

  async sharedVersions(
    kinds: readonly SharedKind[],
    authorities: readonly string[],
  ): Promise<readonly SharedVersion[]> {
    return this.driver.drive(() => sharedVersions(kinds, authorities));
  }

  async resource(type: string, id: string, idSpace: IdSpace): Promise<StoredResource | undefined> {
    return this.driver.drive((context) => readResource(context, type, id, idSpace));
  }

  async history(type: string, id: string, idSpace: IdSpace): Promise<readonly StoredVersion[]> {
    return this.driver.drive((context) => readHistory(context, type, id, idSpace));
  }

  async recordHistory(key: RecordKey): Promise<readonly StoredVersion[]> {
    return this.driver.drive((context) => readRecordHistory(context, key));
  }

  async sourceReaches(): Promise<readonly SourceReach[]> {
    return this.driver.drive(readSourceReaches);
  }

  async receipt(id: string): Promise<string | undefined> {
    return this.driver.drive(() => readReceipt(id));
  }

  async quarantined(filter: QuarantineFilter, limit: number): Promise<readonly Quarantined[]> {
    return this.driver.drive(() => readQuarantined(filter, limit));
  }

  async receiptsOf(source: string, limit: number): Promise<readonly string[]> {
    return this.driver.drive(() => readReceiptsOf(source, limit));
  }

  async quarantineEntry(id: string): Promise<Quarantined | undefined> {
    return this.driver.drive(() => readQuarantineEntry(id));
  }

  async lineagesOf(record: RecordKey): Promise<readonly UnitLineage[]> {
    return this.driver.drive((context) => readLineagesOf(context, record));
  }

  async unitsOf(source: string, limit: number, after?: string): Promise<readonly UnitLineage[]> {
    return this.driver.drive((context) => readUnitsOf(context, source, { limit, after }));
  }

  async raw(source: string, unit: string): Promise<RawRecord | undefined> {
    return this.driver.drive((context) => readRaw(context, source, unit));
  }

  async recordStates(filter: RecordStateFilter, limit: number): Promise<readonly RecordState[]> {
    return this.driver.drive((context) => readRecordStates(context, filter, limit));
  }

  async waitingRows(source: string): Promise<readonly { readonly table: string; readonly rows: number }[]> {
    return this.driver.drive(() => readWaitingRows(source));
  }

  async stagedKeys(source: string, table: string, limit: number, after?: string): Promise<readonly string[]> {
    return this.driver.drive(() => readStagedKeys({ source, table }, { limit, after }));
  }

  async qualityOf(source: string, limit: number): Promise<readonly string[]> {
    return this.driver.drive(() => readQualityOf(source, limit));
  }

  async reviewItems(limit: number): Promise<readonly StoredReview[]> {
    return this.driver.drive(() => readReviewItems(limit), "at-one-moment");
  }

  async reviewItem(id: number): Promise<StoredReview | undefined> {
    return this.driver.drive(() => readReviewItem(id), "at-one-moment");
  }

  async reviewPage(filter: ReviewFilter, limit: number): Promise<readonly StoredReview[]> {
    return this.driver.drive(() => readReviewPage(filter, limit), "at-one-moment");
  }

  async reviewItemsOf(record: RecordKey): Promise<readonly StoredReview[]> {
    return this.driver.drive(() => readReviewItemsOf(record), "at-one-moment");
  }
}
