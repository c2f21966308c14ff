import type { Resource } from "@medplum/fhirtypes";
import { SEARCH_PARAMETERS } from "#profiles/generated/search-parameters.ts";
import { type Pack, resourceBytes } from "../search/pack.ts";

/** `*` among the codes stands for every reference parameter of the type. */
export const EVERY_REFERENCE = "*";

/** What an entry refers to by a search parameter, as `Type/id`: resources of ours alone, and of no version of theirs. */
export function referencesOf(
  { pack, entry }: { readonly pack: Pack; readonly entry: number },
  codes: readonly string[],
  fhirBase: string,
): readonly string[] {
  const resource: Resource = JSON.parse(resourceBytes(pack, entry).toString());
  const parameters = SEARCH_PARAMETERS[resource.resourceType] ?? {};
  const named = codes.includes(EVERY_REFERENCE) ? Object.keys(parameters) : codes;
  return named.flatMap((code) => {
    const parameter = Object.hasOwn(parameters, code) ? parameters[code] : undefined;
    if (parameter?.type !== "reference") return [];
    return parameter.extract(resource).flatMap((element) => toReference(element, fhirBase) ?? []);
  });
}

const TYPE_AND_ID = /^([A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64})(\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

function toReference(element: unknown, fhirBase: string): string | undefined {
  if (typeof element !== "object" || element === null || !("reference" in element)) return undefined;
  const { reference } = element;
  if (typeof reference !== "string") return undefined;
  const relative = reference.startsWith(`${fhirBase}/`) ? reference.slice(fhirBase.length + 1) : reference;
  return TYPE_AND_ID.exec(relative)?.[1];
}
