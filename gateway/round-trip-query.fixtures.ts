import type { SearchParameterDefinition } from "#profiles/generated/search-parameters.ts";
import { isTree, type Tree } from "./round-trip.fixtures.ts";

/** A parameter and a value by which a search must find the resource that the element is of. */
export interface Query {
  readonly name: string;
  readonly value: string;
}

/** Queries that an element must be found by, given that a search parameter selects it; none where R4 has no form. */
export function queriesFor(parameter: SearchParameterDefinition, element: unknown): readonly Query[] {
  const { code, type, component = [] } = parameter;
  if (type === "composite" && typeof element === "object" && element !== null) {
    const [left = [], right = []] = component.map((part) =>
      part.extract(element).flatMap((one) => valuesFor(part.type, one)),
    );
    const values = left.slice(0, 1).flatMap((first) => right.slice(0, 1).map((second) => `${first}$${second}`));
    return values.map((value) => ({ name: code, value }));
  }
  if (type === "reference" && isTree(element) && element.reference === undefined && isTree(element.identifier)) {
    return tokens(element.identifier).map((value) => ({ name: `${code}:identifier`, value }));
  }
  return valuesFor(type, element).map((value) => ({ name: code, value }));
}

function valuesFor(type: string, element: unknown): readonly string[] {
  switch (type) {
    case "token":
      return tokens(element);
    case "string":
      return strings(element).map(escaped);
    case "date":
      return dates(element);
    case "quantity":
      return quantities(element);
    case "reference":
      return isTree(element) && isReference(element.reference) ? [escaped(element.reference)] : [];
    default:
      return typeof element === "string" || typeof element === "number" ? [escaped(String(element))] : [];
  }
}

/** https://hl7.org/fhir/R4/search.html#escaping */
function escaped(value: string): string {
  return value.replace(/[\\,$|]/g, "\\$&");
}

/** What leads inside the resource is found by nothing. */
function isReference(literal: unknown): literal is string {
  return typeof literal === "string" && !literal.startsWith("#") && !literal.includes("/_history/");
}

function tokens(element: unknown): readonly string[] {
  if (!isTree(element)) return element === undefined || element === null ? [] : [escaped(String(element))];
  if (Array.isArray(element.coding)) return element.coding.flatMap(tokens);
  const { system, code, value } = element;
  // A Coding has a code, an Identifier a value; a ContactPoint has a system of its own, which no token names.
  const text = typeof code === "string" ? code : value;
  if (typeof text !== "string") return [];
  const isURI = typeof system === "string" && system.includes(":");
  return isURI ? [`${escaped(system)}|${escaped(text)}`, escaped(text)] : [escaped(text)];
}

const TEXTS = [
  "text",
  "family",
  "given",
  "prefix",
  "suffix",
  "line",
  "city",
  "district",
  "state",
  "postalCode",
  "country",
];

function strings(element: unknown): readonly string[] {
  if (typeof element === "string") return [element];
  return isTree(element) ? TEXTS.flatMap((name) => stringsIn(element[name])) : [];
}

function stringsIn(value: unknown): readonly string[] {
  return [value].flat().filter((one) => typeof one === "string");
}

function dates(element: unknown): readonly string[] {
  if (typeof element === "string") return [element, `ge${element}`, `le${element}`];
  if (!isTree(element)) return [];
  const { start, end, event } = element;
  return [
    ...stringsIn(start).map((from) => `ge${from}`),
    ...stringsIn(end).map((until) => `le${until}`),
    ...stringsIn(event).map((at) => `ge${at}`),
  ];
}

function quantities(element: unknown): readonly string[] {
  if (!isTree(element) || typeof element.value !== "number" || element.comparator !== undefined) return [];
  const { value, system, code, unit } = element;
  const coded = [system, code].every((part) => typeof part === "string");
  return [
    String(value),
    ...(coded ? [`${value}|${escaped(String(system))}|${escaped(String(code))}`] : []),
    ...(typeof unit === "string" ? [`${value}||${escaped(unit)}`] : []),
  ];
}

export type { Tree };
