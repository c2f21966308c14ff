import { expected, isNode, type ParsedValue } from "./value-test.ts";

export type UriModifier = "below" | "above";

/**
 * A uri matches to the letter; `:below` finds what lies under it, `:above` what it lies under, whole segments at a time.
 * A canonical with a version is found without it too, and `_source` without its fragment.
 * https://hl7.org/fhir/R4/search.html#uri
 */
export function parseUriTest(
  value: string,
  { modifier, fhirBase }: { readonly modifier: UriModifier | undefined; readonly fhirBase: string },
): ParsedValue {
  if (/\s/.test(value))
    return expected("a URI without spaces, as https://example.org/fhir/ValueSet/1 or urn:oid:1.2.3");
  const wanted = /^StructureDefinition\/[A-Za-z0-9\-.]{1,64}$/.test(value) ? `${fhirBase}/${value}` : value;
  return { ok: true, test: (elements) => elements.some((element) => meetsUri(element, wanted, modifier)) };
}

function meetsUri(element: unknown, wanted: string, modifier: UriModifier | undefined): boolean {
  const stored = typeof element === "string" ? element : isNode(element) ? element.reference : undefined;
  if (typeof stored !== "string") return false;
  if (modifier === "below") return liesUnder(stored, wanted);
  if (modifier === "above") return liesUnder(wanted, stored);
  return isSameUri(stored, wanted);
}

function liesUnder(uri: string, root: string): boolean {
  return uri === root || uri.startsWith(root.endsWith("/") ? root : `${root}/`);
}

/** What a query leaves out, a version or a fragment, is not asked for. */
export function isSameUri(stored: string, wanted: string): boolean {
  if (stored === wanted) return true;
  const rest = stored.startsWith(wanted) ? stored[wanted.length] : undefined;
  return (rest === "|" && !wanted.includes("|")) || (rest === "#" && !wanted.includes("#"));
}
