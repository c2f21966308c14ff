import type { Resource } from "@medplum/fhirtypes";
import { SEARCH_PARAMETERS } from "#profiles/generated/search-parameters.ts";
import { isServedType } from "#profiles/interactions.ts";
import { keyOf } from "../search/fast-keys.ts";
import { extractKeys } from "../search/keys.ts";
import { meetsConditions } from "../search/match.ts";
import { isNode } from "../search/matching/value-test.ts";
import { toPack } from "../search/pack.ts";
import type { Condition, Question } from "../search/search-query.ts";

/**
 * Whether a resource refers by a search parameter to a resource within itself that meets one of these questions; chains
 * in them are answered already. https://hl7.org/fhir/R4/search.html#contained
 */
export function meetsContained(resource: Resource, code: string, questions: readonly Question[]): boolean {
  const contained = "contained" in resource ? (resource.contained ?? []) : [];
  if (contained.length === 0) return false;
  const { resourceType } = resource;
  // `patient` leaves out a reference that does not name its type; that of what is contained is looked at below.
  const whole = (isServedType(resourceType) && keyOf(resourceType, code)) || code;
  const elements = SEARCH_PARAMETERS[resourceType]?.[whole]?.extract(resource) ?? [];
  const named = new Set(elements.map((element) => (isNode(element) ? element.reference : element)));
  return (
    contained
      .filter(({ id }) => named.has(`#${id}`))
      // What is contained refers to others beside it, and chains go on there.
      .some((inner) => questions.some((question) => meets(Object.assign({}, inner, { contained }), question)))
  );
}

function meets(resource: Resource, { type, conditions }: Question): boolean {
  const { resourceType, id = "" } = resource;
  if (resourceType !== type || conditions.some(isOfIdentity)) return false;
  if (!isServedType(resourceType)) return false;
  const body = Buffer.from(JSON.stringify(resource));
  const keys = extractKeys(resource);
  const pack = toPack([{ type: resourceType, id, version: "", lastUpdated: Number.NaN, source: "", body, keys }], "");
  return meetsConditions(pack, 0, conditions);
}

/** It stands in nobody's record, and nobody else can name it: its id means something within its container alone. */
function isOfIdentity(condition: Condition): boolean {
  return condition.kind === "child-identifier" || (condition.kind === "token" && condition.code === "_id");
}
