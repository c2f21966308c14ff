/** A part of a resource: https://hl7.org/fhir/R4/search.html#summary and https://hl7.org/fhir/R4/search.html#elements */
import { SHAPED_ELEMENTS, type ShapedElements } from "#profiles/generated/summary-elements.ts";
import type { Shape } from "../search/search-query.ts";
import { parseLossless } from "../validation/lossless.ts";

/** https://hl7.org/fhir/R4/v3/ObservationValue/cs.html */
export const SUBSETTED_TAG = { system: "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", code: "SUBSETTED" };

/** What every part holds, whichever is asked for. */
const ALWAYS = ["resourceType", "id", "meta"];

type Json = Readonly<Record<string, unknown>>;

/**
 * The part of a resource (UTF-8 JSON) that was asked for, tagged as a part, so that nobody takes it for the whole and
 * sends it back. Numbers keep their digits.
 */
export function shapeBytes(body: Buffer, shape: Shape): Buffer {
  const resource = parseLossless(body.toString());
  if (!isObject(resource)) return body;
  const elements = SHAPED_ELEMENTS.get(String(resource.resourceType));
  // Of a type that is not known, no element can be left out safely but the narrative.
  const part = elements ? partOf(resource, shape, elements) : keep(resource, (name) => name !== "text");
  return Buffer.from(JSON.stringify({ ...part, meta: tagged(resource.meta) }));
}

function partOf(resource: Json, shape: Shape, elements: ShapedElements): Json {
  const { mandatory, modifiers, summary } = elements;
  if (shape.kind === "elements") {
    const named = new Set(shape.elements.flatMap((name) => namesOf(name, String(resource.resourceType), elements)));
    return keep(resource, (name) => named.has(name) || mandatory.has(name) || modifiers.has(name));
  }
  switch (shape.summary) {
    case "true":
      return summaryOf(resource, summary, "");
    case "text":
      return keep(resource, (name) => name === "text" || mandatory.has(name));
    case "data":
      return keep(resource, (name) => name !== "text");
  }
}

/** `value` and `Observation.value` mean all its choices; below the root nothing is chosen. */
function namesOf(element: string, type: string, { choices }: ShapedElements): readonly string[] {
  const [first = "", second] = element.split(".");
  const name = first === type && second !== undefined ? second : first;
  return choices.get(name) ?? [name];
}

/** The extension of a primitive stands beside it under its name and an underscore. */
function keep(resource: Json, isKept: (name: string) => boolean): Json {
  return Object.fromEntries(
    Object.entries(resource).filter(([property]) => {
      const name = property.startsWith("_") ? property.slice(1) : property;
      return ALWAYS.includes(name) || isKept(name);
    }),
  );
}

/** An element whose parts are marked one by one is gone into; any other is kept whole. */
function summaryOf(object: Json, summary: ReadonlySet<string>, path: string): Json {
  const kept = Object.entries(object).flatMap(([property, value]): [string, unknown][] => {
    const name = property.startsWith("_") ? property.slice(1) : property;
    if (path === "" && ALWAYS.includes(name)) return [[property, value]];
    const place = `${path}${name}`;
    if (path !== "" && name === "id") return [[property, value]];
    if (!summary.has(place)) return [];
    if (!hasParts(summary, place)) return [[property, value]];
    const part = within(value, summary, `${place}.`);
    return part === undefined ? [] : [[property, part]];
  });
  return Object.fromEntries(kept);
}

/** `undefined` where nothing is left: JSON in FHIR has no empty objects and no empty arrays. */
function within(value: unknown, summary: ReadonlySet<string>, path: string): unknown {
  if (Array.isArray(value)) {
    const parts = value.map((item) => within(item, summary, path)).filter((part) => part !== undefined);
    return parts.length === 0 ? undefined : parts;
  }
  if (!isObject(value)) return value;
  const part = summaryOf(value, summary, path);
  return Object.keys(part).length === 0 ? undefined : part;
}

function hasParts(summary: ReadonlySet<string>, place: string): boolean {
  for (const path of summary) if (path.startsWith(`${place}.`)) return true;
  return false;
}

function tagged(meta: unknown): Json {
  const known = isObject(meta) ? meta : {};
  const tags = Array.isArray(known.tag) ? known.tag : [];
  const others = tags.filter(
    (tag) => !isObject(tag) || tag.system !== SUBSETTED_TAG.system || tag.code !== SUBSETTED_TAG.code,
  );
  return { ...known, tag: [...others, SUBSETTED_TAG] };
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
