import type { Patient, Resource } from "@medplum/fhirtypes";
import { SEARCH_PARAMETERS } from "#profiles/generated/search-parameters.ts";
import { SERVED_RESOURCES } from "#profiles/interactions.ts";
import type { RecordSearchKey } from "../store/store.ts";
import { type DateRange, toDateRange } from "./date-range.ts";
import { fold } from "./fold.ts";
import { hashToken, tokenForm } from "./token-hash.ts";

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

interface Coded {
  readonly system?: string;
  readonly code?: string;
  readonly value?: string;
}

/** Every form in which a query can name a token: `code`, `system|code`, `|code`, `system|`. */
function tokenForms({ system, code, value }: Coded): readonly string[] {
  const term = code ?? value;
  if (term === undefined) return system === undefined ? [] : [tokenForm(system, "")];
  return system === undefined ? [term, tokenForm("", term)] : [term, tokenForm(system, term), tokenForm(system, "")];
}

function isObject(element: unknown): element is Record<string, unknown> {
  return typeof element === "object" && element !== null;
}

function tokenValues(element: unknown, codeSystem: string | undefined): readonly string[] {
  if (typeof element === "string" || typeof element === "boolean") {
    const code = String(element);
    return tokenForms(codeSystem === undefined ? { code } : { system: codeSystem, code });
  }
  if (!isObject(element)) return [];
  if (Array.isArray(element.coding)) return element.coding.flatMap((coding: Coded) => tokenForms(coding));
  return tokenForms(element);
}

/** `Type/id` and the bare id; a reference by identifier alone has no key of its own. */
function referenceForms(element: unknown): readonly string[] {
  if (!isObject(element) || typeof element.reference !== "string") return [];
  const [type, id] = element.reference.split("/").slice(-2);
  return type && id ? [`${type}/${id}`, id] : [];
}

const OPEN_LOW: DateRange = { low_ms: Number.NEGATIVE_INFINITY, high_ms: Number.NEGATIVE_INFINITY };
const OPEN_HIGH: DateRange = { low_ms: Number.POSITIVE_INFINITY, high_ms: Number.POSITIVE_INFINITY };

function dateSpan(element: unknown): DateRange | undefined {
  if (typeof element === "string") return toDateRange(element);
  if (!isObject(element)) return undefined;
  if (Array.isArray(element.event)) {
    const spans = element.event.flatMap((event: string) => toDateRange(event) ?? []);
    if (spans.length === 0) return undefined;
    return {
      low_ms: Math.min(...spans.map((span) => span.low_ms)),
      high_ms: Math.max(...spans.map((span) => span.high_ms)),
    };
  }
  const start = typeof element.start === "string" ? toDateRange(element.start) : OPEN_LOW;
  const end = typeof element.end === "string" ? toDateRange(element.end) : OPEN_HIGH;
  return start && end ? { low_ms: start.low_ms, high_ms: end.high_ms } : undefined;
}

function stringValues(element: unknown): readonly string[] {
  if (typeof element === "string") return [element];
  if (!isObject(element)) return [];
  return Object.entries(element).flatMap(([name, part]) => {
    if (name === "use" || name === "period" || name === "extension" || name === "id") return [];
    if (typeof part === "string") return [part];
    return Array.isArray(part) ? part.filter((item) => typeof item === "string") : [];
  });
}

const SERVED_CODES = new Map(
  SERVED_RESOURCES.map(({ type, searchParameters }) => [
    type as string,
    searchParameters.filter((code) => code !== "_lastUpdated"),
  ]),
);

/** The keys of a resource under every search parameter that its type is served with (`_lastUpdated` is a column). */
export function toKeys(resource: Resource): Keys {
  const tokens: number[] = [];
  const dates: (DateRange & { code: string })[] = [];
  const strings: { code: string; text: string }[] = [];
  const addToken = (code: string, form: string): void => {
    const { high, low } = hashToken(code, form);
    tokens.push(high, low);
  };
  for (const code of SERVED_CODES.get(resource.resourceType) ?? []) {
    const definition = SEARCH_PARAMETERS[resource.resourceType]?.[code];
    if (!definition) continue;
    for (const element of definition.extract(resource)) {
      if (definition.type === "token") {
        for (const form of tokenValues(element, definition.codeSystem)) addToken(code, form);
      } else if (definition.type === "reference") {
        for (const form of referenceForms(element)) addToken(code, form);
      } else if (definition.type === "date") {
        const span = dateSpan(element);
        if (span) dates.push({ code, ...span });
      } else if (definition.type === "string") {
        for (const text of stringValues(element)) strings.push({ code, text: fold(text) });
      }
    }
  }
  return { tokens: Int32Array.from(tokens), dates, strings };
}

/** The keys in the compact form that is stored beside a resource. */
export function encodeKeys({ tokens, dates, strings }: Keys): string {
  const bytes = Buffer.from(tokens.buffer, tokens.byteOffset, tokens.byteLength).toString("base64");
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

/** The reverse of `encodeKeys`. */
export function decodeKeys(text: string): Keys {
  const space = text.indexOf(" ");
  const bytes = Buffer.from(space < 0 ? text : text.slice(0, space), "base64");
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

/** The keys under which a child's record is found from anywhere, from what one source says of the child. */
export function toRecordSearchKeys(patient: Patient): RecordSearchKey[] {
  const keys: RecordSearchKey[] = [];
  for (const { system, value } of patient.identifier ?? []) {
    if (value) keys.push({ code: "identifier", value: `${system ?? ""}|${value}` });
  }
  for (const name of patient.name ?? []) {
    if (name.family) keys.push({ code: "family", value: fold(name.family) });
    for (const given of name.given ?? []) keys.push({ code: "given", value: fold(given) });
  }
  if (patient.birthDate) keys.push({ code: "birthdate", value: patient.birthDate });
  return keys;
}
