import type { Patient, Resource } from "@medplum/fhirtypes";
import { LRUCache } from "lru-cache";
import { SEARCH_PARAMETERS, type SearchParameterDefinition } from "#profiles/generated/search-parameters.ts";
import { type RecordType, SERVED_RESOURCES } from "#profiles/interactions.ts";
import type { RecordSearchKey } from "../store/store.ts";
import type { DateRange } from "./date-range.ts";
import { formsOf, type ToForms } from "./element-keys.ts";
import { keyedCodes } from "./fast-keys.ts";
import { fold } from "./fold.ts";
import { likenessOf, toReduced } from "./likeness.ts";
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
  /** What it shares with all that is decided alike; empty for types of which each is decided by itself. */
  readonly likeness: string;
}

/** Types of which one record holds many that are alike. */
const LIKENED: ReadonlySet<string> = new Set<RecordType>(["Observation", "Consent", "Provenance"]);

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

/**
 * The keys of a resource, under the parameters of its type that keys answer.
 * @param text the resource as `JSON.stringify` writes it, or all its parts so, where that is at hand
 * @param onToken told of each token: where it stands, and of what it is the hash
 */
export function toKeys(resource: Resource, text?: string, onToken?: OnToken): Keys {
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
          onToken?.(tokens.length, code, form);
          tokens.push(high, low);
        }
      }
    }
  }
  const likeness = LIKENED.has(resource.resourceType) ? likenessOf(resource, text) : "";
  return { tokens: Int32Array.from(tokens), dates, strings, likeness };
}

type OnToken = (place: number, code: string, form: string) => void;

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
const MARK = "4:";

/**
 * The keys in the compact form that is stored beside a resource: likeness, tokens, dates and strings, what is last and empty
 * left out. A type has at most one parameter of dates that keys answer, so that no date says which.
 */
export function encodeKeys(keys: Keys): string {
  return encoderOf(keys)(keys.tokens);
}

/** Encodes keys that have everything but their tokens in common. */
function encoderOf({ dates, strings, likeness }: Omit<Keys, "tokens">): (tokens: Int32Array) => string {
  const spans = Float64Array.from(dates.flatMap(({ low_ms, high_ms }) => [low_ms, high_ms]));
  const texts = strings.length === 0 ? "" : JSON.stringify(strings.map(({ code, text }) => [code, text]));
  const others = `${toBase64(spans)} ${texts}`;
  return (tokens) => `${MARK}${likeness} ${toBase64(tokens)} ${others}`.trimEnd();
}

function toBase64({ buffer, byteOffset, byteLength }: Int32Array | Float64Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

/** Encoded keys in their parts, each as long as nobody asks still encoded. */
export interface EncodedKeys {
  readonly likeness: string;
  /** Base64 of pairs of 32-bit halves. */
  readonly tokens: string;
  /** Base64 of pairs of 64-bit numbers. */
  readonly dates: string;
  /** JSON, or empty. */
  readonly strings: string;
}

/** `undefined` for keys that another release made. */
export function partsOf(text: string): EncodedKeys | undefined {
  if (!text.startsWith(MARK)) return undefined;
  const first = end(text, MARK.length);
  const second = end(text, first + 1);
  const third = end(text, second + 1);
  return {
    likeness: text.slice(MARK.length, first),
    tokens: text.slice(first + 1, second),
    dates: text.slice(second + 1, third),
    strings: text.slice(third + 1),
  };
}

/** What a resource shares with those that are decided alike, by its encoded keys; empty where they do not say. */
export function likenessIn(keys: string): string {
  return keys.startsWith(MARK) ? keys.slice(MARK.length, end(keys, MARK.length)) : "";
}

function end(text: string, start: number): number {
  const space = text.indexOf(" ", start);
  return space < 0 ? text.length : space;
}

/** The parameter of dates that keys of a type answer. */
export const DATE_CODES: ReadonlyMap<string, string> = new Map(
  [...KEYED].flatMap(([type, keyed]) =>
    keyed.flatMap(({ definition }): [string, string][] =>
      definition.type === "date" ? [[type, definition.code]] : [],
    ),
  ),
);

/** The keys of a resource, extracted and encoded for `StoredResource.keys`. */
export function extractKeys(resource: Resource, text?: string): string {
  return encodeKeys(toKeys(resource, text));
}

/** What a resource is called, and whom it is about: `Patient.id`. */
export interface OwnNames {
  readonly id: string;
  readonly patientId: string;
}

/**
 * The keys of all resources that differ from this one in these two ids alone, extracted and encoded as `extractKeys` does;
 * `undefined` where more of its keys follows from one of them than tokens.
 */
export function keysOfAll(
  resource: Resource,
  text: string,
  names: OwnNames,
): ((names: OwnNames) => string) | undefined {
  const { id, patientId } = names;
  const told: {
    readonly place: number;
    readonly code: string;
    readonly parts: readonly string[];
    readonly isId: boolean;
  }[] = [];
  const keys = toKeys(resource, text, (place, code, form) => {
    const isId = form.includes(id);
    if (isId || form.includes(patientId)) told.push({ place, code, parts: form.split(isId ? id : patientId), isId });
  });
  const others = `${JSON.stringify([keys.strings, toReduced(resource)])}`;
  if (others.includes(patientId) || others.includes(id)) return undefined;
  const encode = encoderOf(keys);
  return (own) => {
    const tokens = keys.tokens.slice();
    for (const { place, code, parts, isId } of told) {
      const { high, low } = hashToken(code, parts.join(isId ? own.id : own.patientId));
      tokens[place] = high;
      tokens[place + 1] = low;
    }
    return encode(tokens);
  };
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
  keysOf: (body: string): string => extractKeys(JSON.parse(body)),
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
