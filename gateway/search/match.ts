import type { Pack } from "./pack.ts";
import type { DatePrefix } from "./query-values.ts";
import type { Condition, SortKey } from "./search-query.ts";
import type { TokenHash } from "./token-hash.ts";

/** Whether an entry of a pack carries one of these tokens. */
export function hasToken(pack: Pack, entry: number, hashes: readonly TokenHash[]): boolean {
  const { tokens, tokenStarts } = pack;
  const end = tokenStarts[entry + 1] ?? 0;
  for (const { high, low } of hashes) {
    for (let i = tokenStarts[entry] ?? 0; i < end; i += 2) {
      if (tokens[i] === high && tokens[i + 1] === low) return true;
    }
  }
  return false;
}

interface Span {
  readonly low_ms: number;
  readonly high_ms: number;
}

/**
 * How a date of a resource compares with a date of a query. `eq` means that the query's span contains the resource's.
 * https://hl7.org/fhir/R4/search.html#prefix
 */
const COMPARE: Readonly<Record<DatePrefix, (resource: Span, query: Span) => boolean>> = {
  eq: (resource, query) => query.low_ms <= resource.low_ms && resource.high_ms <= query.high_ms,
  ne: (resource, query) => !(query.low_ms <= resource.low_ms && resource.high_ms <= query.high_ms),
  gt: (resource, query) => resource.high_ms > query.high_ms,
  lt: (resource, query) => resource.low_ms < query.low_ms,
  ge: (resource, query) => resource.high_ms > query.high_ms || COMPARE.eq(resource, query),
  le: (resource, query) => resource.low_ms < query.low_ms || COMPARE.eq(resource, query),
  sa: (resource, query) => resource.low_ms >= query.high_ms,
  eb: (resource, query) => resource.high_ms <= query.low_ms,
  ap: (resource, query) => resource.low_ms < query.high_ms && query.low_ms < resource.high_ms,
};

type DateCondition = Extract<Condition, { kind: "date" }>;

function datesOf(pack: Pack, entry: number, code: string): readonly Span[] {
  if (code === "_lastUpdated") {
    const instant_ms = pack.lastUpdated_ms[entry] ?? 0;
    return [{ low_ms: instant_ms, high_ms: instant_ms + 1 }];
  }
  return pack.dates
    .slice(pack.dateStarts[entry] ?? 0, pack.dateStarts[entry + 1] ?? 0)
    .filter((date) => date.code === code);
}

function meetsDate(pack: Pack, entry: number, { code, spans }: DateCondition): boolean {
  const dates = datesOf(pack, entry, code);
  return spans.some((span) => dates.some((date) => COMPARE[span.prefix](date, span)));
}

/** A string matches by its beginning. https://hl7.org/fhir/R4/search.html#string */
function meetsString(pack: Pack, entry: number, code: string, texts: readonly string[]): boolean {
  for (let i = pack.stringStarts[entry] ?? 0; i < (pack.stringStarts[entry + 1] ?? 0); i++) {
    const key = pack.strings[i];
    if (key?.code === code && texts.some((text) => key.text.startsWith(text))) return true;
  }
  return false;
}

/** Whether an entry meets every condition that is about the entry itself. */
export function meetsConditions(pack: Pack, entry: number, conditions: readonly Condition[]): boolean {
  for (const condition of conditions) {
    if (condition.kind === "token" && !hasToken(pack, entry, condition.hashes)) return false;
    if (condition.kind === "date" && !meetsDate(pack, entry, condition)) return false;
    if (condition.kind === "string" && !meetsString(pack, entry, condition.code, condition.texts)) return false;
  }
  return true;
}

/** What an entry is sorted by under one key; `null` sorts last either way. */
export type SortValue = string | number | null;

/** The values an entry is sorted by: of several dates the earliest beginning, of several texts the first. */
export function sortValues(pack: Pack, entry: number, sort: readonly SortKey[]): readonly SortValue[] {
  return sort.map(({ code }): SortValue => {
    if (code === "_id") return pack.ids[entry] ?? null;
    const dates = datesOf(pack, entry, code);
    if (dates.length > 0) return finite(Math.min(...dates.map(({ low_ms }) => low_ms)));
    const texts = pack.strings
      .slice(pack.stringStarts[entry] ?? 0, pack.stringStarts[entry + 1] ?? 0)
      .filter((string) => string.code === code)
      .map((string) => string.text)
      .sort();
    return texts[0] ?? null;
  });
}

/** An open period has no beginning to sort by; the far end of time keeps its place and survives JSON. */
function finite(time_ms: number): number {
  return Math.max(time_ms, -8.64e15);
}
