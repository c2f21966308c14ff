import type { Resource } from "@medplum/fhirtypes";
import { SEARCH_PARAMETERS } from "#profiles/generated/search-parameters.ts";
import { resourceBytes } from "../search/pack.ts";
import type { SearchQuery } from "../search/query.ts";
import type { Released, SearchPorts, SearchRequest } from "./search-request.ts";
import { ukDate } from "./uk-date.ts";

/**
 * The resources that `_include` adds to a page: each once, each only as far as the requester may see it.
 * https://hl7.org/fhir/R4/search.html#include
 */
export async function includedEntries(
  query: SearchQuery,
  matched: readonly Released[],
  request: SearchRequest,
  ports: SearchPorts,
): Promise<readonly Released[]> {
  const included = new Map<string, Released>();
  for (const include of new Set(query.includes)) {
    const code = include.split(":")[1] ?? "";
    for (const released of matched) {
      for (const reference of references(released, code)) {
        if (included.has(reference)) continue;
        const entry = await findIncluded(reference, released, request, ports);
        if (entry) included.set(reference, entry);
      }
    }
  }
  return [...included.values()];
}

function references({ match }: Released, code: string): readonly string[] {
  const resource: Resource = JSON.parse(resourceBytes(match.pack, match.entry).toString());
  const elements = SEARCH_PARAMETERS[resource.resourceType]?.[code]?.extract(resource) ?? [];
  return elements.flatMap((element) => {
    if (typeof element !== "object" || element === null || !("reference" in element)) return [];
    return typeof element.reference === "string" ? [element.reference] : [];
  });
}

async function findIncluded(
  reference: string,
  { view }: Released,
  { requester, now_ms }: SearchRequest,
  { store, reader }: SearchPorts,
): Promise<Released | undefined> {
  const [type = "", id = ""] = reference.split("/");
  if (type === "Patient" && id === view.patientId) {
    return view.patient.size > 0
      ? { view, match: { record: view.key, pack: view.patient, entry: 0, values: [] }, mode: "include" }
      : undefined;
  }
  const key = await store.locate(type, id);
  if (key === undefined) return undefined;
  const other = await reader.view(key, requester, { changes: await reader.changes(), today: ukDate(now_ms) });
  const entry = other?.pack.ids.findIndex((known, index) => known === id && other.pack.types[index] === type) ?? -1;
  if (!other || entry < 0 || !other.isVisible(entry)) return undefined;
  return { view: other, match: { record: key, pack: other.pack, entry, values: [] }, mode: "include" };
}
