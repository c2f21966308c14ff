import { LRUCache } from "lru-cache";
import type { ServedType } from "#profiles/interactions.ts";
import { LIMITS } from "../limits.ts";
import { type ParsedQuery, parseQuery, type QueryOptions } from "./query.ts";

const DAY_ms = 86_400_000;

/** Parameters in the words in which they came, and as read from them: by whoever has not read the same words before. */
export interface SentQuery {
  readonly query: string;
  readonly parameters: URLSearchParams;
}

/** `parseQuery`, or the same with a memory: a screen that asks in the same words again is spared the reading. */
export type ReadQuery = (type: ServedType, sent: SentQuery, options: QueryOptions) => ParsedQuery;

/**
 * `parseQuery` that remembers what it read: a parsed query says nothing of a requester or the data, so that one serves
 * all who ask in the same words. Base and terminology are taken for the same as long as the process lives.
 */
export function createQueryCache(queries_max: number = LIMITS.query_cache_entries_max): ReadQuery {
  const parsed = new LRUCache<string, ParsedQuery>({ max: queries_max });
  return (type, sent, options) => {
    const { handling, strictNhsNumbers = true, now_ms = 0, types = [] } = options;
    // What `ap` means changes from day to day.
    const day = Math.floor(now_ms / DAY_ms);
    const text = `${type} ${handling} ${strictNhsNumbers} ${day} ${types.join()} ${sent.query}`;
    const known = parsed.get(text);
    if (known) return known;
    const fresh = parseQuery(type, sent.parameters, options);
    if (text.length <= LIMITS.query_cache_characters_max) parsed.set(text, fresh);
    return fresh;
  };
}
