import { isMissing, isNotNode, many, one } from "./elements.ts";
import { type Check, type Issues, isNode, type Node, type PendingIssue, report } from "./issue.ts";
import { idValue } from "./primitives.ts";

/** Contained resources and what refers to them: https://hl7.org/fhir/R4/domainresource.html, dom-2 to dom-5; ref-1. */

export interface ResourceChecks {
  /** Generated checks by resource type. */
  readonly checks: ReadonlyMap<string, Check>;
  /** Every resource type of R4, also those without a check of their own. */
  readonly types: ReadonlySet<string>;
}

function isStray(value: unknown): boolean {
  return value === null || value === "" || (typeof value === "object" && Object.keys(value).length === 0);
}

/** A contained resource of a type that has no check of its own: no empty value anywhere, a right id. */
function checkForm(value: unknown, out: Issues): void {
  if (!isNode(value)) {
    isNotNode(out);
    return;
  }
  for (const key in value) {
    const child = value[key];
    if (key === "id") one(child, key, idValue, out);
    else if (isStray(child)) report(out, "structure", key, "An element has a value or children.");
    else if (isNode(child)) one(child, key, checkForm, out);
    else if (Array.isArray(child)) many(child.filter(isNode), key, checkForm, out);
  }
}

function checkContained({ checks, types }: ResourceChecks): Check {
  return (value, out) => {
    if (!isNode(value)) {
      isNotNode(out);
      return;
    }
    const type = value.resourceType;
    if (type === undefined) {
      isMissing("resourceType", out);
      return;
    }
    if (typeof type !== "string" || !types.has(type)) {
      report(out, "structure", "resourceType", "Expected the name of a resource type of R4.");
      return;
    }
    const check = checks.get(type);
    if (check) check(value, out);
    else if (Object.values(value).some((child) => Array.isArray(child) && child.length === 0)) {
      report(out, "structure", "", "An array is never empty: leave the element out.");
    } else checkForm(value, out);
    if (value.contained !== undefined) report(out, "invariant", "contained", "dom-2: no contained in a contained.");
    const { meta } = value;
    if (!isNode(meta)) return;
    for (const name of ["versionId", "lastUpdated"]) {
      if (meta[name] !== undefined) report(out, "invariant", `meta.${name}`, "dom-4: a contained has no version.");
    }
    if (meta.security !== undefined) report(out, "invariant", "meta.security", "dom-5: a contained has no label.");
  };
}

/** Every string that starts with `#`, which only a reference inside the resource does. */
function collectLocal(value: unknown, found: Set<string>): void {
  if (typeof value === "string") {
    if (value.startsWith("#")) found.add(value);
  } else if (typeof value === "object" && value !== null) {
    for (const child of Object.values(value)) collectLocal(child, found);
  }
}

/** Types of the contained resources by id. */
function typesOf(contained: readonly unknown[]): ReadonlyMap<unknown, unknown> {
  return new Map(contained.filter(isNode).map(({ id, resourceType }) => [id, resourceType]));
}

function isSettled({ unlessContained, ofTypes }: PendingIssue, types: ReadonlyMap<unknown, unknown>): boolean {
  if (unlessContained === undefined) return false;
  const type = types.get(unlessContained);
  if (ofTypes === undefined) return types.has(unlessContained);
  return typeof type !== "string" || ofTypes.has(type);
}

function checkReferenced(resource: Node, contained: readonly unknown[], out: Issues): void {
  const found = new Set<string>();
  collectLocal(resource, found);
  const ids = new Set<unknown>();
  for (const [index, one] of contained.entries()) {
    if (!isNode(one)) continue;
    if (one.id !== undefined && ids.has(one.id)) {
      report(out, "structure", `contained[${index}].id`, "The ids of contained resources differ.");
    }
    ids.add(one.id);
    const own = new Set<string>();
    collectLocal(one, own);
    if (!found.has(`#${one.id}`) && !own.has("#")) {
      report(out, "invariant", `contained[${index}]`, "dom-3: a contained is referred to, or refers to its container.");
    }
  }
}

/** Checks `contained` and drops the issues of references that it resolves. Returns what is left. */
export function settleContained(resource: Node, resources: ResourceChecks, out: Issues): Issues {
  const { contained } = resource;
  if (contained !== undefined) many(contained, "contained", checkContained(resources), out);
  if (Array.isArray(contained)) checkReferenced(resource, contained, out);
  return out.length === 0 ? out : settleLocal(out, Array.isArray(contained) ? contained : []);
}

/** Drops the issues of references that contained resources resolve. */
export function settleLocal(out: Issues, contained: readonly unknown[]): Issues {
  const types = typesOf(contained);
  return out.filter((issue) => !isSettled(issue, types));
}
