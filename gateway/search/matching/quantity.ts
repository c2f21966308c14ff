import { splitUnescaped, unescapeValue } from "../query-values.ts";
import { type Interval, meetsNumber, NUMBER_GRAMMAR, parseQueryNumber, type QueryNumber, trim } from "./number.ts";
import { conversionOf, UCUM } from "./units.ts";
import { expected, isNode, type Node, type ParsedValue } from "./value-test.ts";

const QUANTITY_GRAMMAR = `${NUMBER_GRAMMAR}, or with |[system]|[code] or ||[code or unit] after it`;

/** A Quantity, a Range or SampledData of a resource: what it measures, and in which unit. */
export interface Measured extends Interval {
  readonly unit: string | undefined;
  readonly system: string | undefined;
  readonly code: string | undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The values of an element that a quantity parameter extracts. https://hl7.org/fhir/R4/datatypes.html#Quantity */
export function toMeasured(element: unknown): Measured | undefined {
  if (!isNode(element)) return undefined;
  if (isNode(element.origin)) return toSampled(element, element.origin);
  if (typeof element.value === "number") {
    return { ...unitOf(element), ...toInterval(element.value, element.comparator) };
  }
  const { low, high } = element;
  const lowValue = isNode(low) && typeof low.value === "number" ? low.value : undefined;
  const highValue = isNode(high) && typeof high.value === "number" ? high.value : undefined;
  if (lowValue === undefined && highValue === undefined) return undefined;
  return {
    ...unitOf(isNode(low) && lowValue !== undefined ? low : isNode(high) ? high : {}),
    low: lowValue ?? Number.NEGATIVE_INFINITY,
    high: highValue ?? Number.POSITIVE_INFINITY,
  };
}

function unitOf({ unit, system, code }: Node) {
  return { unit: text(unit), system: text(system), code: text(code) };
}

/** `<5` is everything below, and so on. https://hl7.org/fhir/R4/valueset-quantity-comparator.html */
function toInterval(value: number, comparator: unknown): Interval {
  switch (comparator) {
    case "<":
      return { low: Number.NEGATIVE_INFINITY, high: value, isOpenHigh: true };
    case "<=":
      return { low: Number.NEGATIVE_INFINITY, high: value };
    case ">":
      return { low: value, high: Number.POSITIVE_INFINITY, isOpenLow: true };
    case ">=":
      return { low: value, high: Number.POSITIVE_INFINITY };
    default:
      return { low: value, high: value };
  }
}

/** The bounds of what was sampled; letters among the data stand for what could not be measured. */
function toSampled({ data, factor }: Node, origin: Node): Measured | undefined {
  const zero = typeof origin.value === "number" ? origin.value : 0;
  const scale = typeof factor === "number" ? factor : 1;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const point of (text(data) ?? "").split(" ")) {
    const value = zero + Number(point) * scale;
    if (point === "" || Number.isNaN(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low > high ? undefined : { ...unitOf(origin), low, high };
}

/**
 * A quantity of a query: a number alone compares with the number alone; with a system the code must be equal or, in
 * UCUM, of the same dimension; with an empty system the code or the unit as people read it must be equal.
 * https://hl7.org/fhir/R4/search.html#quantity
 */
export function parseQuantityTest(value: string): ParsedValue {
  const parts = splitUnescaped(value, "|").map(unescapeValue);
  const [number = "", system = "", code = ""] = parts;
  const query = parseQueryNumber(number);
  const hasUnit = parts.length === 3 && code !== "";
  const isBare = parts.length === 1 || (parts.length === 3 && system === "" && code === "");
  if (!query || !(isBare || hasUnit)) return expected(QUANTITY_GRAMMAR);
  const measure = !hasUnit ? asIs : system === "" ? inUnit(code) : inSystem(system, code);
  const compared = hasUnit && system === UCUM ? inBase(query, code) : query;
  return {
    ok: true,
    test: (elements) =>
      meetsNumber(
        elements.flatMap((element) => {
          const measured = toMeasured(element);
          return (measured && measure(measured)) ?? [];
        }),
        compared,
      ),
  };
}

type Measure = (measured: Measured) => Interval | undefined;

const asIs: Measure = (measured) => measured;

function inUnit(unit: string): Measure {
  return (measured) => (measured.code === unit || measured.unit === unit ? measured : undefined);
}

function inSystem(system: string, code: string): Measure {
  const wanted = system === UCUM ? conversionOf(code) : undefined;
  return (measured) => {
    if (measured.system !== system || measured.code === undefined) return undefined;
    if (!wanted) return measured.code === code ? measured : undefined;
    const given = conversionOf(measured.code);
    if (given?.dimension !== wanted.dimension) return undefined;
    return { ...measured, low: trim(given.toBase(measured.low)), high: trim(given.toBase(measured.high)) };
  };
}

function inBase(query: QueryNumber, code: string): QueryNumber {
  const conversion = conversionOf(code);
  if (!conversion) return query;
  const toBase = (value: number): number => trim(conversion.toBase(value));
  return { prefix: query.prefix, value: toBase(query.value), low: toBase(query.low), high: toBase(query.high) };
}
