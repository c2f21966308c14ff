import type { Resource } from "@medplum/fhirtypes";
import { SEARCH_PARAMETERS } from "#profiles/generated/search-parameters.ts";
import type { ServedType } from "#profiles/interactions.ts";
import { keyOf } from "../search/fast-keys.ts";
import { localReferences } from "../search/matching/reference.ts";
import { type Pack, resourceBytes } from "../search/pack.ts";
import type { Condition } from "../search/search-query.ts";
import { hashToken, type TokenHash } from "../search/token-hash.ts";

/** Instead of a code it stands for every reference parameter of the type. */
const EVERY_REFERENCE = "*";

export function referenceCodes(type: string, code: string): readonly string[] {
  if (code !== EVERY_REFERENCE) return [code];
  return Object.values(SEARCH_PARAMETERS[type] ?? {}).flatMap((parameter) =>
    parameter.type === "reference" ? [parameter.code] : [],
  );
}

/** What an entry refers to by a search parameter, as `Type/id`: resources of ours alone, and of no version of theirs. */
export function referencesOf(
  { pack, entry }: { readonly pack: Pack; readonly entry: number },
  code: string,
  fhirBase: string,
): readonly string[] {
  const byEntry = readBy(pack, code);
  const known = byEntry[entry];
  if (known !== undefined) return known;
  const resource: Resource = JSON.parse(resourceBytes(pack, entry).toString());
  const references = referencesIn(resource, referenceCodes(resource.resourceType, code), fhirBase);
  byEntry[entry] = references;
  return references;
}

/** By code and entry; the bytes of a pack never change, and to read them takes longer than all the rest of a search. */
const READ = new WeakMap<Pack, Map<string, (readonly string[] | undefined)[]>>();

function readBy(pack: Pack, code: string): (readonly string[] | undefined)[] {
  const byCode = READ.get(pack) ?? new Map<string, (readonly string[] | undefined)[]>();
  READ.set(pack, byCode);
  const byEntry = byCode.get(code) ?? [];
  byCode.set(code, byEntry);
  return byEntry;
}

export function referencesIn(resource: Resource, codes: readonly string[], fhirBase: string): readonly string[] {
  return codes.flatMap((code) => localReferences(resource, code, fhirBase).map(({ type, id }) => `${type}/${id}`));
}

/** A resource of a type meets it by referring to one of `references` (`Type/id`) by one of the search parameters. */
export function toReferenceCondition(
  type: ServedType,
  codes: readonly string[],
  references: readonly string[],
  fhirBase: string,
): Condition {
  const code = codes.join();
  const hashes = referenceHashes(type, codes, references, fhirBase);
  // Nothing can meet an empty list, and nobody need look.
  if (references.length === 0) return { kind: "token", code, hashes: [] };
  if (hashes.unkeyed.length === 0) return { kind: "token", code, hashes: hashes.keyed };
  const wanted = new Set(references);
  return {
    kind: "resource",
    code,
    holds: (resource) => referencesIn(resource, codes, fhirBase).some((reference) => wanted.has(reference)),
  };
}

/** Keys of references, as far as these parameters have keys; they are stored as they were written, relative or absolute. */
export function referenceHashes(
  type: ServedType,
  codes: readonly string[],
  references: readonly string[],
  fhirBase: string,
): { readonly keyed: readonly TokenHash[]; readonly unkeyed: readonly string[] } {
  const keys = codes.map((code) => keyOf(type, code));
  const forms = references.flatMap((reference) => [reference, `${fhirBase}/${reference}`]);
  return {
    keyed: keys.flatMap((key) => (key === undefined ? [] : forms.map((form) => hashToken(key, form)))),
    unkeyed: codes.filter((_, index) => keys[index] === undefined),
  };
}
