import type { Pack } from "./pack.ts";
import type { Cursor } from "./page-token.ts";
import type { SortKey } from "./search-query.ts";
import { type SortValue, sortValues } from "./sort-values.ts";

/** An entry that met a query, with what it is ordered by. */
export interface Match {
  readonly record: number;
  readonly pack: Pack;
  readonly entry: number;
  readonly values: readonly SortValue[];
}

/**
 * Orders matches totally, so that a page can begin exactly after another: by `_sort`, then by record, then by id.
 * Without `_sort`: record by record, newest first.
 */
export interface Order {
  /** What an entry is ordered by. */
  valuesOf(pack: Pack, entry: number): readonly SortValue[];
  compare(a: Match, b: Match | Cursor): number;
  /** Whether entries of a pack already stand in this order. */
  readonly isPackOrder: boolean;
  /** Whether all of an earlier record come before all of a later one. */
  readonly isRecordOrder: boolean;
}

export function createOrder(sort: readonly SortKey[]): Order {
  const isRecordOrder = sort.length === 0;
  const isNewestFirst = sort.length === 1 && sort[0]?.code === "date" && sort[0].descending;
  return {
    isRecordOrder,
    isPackOrder: isRecordOrder || isNewestFirst,
    valuesOf: (pack, entry) => (isRecordOrder || isNewestFirst ? [newest(pack, entry)] : sortValues(pack, entry, sort)),
    compare(a, b) {
      if (isRecordOrder && a.record !== b.record) return a.record - b.record;
      const bySort = compareValues(a.values, b.values, isRecordOrder ? NEWEST_FIRST : sort);
      if (bySort !== 0) return bySort;
      if (a.record !== b.record) return a.record - b.record;
      const idA = idOf(a);
      const idB = idOf(b);
      return idA < idB ? -1 : Number(idA > idB);
    },
  };
}

const NEWEST_FIRST: readonly SortKey[] = [{ code: "date", descending: true }];

/** Minus infinity does not survive JSON: no date is `null`, which sorts last. */
function newest(pack: Pack, entry: number): SortValue {
  const time_ms = pack.newest_ms[entry] ?? Number.NEGATIVE_INFINITY;
  return Number.isFinite(time_ms) ? time_ms : null;
}

function idOf(place: Match | Cursor): string {
  return "id" in place ? place.id : (place.pack.ids[place.entry] ?? "");
}

function compareValues(a: readonly SortValue[], b: readonly SortValue[], sort: readonly SortKey[]): number {
  for (const [index, { descending }] of sort.entries()) {
    const left = a[index] ?? null;
    const right = b[index] ?? null;
    if (left === right) continue;
    if (left === null) return 1;
    if (right === null) return -1;
    const order = left < right ? -1 : 1;
    return descending ? -order : order;
  }
  return 0;
}

/** The first `size` matches in order, of as many as are offered, in memory bounded by `size`. */
export class TopMatches<M extends Match> {
  readonly #order: Order;
  readonly #size: number;
  /** Set when matches are offered in order already: the first are kept, the rest is not even looked at. */
  readonly #isInOrder: boolean;
  #kept: M[] = [];

  constructor(order: Order, size: number, isInOrder: boolean) {
    this.#order = order;
    this.#size = size;
    this.#isInOrder = isInOrder;
  }

  offer(match: M): void {
    if (this.#isInOrder && this.#kept.length >= this.#size) return;
    this.#kept.push(match);
    if (this.#kept.length >= 4 * this.#size + 64) this.#kept = this.#sort();
  }

  get isFull(): boolean {
    return this.#kept.length >= this.#size;
  }

  first(): readonly M[] {
    return this.#isInOrder ? this.#kept : this.#sort();
  }

  #sort(): M[] {
    return this.#kept.sort((a, b) => this.#order.compare(a, b)).slice(0, this.#size);
  }
}
