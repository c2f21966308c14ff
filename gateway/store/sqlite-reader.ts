import type { Connection } from "./sqlite-connection.ts";
import { findRecords, recordsByChange, scanRecords, sharedRecords } from "./sqlite-find.ts";
import { findResources } from "./sqlite-identifiers.ts";
import {
  locate,
  readHistory,
  readQuarantined,
  readReceipt,
  readRecord,
  readRecordHistory,
  readRecordVersion,
  readResource,
  readReviewItems,
  readSourceReaches,
} from "./sqlite-read.ts";
import type {
  ChangeOrder,
  IdSpace,
  Quarantined,
  QuarantineFilter,
  ReadVerbs,
  RecordChange,
  RecordKey,
  RecordScope,
  RecordSearchKey,
  ReviewItem,
  SharedKind,
  SharedScope,
  SourceReach,
  StoredRecord,
  StoredResource,
  StoredVersion,
} from "./store.ts";

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

  async locate(type: string, id: string, idSpace: IdSpace): Promise<RecordKey | undefined> {
    return locate(this.connection, type, id, idSpace);
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

  async reviewItems(limit: number): Promise<readonly ReviewItem[]> {
    return readReviewItems(this.connection, limit);
  }
}
