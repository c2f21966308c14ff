import type { Cursor } from "../search/page-token.ts";
import type { RecordChange, RecordKey } from "../store/store.ts";
import type { HistoryQuery } from "./history-parameters.ts";
import { compareVersions, type VisibleVersion } from "./versions.ts";

/** A version with where it stands in the order of a history. */
export interface PlacedVersion {
  readonly version: VisibleVersion;
  readonly record: RecordKey;
}

/** Newest first, then by record: the order is total and never changes, so that a page can begin exactly after another. */
function compare(a: PlacedVersion, b: PlacedVersion): number {
  const byTime = b.version.lastUpdated_ms - a.version.lastUpdated_ms;
  return byTime || a.record - b.record || compareVersions(a.version, b.version);
}

function isAfter({ version, record }: PlacedVersion, cursor: Cursor): boolean {
  const [time_ms, type, sequence] = cursor.values;
  if (typeof time_ms !== "number" || typeof type !== "string" || typeof sequence !== "number") return false;
  if (version.lastUpdated_ms !== time_ms) return version.lastUpdated_ms < time_ms;
  if (record !== cursor.record) return record > cursor.record;
  if (version.type !== type) return version.type > type;
  if (version.id !== cursor.id) return version.id > cursor.id;
  return version.sequence < sequence;
}

export function toCursor({ version, record }: PlacedVersion): Cursor {
  const { lastUpdated_ms, type, sequence, id } = version;
  return { values: [lastUpdated_ms, type, sequence], record, id };
}

/** Collects one page of a history, whichever number of records it is taken from, in memory bounded by the page. */
export class HistoryPage {
  readonly #query: HistoryQuery;
  readonly #cursor: Cursor | undefined;
  #kept: PlacedVersion[] = [];
  #isCut = true;
  #total = 0;
  readonly #done = new Set<RecordKey>();

  constructor(query: HistoryQuery, cursor: Cursor | undefined) {
    this.#query = query;
    this.#cursor = cursor;
  }

  /** Versions of one record, newest first. */
  offer(record: RecordKey, versions: readonly VisibleVersion[]): void {
    const { count } = this.#query;
    this.#done.add(record);
    for (const version of asked(versions, this.#query)) {
      this.#total++;
      const placed = { version, record };
      if (count > 0 && (!this.#cursor || isAfter(placed, this.#cursor))) {
        this.#kept.push(placed);
        this.#isCut = false;
      }
      if (this.#kept.length >= 4 * count + 64) this.#cut();
    }
  }

  /** Whether the versions of a record were offered already, or all came too late for the page. */
  isDone(record: RecordKey): boolean {
    return this.#done.has(record);
  }

  /** Whether nothing that came at this time or before has a place in the page, nor in the total if that is wanted. */
  isBeyond(time_ms: number): boolean {
    const { since_ms, isCounted, count } = this.#query;
    if (since_ms !== undefined && time_ms < since_ms) return true;
    if (isCounted) return false;
    this.#cut();
    const [one] = this.#kept.slice(count);
    return one !== undefined && time_ms < one.version.lastUpdated_ms;
  }

  /** Whether a record can hold anything for the page, or for the total if that is wanted. */
  canTake({ key, first, last }: RecordChange): boolean {
    if (this.#isTooLate(first)) {
      this.#done.add(key);
      return false;
    }
    return !this.isBeyond(last);
  }

  /** Nothing of a record is older than its first change, and neither is a child that came onto a list. */
  #isTooLate(first_ms: number): boolean {
    const { at, isCounted } = this.#query;
    const [from_ms] = this.#cursor?.values ?? [];
    if (at !== undefined && first_ms >= at.high_ms) return true;
    return !isCounted && typeof from_ms === "number" && first_ms > from_ms;
  }

  /**
   * Entries of all pages, where every record was offered. Of a walk that ended with its page they are known when it is
   * the only one, whatever else there is that the requester may not see.
   */
  total(isWhole: boolean): number | undefined {
    const isOnly = this.#cursor === undefined && !this.entries().hasMore;
    return isWhole || this.#query.isCounted || isOnly ? this.#total : undefined;
  }

  entries(): { readonly page: readonly PlacedVersion[]; readonly hasMore: boolean } {
    this.#cut();
    const { count } = this.#query;
    return { page: this.#kept.slice(0, count), hasMore: this.#kept.length > count };
  }

  /** One more than a page, which tells whether there is another. */
  #cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.#kept = this.#kept.sort(compare).slice(0, this.#query.count + 1);
  }
}

function asked(
  versions: readonly VisibleVersion[],
  { since_ms, at }: Pick<HistoryQuery, "since_ms" | "at">,
): readonly VisibleVersion[] {
  const ends = new Map<string, number>();
  return versions.filter(({ type, id, lastUpdated_ms, method }) => {
    const name = `${type}/${id}`;
    const end_ms = ends.get(name) ?? Number.POSITIVE_INFINITY;
    ends.set(name, lastUpdated_ms);
    if (since_ms !== undefined && lastUpdated_ms < since_ms) return false;
    // What was deleted was not current in any version.
    return at === undefined || (method !== "DELETE" && lastUpdated_ms < at.high_ms && end_ms > at.low_ms);
  });
}
