import { readFileSync } from "node:fs";
import type { ElementDefinition, Resource, StructureDefinition } from "@medplum/fhirtypes";
import { ARTEFACTS } from "#profiles/generated/artefacts.ts";
import type { ValidationIssue } from "#profiles/generated/validators.ts";

type Check = (resource: Resource) => readonly ValidationIssue[];

const compiled = new Map<string, Check | undefined>();

/**
 * The check of one of our own profiles, made from its StructureDefinition when it is first claimed: minimum and
 * maximum, fixed values and patterns of the elements that the profile constrains outside of its slices. `undefined` for
 * any other canonical.
 */
export function profileCheck(url: string): Check | undefined {
  if (!compiled.has(url)) compiled.set(url, compile(url));
  return compiled.get(url);
}

function compile(url: string): Check | undefined {
  const entry = ARTEFACTS.find((artefact) => artefact.type === "StructureDefinition" && artefact.url === url);
  if (entry === undefined) return undefined;
  const text = readFileSync(new URL(`../../profiles/${entry.path}`, import.meta.url), "utf8");
  const definition: StructureDefinition = JSON.parse(text);
  const elements = (definition.differential?.element ?? []).filter(isOutsideSlices);
  const rules = elements.flatMap((element) => toRule(element, definition.name ?? entry.id) ?? []);
  return (resource) =>
    resource.resourceType === definition.type
      ? rules.flatMap((rule) => rule(resource))
      : [toIssue(resource.resourceType, `Profile ${definition.name} is for ${definition.type}.`, "structure")];
}

function isOutsideSlices({ id, path }: ElementDefinition): boolean {
  return path?.includes(".") === true && id?.includes(":") !== true;
}

function toRule(element: ElementDefinition, profile: string): Check | undefined {
  const { path = "", min = 0, max } = element;
  const expected: unknown = element.fixedUri ?? element.fixedCode ?? element.patternCodeableConcept;
  if (min === 0 && max === undefined && expected === undefined) return undefined;
  const segments = path.split(".").slice(1);
  const name = segments.at(-1) ?? "";
  return (resource) =>
    nodesAt(resource, segments.slice(0, -1)).flatMap((parent) => {
      const values = valuesOf(parent, name);
      if (values.length < min) return [toIssue(path, `Expected at least ${min}: ${profile} requires it.`, "required")];
      if (max !== undefined && max !== "*" && values.length > Number(max)) {
        return [toIssue(path, `Expected at most ${max} in ${profile}.`, "structure")];
      }
      const fits = expected === undefined || values.every((value) => matches(value, expected));
      return fits ? [] : [toIssue(path, `Expected the value that ${profile} fixes.`, "value")];
    });
}

function nodesAt(node: unknown, segments: readonly string[]): readonly unknown[] {
  return segments.reduce<readonly unknown[]>((nodes, name) => nodes.flatMap((each) => valuesOf(each, name)), [node]);
}

/** The values of an element, of whatever type for a choice (`value[x]`). */
function valuesOf(node: unknown, name: string): readonly unknown[] {
  if (!isNode(node)) return [];
  if (!name.endsWith("[x]")) return [node[name]].flat().filter((value) => value !== undefined);
  const stem = name.slice(0, -3);
  const key = Object.keys(node).find((each) => each.startsWith(stem) && /^[A-Z]/.test(each.slice(stem.length)));
  return key === undefined ? [] : [node[key]];
}

/** Whether a value has all that a pattern has: every property, and for a list an item for each of the pattern's. */
function matches(value: unknown, pattern: unknown): boolean {
  if (Array.isArray(pattern)) {
    return Array.isArray(value) && pattern.every((part) => value.some((item) => matches(item, part)));
  }
  if (!isNode(pattern)) return value === pattern;
  return isNode(value) && Object.entries(pattern).every(([name, part]) => matches(value[name], part));
}

function isNode(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function toIssue(expression: string, message: string, code: ValidationIssue["code"]): ValidationIssue {
  return { severity: "error", code, expression, message };
}

/** Whether a resource can be checked against a profile here. */
export function isKnownProfile(url: string): boolean {
  return profileCheck(url) !== undefined;
}
