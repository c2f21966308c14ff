import { SERVED_RESOURCES, type ServedType } from "#profiles/interactions.ts";
import { createOrder, type Match, type Order } from "../search/page.ts";
import type { Cursor } from "../search/page-token.ts";
import type { SortKey } from "../search/search-query.ts";

const RANKS: ReadonlyMap<string, number> = new Map(SERVED_RESOURCES.map(({ type }, index) => [type, index]));

/** Where a type stands in the order of an answer: as packs hold it. */
export function rankOf(type: ServedType): number {
  return RANKS.get(type) ?? 0;
}

/**
 * The order of an answer that holds several types: an id is unique within its type alone, so the type is one more value
 * to order by. Without `_sort`: record by record, within it type by type, newest first.
 */
export function createTypedOrder(sort: readonly SortKey[]): Order {
  const inner = createOrder(sort);
  return {
    isRecordOrder: inner.isRecordOrder,
    // Packs stand in type order first.
    isPackOrder: inner.isRecordOrder,
    valuesOf: (pack, entry) => [...inner.valuesOf(pack, entry), rankOf(pack.types[entry] ?? "Patient")],
    compare(a, b) {
      if (!inner.isRecordOrder) return inner.compare(a, b) || typeOf(a) - typeOf(b);
      return a.record - b.record || typeOf(a) - typeOf(b) || inner.compare(a, b);
    },
  };
}

function typeOf({ values }: Match | Cursor): number {
  return Number(values.at(-1) ?? 0);
}
