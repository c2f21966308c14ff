import { PREFIX_GRAMMAR, type Prefix, splitPrefix } from "../prefix.ts";
import { expected, type ParsedValue } from "./value-test.ts";

/** What a value of a resource may be: a point, or with a comparator or bounds a stretch of the number line. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** Whether the end itself is not part of it, as in `<5`. */
  readonly isOpenLow?: boolean;
  readonly isOpenHigh?: boolean;
}

/** A number of a query: exact, and as the half-open range that its digits stand for. */
export interface QueryNumber {
  readonly prefix: Prefix;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export const NUMBER_GRAMMAR = `${PREFIX_GRAMMAR}[decimal, as 100, 5.40 or 5.4e-3]`;
const DECIMAL = /^[+-]?(\d{1,30})(?:\.(\d{1,30}))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * The last digit written says how precise a number is: 100 is [99.5, 100.5), 5.40 is [5.395, 5.405). With an exponent at
 * least two digits are meant, so that 1e2 is [95, 105), as R4's own example has it. `ap` reaches a tenth to both sides.
 * https://hl7.org/fhir/R4/search.html#number
 */
export function parseQueryNumber(text: string): QueryNumber | undefined {
  const [prefix, written] = splitPrefix(text);
  const found = DECIMAL.exec(written);
  const value = Number(written);
  if (!found || !Number.isFinite(value)) return undefined;
  const [, whole = "", fraction = "", exponent] = found;
  const isSingleDigit = exponent !== undefined && whole.length + fraction.length === 1;
  const place = Number(exponent ?? 0) - fraction.length - (isSingleDigit ? 1 : 0);
  const half = 0.5 * 10 ** place;
  const reach = prefix === "ap" ? Math.max(half, Math.abs(value) / 10) : half;
  // Of more digits than a double holds the ends may round past the value, which is itself always within.
  return { prefix, value, low: Math.min(trim(value - reach), value), high: Math.max(trim(value + reach), value) };
}

/** Without the noise that binary fractions bring: 5.4 − 0.05 is 5.35. */
export function trim(value: number): number {
  return Number(value.toPrecision(12));
}

/** `gt`, `lt`, `ge`, `le`, `sa` and `eb` take the number as exact; `ne` is left to who sees all values. */
const COMPARE: Readonly<Record<Exclude<Prefix, "ne">, (resource: Interval, query: QueryNumber) => boolean>> = {
  eq: ({ low, high }, query) => query.low <= low && (high < query.high || high === query.value),
  gt: ({ high }, { value }) => high > value,
  lt: ({ low }, { value }) => low < value,
  ge: ({ high, isOpenHigh }, { value }) => high > value || (high === value && isOpenHigh !== true),
  le: ({ low, isOpenLow }, { value }) => low < value || (low === value && isOpenLow !== true),
  sa: ({ low, isOpenLow }, { value }) => low > value || (low === value && isOpenLow === true),
  eb: ({ high, isOpenHigh }, { value }) => high < value || (high === value && isOpenHigh === true),
  ap: ({ low, high }, query) => low <= query.high && query.low <= high,
};

/** Whether values of a resource meet a number of a query. `ne` is the complement of `eq` where there is a value. */
export function meetsNumber(values: readonly Interval[], query: QueryNumber): boolean {
  const { prefix } = query;
  if (prefix === "ne") return values.length > 0 && !values.some((value) => COMPARE.eq(value, query));
  return values.some((value) => COMPARE[prefix](value, query));
}

export function parseNumberTest(text: string): ParsedValue {
  const query = parseQueryNumber(text);
  if (!query) return expected(NUMBER_GRAMMAR);
  return {
    ok: true,
    test: (elements) =>
      meetsNumber(
        elements.flatMap((element) => (typeof element === "number" ? { low: element, high: element } : [])),
        query,
      ),
  };
}
