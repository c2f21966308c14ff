import { type DateRange, toDateRange } from "../date-range.ts";
import { PREFIX_GRAMMAR, type Prefix, splitPrefix } from "../prefix.ts";
import { expected, isNode, type ParsedValue } from "./value-test.ts";

export interface QuerySpan extends DateRange {
  readonly prefix: Prefix;
}

const DATE_GRAMMAR = `${PREFIX_GRAMMAR}YYYY[-MM[-DD[Thh:mm[:ss[.fff]][Z|±hh:mm]]]]`;
const DAY_ms = 86_400_000;
/** A plus that a careless client left unescaped arrives as a space, which means nothing else in a time. */
const SPACE_FOR_PLUS = /^(.*T[\d:.]+) (\d{2}:\d{2})$/;

/**
 * A date of a query. `ap` reaches a tenth of its distance from `now_ms` to both sides, as R4 recommends; the day is
 * taken for the moment, so that the pages of one search agree. Without `now_ms` it means any overlap.
 * https://hl7.org/fhir/R4/search.html#date
 */
export function parseQuerySpan(text: string, now_ms?: number): QuerySpan | undefined {
  const [prefix, value] = splitPrefix(text);
  const range = toDateRange(value.replace(SPACE_FOR_PLUS, "$1+$2"));
  if (!range) return undefined;
  if (prefix !== "ap" || now_ms === undefined) return { prefix, ...range };
  const today_ms = now_ms - (now_ms % DAY_ms);
  const margin_ms = Math.abs(today_ms - range.low_ms) / 10;
  return { prefix, low_ms: range.low_ms - margin_ms, high_ms: range.high_ms + margin_ms };
}

/**
 * How a date of a resource compares with a date of a query. `eq` means that the query's span contains the resource's.
 * `ne` is left to `meetsSpan`, as it speaks of all dates of a resource. https://hl7.org/fhir/R4/search.html#prefix
 */
const COMPARE: Readonly<Record<Exclude<Prefix, "ne">, (resource: DateRange, query: DateRange) => boolean>> = {
  eq: contains,
  gt: (resource, query) => resource.high_ms > query.high_ms,
  lt: (resource, query) => resource.low_ms < query.low_ms,
  ge: (resource, query) => resource.high_ms > query.high_ms || contains(resource, query),
  le: (resource, query) => resource.low_ms < query.low_ms || contains(resource, query),
  sa: (resource, query) => resource.low_ms >= query.high_ms,
  eb: (resource, query) => resource.high_ms <= query.low_ms,
  ap: (resource, query) => resource.low_ms < query.high_ms && query.low_ms < resource.high_ms,
};

function contains(resource: DateRange, query: DateRange): boolean {
  return query.low_ms <= resource.low_ms && resource.high_ms <= query.high_ms;
}

/** Whether the dates of a resource meet a date of a query. */
export function meetsSpan(dates: readonly DateRange[], query: QuerySpan): boolean {
  const isNegated = query.prefix === "ne";
  const compare = COMPARE[query.prefix === "ne" ? "eq" : query.prefix];
  if (dates.some((date) => compare(date, query))) return !isNegated;
  return isNegated && dates.length > 0;
}

const OPEN_LOW_ms = Number.NEGATIVE_INFINITY;
const OPEN_HIGH_ms = Number.POSITIVE_INFINITY;

/** The span of a date, dateTime, instant, Period or Timing; of the last its outer limits. */
export function toElementSpan(element: unknown): DateRange | undefined {
  if (typeof element === "string") return toDateRange(element);
  if (!isNode(element)) return undefined;
  if (Array.isArray(element.event) || isNode(element.repeat)) return toTimingSpan(element.event, element.repeat);
  if (typeof element.start !== "string" && typeof element.end !== "string") return undefined;
  const start = typeof element.start === "string" ? toDateRange(element.start) : undefined;
  const end = typeof element.end === "string" ? toDateRange(element.end) : undefined;
  return { low_ms: start?.low_ms ?? OPEN_LOW_ms, high_ms: end?.high_ms ?? OPEN_HIGH_ms };
}

function toTimingSpan(events: unknown, repeat: unknown): DateRange | undefined {
  const bounds = isNode(repeat) ? toElementSpan(repeat.boundsPeriod) : undefined;
  const spans = (Array.isArray(events) ? events : []).flatMap((event) => toElementSpan(event) ?? []);
  if (bounds) spans.push(bounds);
  if (spans.length === 0) return undefined;
  return {
    low_ms: Math.min(...spans.map(({ low_ms }) => low_ms)),
    high_ms: Math.max(...spans.map(({ high_ms }) => high_ms)),
  };
}

export function parseDateTest(text: string, now_ms: number | undefined): ParsedValue {
  const query = parseQuerySpan(text, now_ms);
  if (!query) return expected(DATE_GRAMMAR);
  return {
    ok: true,
    test(elements) {
      const spans = elements.flatMap((element) => toElementSpan(element) ?? []);
      return meetsSpan(spans, query);
    },
  };
}
