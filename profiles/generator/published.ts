import type { Artefact } from "./artefacts.ts";
import { readBundle, readStructureDefinitions, type StructureDefinition, typeCode } from "./definitions.ts";

/**
 * Which resources of FHIR R4 itself are published beside our own artefacts: the search parameters and operations that
 * the gateway declares, and the terminology to which the elements of served resources are bound.
 */

/** More codes than this make a terminology of its own, which a terminology server holds better. */
const CODES_max = 300;
/** Systems whose codes anybody may publish; those of others are known by the codes that our own value sets name. */
const OPEN = /^http:\/\/((terminology\.)?hl7\.org\/|unitsofmeasure\.org$)/;
/** The specification's own bookkeeping, and narrative that repeats the rest. */
const LEFT_OUT = ["text", "extension", "contact", "useContext", "jurisdiction"];

interface Concept {
  readonly code: string;
  readonly concept?: readonly Concept[];
}

interface Definition {
  readonly resourceType: string;
  readonly id: string;
  readonly url: string;
  readonly code?: string;
  readonly base?: readonly string[];
  readonly expression?: string;
  readonly content?: string;
  readonly concept?: readonly Concept[];
  readonly compose?: {
    readonly include: readonly {
      readonly system?: string;
      readonly concept?: readonly Concept[];
      readonly filter?: readonly unknown[];
      readonly valueSet?: readonly string[];
    }[];
  };
}

function codeCount(concepts: readonly Concept[] = []): number {
  return concepts.reduce((sum, { concept }) => sum + 1 + codeCount(concept), 0);
}

/** Value sets to which the elements of these types, and of the datatypes in them, are bound more than by example. */
function boundValueSets(
  types: readonly string[],
  definitions: ReadonlyMap<string, StructureDefinition>,
): ReadonlySet<string> {
  const found = new Set<string>();
  const visited = new Set<string>();
  const visit = (type: string) => {
    const definition = definitions.get(type);
    if (!definition || visited.has(type)) return;
    visited.add(type);
    for (const { binding, type: elementTypes = [] } of definition.snapshot.element) {
      if (binding?.valueSet && binding.strength !== "example") found.add(binding.valueSet.split("|")[0] ?? "");
      for (const elementType of elementTypes) {
        if (definitions.get(typeCode(elementType))?.kind === "complex-type") visit(typeCode(elementType));
      }
    }
  };
  types.forEach(visit);
  return found;
}

/** The bound value sets that can be written out, and the code systems that they, or our own value sets, draw on. */
function terminologyOf(types: readonly string[], ours: readonly Artefact[]): readonly Definition[] {
  const all = [...readBundle<Definition>("valuesets.json"), ...readBundle<Definition>("v3-codesystems.json")];
  const codeSystems = new Map(
    all
      .filter(({ resourceType, url }) => resourceType === "CodeSystem" && OPEN.test(url))
      .filter(({ content, concept }) => content === "complete" && codeCount(concept) <= CODES_max)
      .map((codeSystem) => [codeSystem.url, codeSystem]),
  );
  const bound = boundValueSets(types, readStructureDefinitions());
  const valueSets = all.filter(({ resourceType, url, compose }) => {
    if (resourceType !== "ValueSet" || !bound.has(url)) return false;
    return compose?.include.every(
      ({ system = "", filter, valueSet, concept }) =>
        !filter && !valueSet && OPEN.test(system) && (concept !== undefined || codeSystems.has(system)),
    );
  });
  const systems = new Set(
    [...valueSets, ...ours].flatMap(({ compose }) => compose?.include.map(({ system }) => system ?? "") ?? []),
  );
  return [...valueSets, ...[...codeSystems.values()].filter(({ url }) => systems.has(url))];
}

/** Without what is left out, and without what would be empty then. */
function prune(element: unknown): unknown {
  if (Array.isArray(element)) return element.map(prune);
  if (typeof element !== "object" || element === null) return element;
  const kept = Object.entries(element)
    .filter(([name]) => !LEFT_OUT.includes(name))
    .map(([name, part]): [string, unknown] => [name, prune(part)])
    .filter(([, part]) => part !== undefined);
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

export interface Published {
  /** Every type that is served. */
  readonly types: readonly string[];
  /** Those of them whose resources are kept and can be bound to terminology. */
  readonly recordTypes: readonly string[];
  /** Canonical URLs of the operations that are served. */
  readonly operations: readonly string[];
  readonly ours: readonly Artefact[];
}

/** The text of `generated/definitions.json`: one resource a line, ordered by type and id; no id is one of ours. */
export function publishedDefinitions({ types, recordTypes, operations, ours }: Published): string {
  const searchParameters = readBundle<Definition>("search-parameters.json").filter(
    ({ base = [], expression }) =>
      expression && (base.includes("Resource") || base.some((type) => types.includes(type))),
  );
  const operationDefinitions = readBundle<Definition>("profiles-resources.json").filter(
    ({ resourceType, url }) => resourceType === "OperationDefinition" && operations.includes(url),
  );
  const taken = new Set(ours.map(({ resourceType, id }) => `${resourceType}/${id}`));
  const rows = [...searchParameters, ...operationDefinitions, ...terminologyOf(recordTypes, ours)]
    .map((definition) =>
      taken.has(`${definition.resourceType}/${definition.id}`)
        ? { ...definition, id: `r4-${definition.id}` }
        : definition,
    )
    .map((definition) => ({
      name: `${definition.resourceType}/${definition.id}`,
      text: JSON.stringify(prune(definition)),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return `[\n${rows.map(({ text }) => text).join(",\n")}\n]\n`;
}
