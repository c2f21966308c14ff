import type { Resource } from "@medplum/fhirtypes";
import { SEARCH_PARAMETERS, type SearchParameterDefinition } from "#profiles/generated/search-parameters.ts";
import { keyOf } from "./fast-keys.ts";
import { fold } from "./fold.ts";
import { datesOf, parseEntry } from "./match.ts";
import { toElementSpan } from "./matching/date.ts";
import { toMeasured } from "./matching/quantity.ts";
import { stringValues } from "./matching/string.ts";
import { toCodes } from "./matching/token.ts";
import { conversionOf, UCUM } from "./matching/units.ts";
import { isNode } from "./matching/value-test.ts";
import type { Pack } from "./pack.ts";
import { tokenKind } from "./parameter-kind.ts";
import type { SortKey } from "./search-query.ts";

/** What an entry is sorted by under one key; `null` sorts last either way. */
export type SortValue = string | number | null;

/**
 * The values an entry is sorted by: of several under one parameter the one that comes first in the order asked for.
 * https://hl7.org/fhir/R4/search.html#sort
 */
export function sortValues(pack: Pack, entry: number, sort: readonly SortKey[]): readonly SortValue[] {
  let resource: Resource | undefined;
  const type = pack.types[entry] ?? "Patient";
  return sort.map(({ code, descending }): SortValue => {
    if (code === "_id") return pack.ids[entry] ?? null;
    if (code === "_lastUpdated") return pack.lastUpdated_ms[entry] ?? null;
    const key = keyOf(type, code);
    const definition = SEARCH_PARAMETERS[type]?.[code];
    if (key !== undefined && (definition?.type === "date" || definition?.type === "string")) {
      return first(keyedValues(pack, entry, key), descending);
    }
    resource ??= parseEntry(pack, entry);
    return definition ? first(definition.extract(resource).flatMap(sortKeyOf(definition)), descending) : null;
  });
}

/** The dates or texts that keys hold under a code. */
function keyedValues(pack: Pack, entry: number, code: string): readonly (string | number)[] {
  const values: (string | number)[] = datesOf(pack, entry, code).map(({ low_ms }) => finite(low_ms));
  for (let i = pack.stringStarts[entry] ?? 0; i < (pack.stringStarts[entry + 1] ?? 0); i++) {
    const string = pack.strings[i];
    if (string?.code === code) values.push(string.text);
  }
  return values;
}

function first(values: readonly (string | number)[], descending: boolean): SortValue {
  let best: SortValue = null;
  for (const value of values) if (best === null || (descending ? value > best : value < best)) best = value;
  return best;
}

function sortKeyOf(definition: SearchParameterDefinition): (element: unknown) => readonly (string | number)[] {
  switch (definition.type) {
    case "date":
      return (element) => {
        const span = toElementSpan(element);
        return span ? [finite(span.low_ms)] : [];
      };
    case "string":
      return (element) => stringValues(element).map(fold);
    case "number":
      return (element) => (typeof element === "number" ? [element] : []);
    case "quantity":
      return quantityKey;
    case "token": {
      const options = { kind: tokenKind(definition), codeSystem: definition.codeSystem };
      return (element) => toCodes(element, options).map(({ code }) => code);
    }
    default:
      return (element) => {
        const literal = isNode(element) ? element.reference : element;
        return typeof literal === "string" ? [literal] : [];
      };
  }
}

/** In the base unit where that is known, so that 1 kg comes after 900 g. */
function quantityKey(element: unknown): readonly number[] {
  const measured = toMeasured(element);
  if (!measured) return [];
  const value = Number.isFinite(measured.low) ? measured.low : measured.high;
  const conversion = measured.system === UCUM && measured.code !== undefined ? conversionOf(measured.code) : undefined;
  return [conversion ? conversion.toBase(value) : value];
}

/** An open period has no beginning to sort by; the far end of time keeps its place and survives JSON. */
function finite(time_ms: number): number {
  return Math.max(time_ms, -8.64e15);
}
