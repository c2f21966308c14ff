import type { Observation, Resource } from "@medplum/fhirtypes";
import { isServedType, type ServedType } from "#profiles/interactions.ts";
import { extractKeys } from "./keys.ts";
import { meetsConditions } from "./match.ts";
import { type Packable, toPack } from "./pack.ts";
import { parseQuery } from "./query.ts";
import type { Terminology } from "./terminology.ts";
import type { CriterionOptions } from "./value-tests.ts";

export const BASE = "http://base/fhir/R4";

export const UCUM = "http://unitsofmeasure.org";

/** A small terminology: one value set, and a hierarchy of three. */
const TERMINOLOGY: Terminology = {
  members: (url) => (url === "urn:vs" ? [{ system: "urn:s", code: "leaf" }] : undefined),
  descendants: (system, code) =>
    system === "urn:s" ? { root: ["branch", "leaf"], branch: ["leaf"], leaf: [] }[code] : undefined,
  ancestors: (system, code) =>
    system === "urn:s" ? { root: [], branch: ["root"], leaf: ["branch", "root"] }[code] : undefined,
};

export function packable(resource: Resource): Packable {
  const { resourceType, id = "", meta } = resource;
  if (!isServedType(resourceType)) throw new Error(resourceType);
  return {
    type: resourceType,
    id,
    version: "1",
    lastUpdated: Date.parse(meta?.lastUpdated ?? "2026-06-01T10:00:00Z"),
    source: "leeds-csds",
    body: Buffer.from(JSON.stringify(resource)),
    keys: extractKeys(resource),
  };
}

/** The ids of those resources that a query of their type finds, in order of the alphabet. */
export function found(
  type: ServedType,
  resources: readonly Resource[],
  text: string,
  options: Partial<CriterionOptions> = {},
): readonly string[] {
  const parsed = parseQuery(type, new URLSearchParams(text), {
    handling: "strict",
    fhirBase: BASE,
    terminology: TERMINOLOGY,
    ...options,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  const pack = toPack(resources.map(packable), BASE);
  return pack.ids.filter((_, entry) => meetsConditions(pack, entry, parsed.query.conditions)).sort();
}

/** An Observation that is valid, and has this beside. */
export function observation(id: string, part: Partial<Observation>): Observation {
  return { resourceType: "Observation", id, status: "final", code: { text: id }, ...part };
}

export function quantity(id: string, value: number, code: string, more: object = {}): Observation {
  return observation(id, { valueQuantity: { value, system: UCUM, code, unit: `${code}s`, ...more } });
}
