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
  const parsed = new LRUCache<string, Reading>({ max: queries_max });
  return (type, sent, options) => {
    const { handling, strictNhsNumbers = true, now_ms = 0, types = [] } = options;
    // What `ap` means changes from day to day.
    const day = Math.floor(now_ms / DAY_ms);
    const typed = types.length === 0 ? type : `${type} ${types.join()}`;
    // By the words alone, since to put a longer key together takes longer than all the rest; who asks otherwise in the
    // same words reads anew.
    const known = parsed.get(sent.query);
    if (
      known !== undefined &&
      known.day === day &&
      known.typed === typed &&
      known.handling === handling &&
      known.strictNhsNumbers === strictNhsNumbers
    ) {
      return known.parsed;
    }
    const fresh = parseQuery(type, sent.parameters, options);
    if (sent.query.length <= LIMITS.query_cache_characters_max) {
      parsed.set(sent.query, { typed, handling, strictNhsNumbers, day, parsed: fresh });
    }
    return fresh;
  };
}

/** A parsed query, and for whom its words mean that. */
interface Reading {
  readonly typed: string;
  readonly handling: QueryOptions["handling"];
  readonly strictNhsNumbers: boolean;
  readonly day: number;
  readonly parsed: ParsedQuery;
}
