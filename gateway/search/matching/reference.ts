import type { Resource } from "@medplum/fhirtypes";
import { SEARCH_PARAMETERS } from "#profiles/generated/search-parameters.ts";
import { isSameUri } from "./uri.ts";
import { expected, isNode, type ParsedValue } from "./value-test.ts";

/** A reference, stored or asked for: to a resource of this server, or to anything else, which only equals itself. */
export type ReferenceTarget =
  | { readonly kind: "local"; readonly type: string; readonly id: string; readonly version: string | undefined }
  | { readonly kind: "elsewhere"; readonly url: string; readonly version: string | undefined };

const REFERENCE_GRAMMAR = "[id], [type]/[id], or the URL that the reference holds";
const LOGICAL_ID = /^[A-Za-z0-9\-.]{1,64}$/;
const RELATIVE = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?$/;
const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\S+$/i;

/** What a literal reference leads to; an absolute URL of this server's own base is local. */
export function toReferenceTarget(literal: string, fhirBase: string): ReferenceTarget | undefined {
  const text = literal.startsWith(`${fhirBase}/`) ? literal.slice(fhirBase.length + 1) : literal;
  const relative = RELATIVE.exec(text);
  if (relative) {
    const [, type = "", id = "", version] = relative;
    return { kind: "local", type, id, version };
  }
  if (!ABSOLUTE.test(literal)) return undefined;
  const [url = "", version] = literal.split("/_history/", 2);
  return { kind: "elsewhere", url, version };
}

function literalOf(element: unknown): string | undefined {
  if (typeof element === "string") return element;
  return isNode(element) && typeof element.reference === "string" ? element.reference : undefined;
}

function elementTargets(elements: readonly unknown[], fhirBase: string): readonly ReferenceTarget[] {
  return elements.flatMap((element) => {
    const literal = literalOf(element);
    return literal === undefined ? [] : (toReferenceTarget(literal, fhirBase) ?? []);
  });
}

/** The resources of this server that a resource refers to by a search parameter. */
export function localReferences(
  resource: Resource,
  code: string,
  fhirBase: string,
): readonly Extract<ReferenceTarget, { kind: "local" }>[] {
  const elements = SEARCH_PARAMETERS[resource.resourceType]?.[code]?.extract(resource) ?? [];
  return elementTargets(elements, fhirBase).flatMap((target) => (target.kind === "local" ? target : []));
}

/** What a value asks for: an id of any type that the parameter leads to, or one target. */
export type AskedReference = { readonly kind: "id"; readonly id: string } | ReferenceTarget;

export function parseAskedReference(value: string, fhirBase: string): AskedReference | undefined {
  return LOGICAL_ID.test(value) ? { kind: "id", id: value } : toReferenceTarget(value, fhirBase);
}

/**
 * A reference matches by id, type and id, or URL; without a version it matches whichever version is named. A URL of
 * another server never matches a resource of this one. https://hl7.org/fhir/R4/search.html#reference
 */
export function parseReferenceTest(
  value: string,
  { type, fhirBase }: { readonly type: string | undefined; readonly fhirBase: string },
): ParsedValue {
  const asked = parseAskedReference(value, fhirBase);
  if (!asked) return expected(REFERENCE_GRAMMAR);
  if (type !== undefined && asked.kind === "local" && asked.type !== type) {
    return expected(`[id] or ${type}/[id]: the modifier names the type`);
  }
  return {
    ok: true,
    test: (elements) =>
      elementTargets(elements, fhirBase).some(
        (target) => leadsTo(target, asked) && (type === undefined || target.kind !== "local" || target.type === type),
      ),
  };
}

function leadsTo(target: ReferenceTarget, asked: AskedReference): boolean {
  if (asked.kind === "id") return target.kind === "local" && target.id === asked.id;
  if (asked.version !== undefined && asked.version !== target.version) return false;
  if (asked.kind === "elsewhere") return target.kind === "elsewhere" && isSameUri(target.url, asked.url);
  return target.kind === "local" && target.type === asked.type && target.id === asked.id;
}
