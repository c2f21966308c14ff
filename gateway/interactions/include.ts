import type { Resource } from "@medplum/fhirtypes";
import { SEARCH_PARAMETERS } from "#profiles/generated/search-parameters.ts";
import type { Requester } from "../access/requester.ts";
import { hasScope } from "../access/scope.ts";
import { resourceBytes } from "../search/pack.ts";
import type { SearchQuery } from "../search/query.ts";
import type { Moment } from "./record-reader.ts";
import type { ReleasedEntry, SearchPorts } from "./search-request.ts";

/** What `_include` is asked to add to, and when. */
export interface Inclusion {
  readonly query: SearchQuery;
  readonly matched: readonly ReleasedEntry[];
  readonly at: Moment;
}

/**
 * The resources that `_include` adds to a page: each once, each only as far as the requester may see it.
 * https://hl7.org/fhir/R4/search.html#include
 */
export async function includedEntries(
  { query, matched, at }: Inclusion,
  requester: Requester,
  ports: SearchPorts,
): Promise<readonly ReleasedEntry[]> {
  const included = new Map<string, ReleasedEntry>();
  for (const include of new Set(query.includes)) {
    const code = include.split(":")[1] ?? "";
    for (const released of matched) {
      for (const reference of references(released, code)) {
        if (included.has(reference)) continue;
        const entry = await findIncluded(reference, released, { requester, at }, ports);
        if (entry) included.set(reference, entry);
      }
    }
  }
  return [...included.values()];
}

function references({ pack, entry }: ReleasedEntry, code: string): readonly string[] {
  const resource: Resource = JSON.parse(resourceBytes(pack, entry).toString());
  const elements = SEARCH_PARAMETERS[resource.resourceType]?.[code]?.extract(resource) ?? [];
  return elements.flatMap((element) => {
    if (typeof element !== "object" || element === null || !("reference" in element)) return [];
    return typeof element.reference === "string" ? [element.reference] : [];
  });
}

async function findIncluded(
  reference: string,
  { view }: ReleasedEntry,
  { requester, at }: { readonly requester: Requester; readonly at: Moment },
  { store, reader }: SearchPorts,
): Promise<ReleasedEntry | undefined> {
  const [type = "", id = ""] = reference.split("/");
  if (!hasScope(requester.scopes, type, "r")) return undefined;
  if (type === "Patient" && id === view.patientId) {
    return view.patient.size > 0 ? { view, pack: view.patient, entry: 0 } : undefined;
  }
  const key = await store.locate(type, id);
  if (key === undefined) return undefined;
  const other = await reader.view(key, requester, at);
  const entry = other?.pack.ids.findIndex((known, index) => known === id && other.pack.types[index] === type) ?? -1;
  if (!other || entry < 0 || !other.isVisible(entry)) return undefined;
  return { view: other, pack: other.pack, entry };
}
