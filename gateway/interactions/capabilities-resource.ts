import type { CapabilityStatementRestResource, CapabilityStatementRestResourceSearchParam } from "@medplum/fhirtypes";
import { SEARCH_PARAMETERS, type SearchParameterDefinition } from "#profiles/generated/search-parameters.ts";
import { OPERATIONS, type ServedResource, type TypeInteraction } from "#profiles/interactions.ts";
import type { PublishedResource } from "#profiles/published.ts";
import { modifiersOf } from "../search/parameter-kind.ts";
import { PREFIXES } from "../search/prefix.ts";

/** What of one type is declared. https://hl7.org/fhir/R4/capabilitystatement.html */
export function toResource(
  served: ServedResource,
  published: readonly PublishedResource[],
): CapabilityStatementRestResource {
  const { type, profile, interactions, searchParameters, includes, revIncludes } = served;
  const supportedProfile = profilesOf(type, published);
  const operations = OPERATIONS.filter(({ types }) => types.includes(type));
  return {
    type,
    profile,
    ...(supportedProfile.length > 0 && { supportedProfile }),
    interaction: interactions.map((code) => ({ code, ...documented(INTERACTION_TEXTS[code]) })),
    ...capabilitiesOf(interactions),
    ...(includes.length > 0 && { searchInclude: ["*", `${type}:*`, ...includes] }),
    ...(revIncludes.length > 0 && { searchRevInclude: ["*", ...revIncludes] }),
    searchParam: searchParameters.flatMap((code) => toSearchParam(type, code)),
    ...(operations.length > 0 && {
      operation: operations.map(({ code, definition, documentation }) => ({
        name: code,
        definition,
        ...documented(documentation),
      })),
    }),
  };
}

/** Our own profiles of a type; the extensions among them are profiles of a datatype. */
function profilesOf(type: string, published: readonly PublishedResource[]): string[] {
  return published.flatMap((resource) =>
    resource.resourceType === "StructureDefinition" && resource.type === type && resource.url ? [resource.url] : [],
  );
}

function documented(documentation: string | undefined) {
  return documentation === undefined ? {} : { documentation };
}

function capabilitiesOf(interactions: readonly TypeInteraction[]): Partial<CapabilityStatementRestResource> {
  const has = (interaction: TypeInteraction) => interactions.includes(interaction);
  return {
    versioning: "versioned",
    readHistory: has("vread"),
    updateCreate: has("update"),
    conditionalCreate: has("create"),
    conditionalRead: has("read") ? "full-support" : "not-supported",
    conditionalUpdate: has("update"),
    conditionalDelete: has("delete") ? "single" : "not-supported",
  };
}

const INTERACTION_TEXTS: Readonly<Partial<Record<TypeInteraction, string>>> = {
  read: "With If-None-Match or If-Modified-Since; _summary and _elements.",
  create: "With If-None-Exist: criteria match in what the client may see.",
  update:
    "With If-Match where the client wants it; by criteria in place of an id. An id under which nothing is held yet is taken where the agreement lets the client choose ids; else 405.",
  patch: "JSON Patch, or FHIRPath Patch in a Parameters resource; by criteria in place of an id.",
  delete: "By criteria in place of an id where they match one.",
  "history-instance": "_count, _since and _at.",
  "history-type": "_count, _since and _at; the total of several pages with _total=accurate.",
};

const PREFIXED: ReadonlySet<string> = new Set(["date", "number", "quantity"]);

function toSearchParam(type: string, code: string): readonly CapabilityStatementRestResourceSearchParam[] {
  const definition = SEARCH_PARAMETERS[type]?.[code];
  if (!definition) return [];
  const parameter = { name: code, definition: definition.url, type: definition.type };
  return [{ ...parameter, ...documented(searchParamText(type, definition)) }];
}

/** How a parameter is used beyond its plain form. */
export function searchParamText(type: string, definition: SearchParameterDefinition): string | undefined {
  const modifiers = modifiersOf(definition).map((modifier) => `:${modifier}`);
  const texts = [
    ...(PREFIXED.has(definition.type) ? [`Prefixes ${PREFIXES.join(", ")}.`] : []),
    ...(modifiers.length > 0 ? [`Modifiers ${modifiers.join(", ")}.`] : []),
    ...(definition.type === "reference" ? ["Chains: parameter[:type].parameter of the target."] : []),
    ...(type === "Observation" && definition.code === "patient"
      ? ["patient.identifier=[system]|[value] is the way to ask for one child by NHS number."]
      : []),
  ];
  return texts.length > 0 ? texts.join(" ") : undefined;
}
