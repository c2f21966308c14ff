import { LRUCache } from "lru-cache";
import { LIMITS } from "../limits.ts";
import { type ParsedQuery, parseQuery } from "./query.ts";

const DAY_ms = 86_400_000;

/**
 * `parseQuery` that remembers what it read: a parsed query says nothing of a requester or the data, so that one serves
 * all who ask in the same words. Base and terminology are taken for the same as long as the process lives.
 */
export function createQueryCache(queries_max: number = LIMITS.query_cache_entries_max): typeof parseQuery {
  const parsed = new LRUCache<string, ParsedQuery>({ max: queries_max });
  return (type, parameters, options) => {
    const { handling, strictNhsNumbers = true, now_ms = 0, types = [] } = options;
    // What `ap` means changes from day to day.
    const day = Math.floor(now_ms / DAY_ms);
    const text = `${type} ${handling} ${strictNhsNumbers} ${day} ${types.join()} ${parameters}`;
    const known = parsed.get(text);
    if (known) return known;
    const fresh = parseQuery(type, parameters, options);
    if (text.length <= LIMITS.query_cache_characters_max) parsed.set(text, fresh);
    return fresh;
  };
}
