import { FIELDS } from "./fields.ts";
import { toSafeName } from "./safe-name.ts";
import { isXmlElement, toJsonForm } from "./xml-form.ts";

const ROWS: ReadonlySet<string> = new Set(FIELDS.map(({ field }) => field));

/**
 * Names of the elements of a message that have a value: each the row of the table of fields that lies closest above it,
 * or where none does, the element of the resource itself.
 */
export function toFilled(raw: unknown): string[] {
  const bundle = isXmlElement(raw) ? toJsonForm(raw) : raw;
  const names = new Set<string>();
  for (const entry of listOf(elementOf(bundle, "entry"))) collectResource(elementOf(entry, "resource"), names);
  return [...names].map(toSafeName).sort();
}

function collectResource(resource: unknown, names: Set<string>): void {
  const type = elementOf(resource, "resourceType");
  if (typeof type !== "string" || typeof resource !== "object" || resource === null) return;
  for (const [element, value] of Object.entries(resource)) {
    if (element === "contained") for (const inner of listOf(value)) collectResource(inner, names);
    else if (element !== "resourceType" && element !== "fhir_comments") collect(`${type}.${element}`, value, names);
  }
}

function collect(name: string, value: unknown, names: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(name, item, names);
  } else if (typeof value === "object" && value !== null) {
    const linkId = elementOf(value, "linkId");
    const item = typeof linkId === "string" ? `${name}.${linkId}` : name;
    if (ROWS.has(item) && item !== name) names.add(item);
    for (const [element, child] of Object.entries(value)) {
      if (element !== "fhir_comments") collect(`${name}.${element}`, child, names);
    }
  } else {
    names.add(rowAbove(name));
  }
}

function rowAbove(name: string): string {
  const steps = name.split(".");
  for (let length = steps.length; length > 1; length--) {
    const above = steps.slice(0, length).join(".");
    if (ROWS.has(above)) return above;
  }
  return steps.slice(0, 2).join(".");
}

function elementOf(value: unknown, element: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, element)
    ? Object.entries(value).find(([name]) => name === element)?.[1]
    : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
