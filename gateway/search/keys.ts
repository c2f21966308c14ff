import type { Patient, Resource } from "@medplum/fhirtypes";
import { LRUCache } from "lru-cache";
import { SEARCH_PARAMETERS, type SearchParameterDefinition } from "#profiles/generated/search-parameters.ts";
import { SERVED_RESOURCES } from "#profiles/interactions.ts";
import type { RecordSearchKey } from "../store/store.ts";
import type { DateRange } from "./date-range.ts";
import { formsOf, type ToForms } from "./element-keys.ts";
import { keyedCodes } from "./fast-keys.ts";
import { fold } from "./fold.ts";
import { toElementSpan } from "./matching/date.ts";
import { stringValues } from "./matching/string.ts";
import { toCodes } from "./matching/token.ts";
import { isNode } from "./matching/value-test.ts";
import { tokenKind } from "./parameter-kind.ts";
import { hashToken } from "./token-hash.ts";

/**
 * The search keys of one resource, in the form in which queries are compared with them: hashed tokens and references,
 * date spans, folded strings. Extracted once, when a resource is written.
 */
export interface Keys {
  /** Pairs of 32-bit halves, one pair a form of a token. */
  readonly tokens: Int32Array;
  readonly dates: readonly (DateRange & { readonly code: string })[];
  readonly strings: readonly { readonly code: string; readonly text: string }[];
}

interface Keyed {
  readonly definition: SearchParameterDefinition;
  readonly toForms: ToForms;
}

const KEYED: ReadonlyMap<string, readonly Keyed[]> = new Map(
  SERVED_RESOURCES.map(({ type }) => [
    type,
    keyedCodes(type).flatMap((code) => {
      const definition = SEARCH_PARAMETERS[type]?.[code];
      return definition ? { definition, toForms: formsOf(definition) } : [];
    }),
  ]),
);

/** The keys of a resource, under the parameters of its type that keys answer. */
export function toKeys(resource: Resource): Keys {
  const tokens: number[] = [];
  const dates: (DateRange & { code: string })[] = [];
  const strings: { code: string; text: string }[] = [];
  for (const { definition, toForms } of KEYED.get(resource.resourceType) ?? []) {
    const { code, type } = definition;
    for (const element of definition.extract(resource)) {
      if (type === "date") {
        const span = spanOf(element);
        if (span) dates.push({ code, ...span });
      } else if (type === "string") {
        for (const text of stringValues(element)) strings.push({ code, text: fold(text) });
      } else {
        for (const form of toForms(element)) {
          const { high, low } = hashToken(code, form);
          tokens.push(high, low);
        }
      }
    }
  }
  return { tokens: Int32Array.from(tokens), dates, strings };
}

/** Spans of the periods of academic years and the like, which thousands of resources share. */
const spans = new LRUCache<string, DateRange>({ max: 500 });

function spanOf(element: unknown): DateRange | undefined {
  const { start, end } = isNode(element) ? element : {};
  const isPeriod = typeof start === "string" && typeof end === "string";
  if (!isPeriod && typeof element !== "string") return toElementSpan(element);
  const text = isPeriod ? `${start}/${end}` : String(element);
  const known = spans.get(text);
  if (known !== undefined) return known;
  const span = toElementSpan(element);
  if (span !== undefined) spans.set(text, span);
  return span;
}

/** What is keyed changes from release to release; keys under another mark are made again when they are read. */
const MARK = "3:";

/** The keys in the compact form that is stored beside a resource. */
export function encodeKeys({ tokens, dates, strings }: Keys): string {
  const bytes = MARK + Buffer.from(tokens.buffer, tokens.byteOffset, tokens.byteLength).toString("base64");
  if (dates.length === 0 && strings.length === 0) return bytes;
  const rest = [
    dates.map(({ code, low_ms, high_ms }) => [code, finite(low_ms), finite(high_ms)]),
    strings.map(({ code, text }) => [code, text]),
  ];
  return `${bytes} ${JSON.stringify(rest)}`;
}

/** JSON has no infinity: an open end is `null`. */
function finite(time_ms: number): number | null {
  return Number.isFinite(time_ms) ? time_ms : null;
}

type EncodedRest = [[string, number | null, number | null][], [string, string][]];

/** The reverse of `encodeKeys`; `undefined` for keys that another release made. */
export function decodeKeys(text: string): Keys | undefined {
  if (!text.startsWith(MARK)) return undefined;
  const space = text.indexOf(" ");
  const bytes = Buffer.from(text.slice(MARK.length, space < 0 ? undefined : space), "base64");
  const tokens = new Int32Array(bytes.length / 4);
  for (let i = 0; i < tokens.length; i++) tokens[i] = bytes.readInt32LE(i * 4);
  if (space < 0) return { tokens, dates: [], strings: [] };
  const [dates, strings]: EncodedRest = JSON.parse(text.slice(space + 1));
  return {
    tokens,
    dates: dates.map(([code, low_ms, high_ms]) => ({
      code,
      low_ms: low_ms ?? Number.NEGATIVE_INFINITY,
      high_ms: high_ms ?? Number.POSITIVE_INFINITY,
    })),
    strings: strings.map(([code, part]) => ({ code, text: part })),
  };
}

/** The keys of a resource, extracted and encoded for `StoredResource.keys`. */
export function extractKeys(resource: Resource): string {
  return encodeKeys(toKeys(resource));
}

/** Business identifiers of a resource under which its record is found from anywhere: `system|value` of those with both. */
export function toIdentifiers(resource: Resource): readonly string[] {
  const definition = SEARCH_PARAMETERS[resource.resourceType]?.identifier;
  if (!definition) return NO_IDENTIFIERS;
  return definition
    .extract(resource)
    .flatMap((element) => toCodes(element, { kind: tokenKind(definition), codeSystem: definition.codeSystem }))
    .flatMap(({ system, code }) => (system ? [`${system}|${code}`] : []));
}

const NO_IDENTIFIERS: readonly string[] = [];

/** What the store derives again from the bodies that an earlier release has written. */
export const DERIVE = {
  identifiersOf: (body: string): readonly string[] => toIdentifiers(JSON.parse(body)),
  recordKeysOf: (body: string): readonly RecordSearchKey[] => toRecordSearchKeys(JSON.parse(body)),
};

/** The keys under which a child's record is found from anywhere, from what one source says of the child. */
export function toRecordSearchKeys(patient: Patient): RecordSearchKey[] {
  const keys: RecordSearchKey[] = [];
  for (const { system, value } of patient.identifier ?? []) {
    if (value) keys.push({ code: "identifier", value: `${system ?? ""}|${value}` });
  }
  for (const name of patient.name ?? []) {
    const family = wordEnds(name.family);
    for (const value of family) keys.push({ code: "family", value });
    // A search by `name` looks among these two: whatever else stands in a name is found among the given names.
    const others = [...(name.given ?? []), ...(name.prefix ?? []), ...(name.suffix ?? []), name.text].flatMap(wordEnds);
    for (const value of new Set(others)) keys.push({ code: "given", value });
  }
  if (patient.birthDate) keys.push({ code: "birthdate", value: patient.birthDate });
  return keys;
}

/** A folded text from each of its words on: what a search by the beginning of any word can be found under. */
function wordEnds(text: string | null | undefined): readonly string[] {
  // In a list `null` stands where only an extension is: https://hl7.org/fhir/R4/json.html#primitive
  if (text === undefined || text === null) return [];
  const words = fold(text).split(" ");
  return words.map((_, index) => words.slice(index).join(" ")).filter((rest) => rest !== "");
}
