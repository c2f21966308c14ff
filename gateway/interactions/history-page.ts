import type { Cursor } from "../search/page-token.ts";
import type { RecordKey } from "../store/store.ts";
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
  #total = 0;

  constructor(query: HistoryQuery, cursor: Cursor | undefined) {
    this.#query = query;
    this.#cursor = cursor;
  }

  /** Versions of one record, newest first. */
  offer(record: RecordKey, versions: readonly VisibleVersion[]): void {
    const { count } = this.#query;
    for (const version of asked(versions, this.#query)) {
      this.#total++;
      const placed = { version, record };
      if (count > 0 && (!this.#cursor || isAfter(placed, this.#cursor))) this.#kept.push(placed);
      if (this.#kept.length >= 4 * count + 64) this.#cut();
    }
  }

  /** Entries of all pages. */
  get total(): number {
    return this.#total;
  }

  entries(): { readonly page: readonly PlacedVersion[]; readonly hasMore: boolean } {
    this.#cut();
    const { count } = this.#query;
    return { page: this.#kept.slice(0, count), hasMore: this.#kept.length > count };
  }

  /** One more than a page, which tells whether there is another. */
  #cut(): void {
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
