import { readdirSync, readFileSync } from "node:fs";
import type {
  CodeSystem,
  ConceptMap,
  NamingSystem,
  OperationDefinition,
  Resource,
  SearchParameter,
  StructureDefinition,
  ValueSet,
} from "@medplum/fhirtypes";
import { canonical } from "./canonical.ts";
import { ARTEFACTS } from "./generated/artefacts.ts";

/** A resource of the contract, as it is published; always with an id. */
export type PublishedResource =
  | CodeSystem
  | ConceptMap
  | NamingSystem
  | OperationDefinition
  | SearchParameter
  | StructureDefinition
  | ValueSet;

function readJson<Content>(path: string): Content {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
}

/** Every artefact of our own. Reads their files. */
export function readOwnArtefacts(): readonly PublishedResource[] {
  return ARTEFACTS.map(({ path }) => readJson<PublishedResource>(path));
}

/**
 * Everything of the contract that is served: our own artefacts, and of FHIR R4 the search parameters and operations that
 * the gateway declares and the terminology to which its resources are bound. Reads files: call it once, when needed.
 */
export function readPublished(): readonly PublishedResource[] {
  return [...readOwnArtefacts(), ...readJson<PublishedResource[]>("generated/definitions.json")];
}

/** A valid resource that shows one of our own profiles or extensions. */
export interface Example {
  readonly resource: Resource;
  /** Canonical URL of what it shows. */
  readonly profile: string;
}

/** Every valid example, under the name of its file as id: in their files most are called alike. */
export function readExamples(): readonly Example[] {
  return readdirSync(new URL("examples/valid/", import.meta.url))
    .sort()
    .map((name) => ({
      resource: { ...readJson<Resource>(`examples/valid/${name}`), id: name.replace(/\.json$/, "") },
      profile: canonical("StructureDefinition", name.split(".")[0] ?? ""),
    }));
}
