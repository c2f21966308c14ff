import { existsSync, readdirSync, readFileSync } from "node:fs";
import { evalFhirPath } from "@medplum/core";
import type { Resource } from "@medplum/fhirtypes";
import { parseFhirXml } from "./fhir-xml.fixtures.ts";
import type { Issues } from "./issue.ts";
import { compileProfile, type ProfileDefinitions } from "./profile-check.ts";
import type { Codes } from "./profile-codes.ts";
import type { Profile, ProfileElement } from "./profile-elements.ts";
import { mergeElements } from "./whole-profile.ts";

/** UK Core as it is published, where it is at hand: checks of resources against its differentials themselves. */

const UK_CORE_DATA = new URL("../../../shared/data/uk-core/", import.meta.url);
export const IS_UK_CORE_THERE = existsSync(UK_CORE_DATA);

type Json = Readonly<Record<string, unknown>>;

function readFolder(folder: string): readonly { readonly file: string; readonly resource: Json }[] {
  const directory = new URL(`${folder}/`, UK_CORE_DATA);
  return readdirSync(directory)
    .filter((file) => file.endsWith(".xml"))
    .map((file) => ({ file, resource: parseFhirXml(readFileSync(new URL(file, directory), "utf8")) }));
}

/** The examples that UK Core publishes. */
interface Compiled {
  readonly check: ReturnType<typeof compileProfile>;
  readonly invariants: readonly Invariant[];
}

export function readUkCoreExamples(): readonly { readonly file: string; readonly resource: Json }[] {
  return IS_UK_CORE_THERE ? readFolder("examples") : [];
}

interface Definition extends Profile {
  readonly baseDefinition: string;
}

interface Concept {
  readonly code: string;
}

interface ValueSet {
  readonly url: string;
  readonly compose?: {
    readonly include: readonly {
      readonly system?: string;
      readonly concept?: readonly Concept[];
      readonly filter?: unknown;
      readonly valueSet?: unknown;
    }[];
  };
}

interface CodeSystem {
  readonly url: string;
  readonly concept?: readonly Concept[];
}

/** Units of UCUM whose canonical form is the metre, as far as a child is measured in them. */
const DISTANCES: Codes = new Map([["http://unitsofmeasure.org", new Set(["m", "cm", "mm"])]]);

function byUrl<Content extends { readonly url: string }>(folder: string): ReadonlyMap<string, Content> {
  const found = readFolder(folder).map(({ resource }): Content => JSON.parse(JSON.stringify(resource)));
  return new Map(found.map((resource) => [resource.url, resource]));
}

export interface UkCore {
  /** What a profile of UK Core, with all that it is derived from, says of a resource; nothing for a valid one. */
  issues(canonicalURL: string, resource: object): readonly string[];
  has(canonicalURL: string): boolean;
}

export function readUkCore(): UkCore {
  const profiles = byUrl<Definition>("structuredefinitions");
  const valueSets = byUrl<ValueSet>("valuesets");
  const codeSystems = byUrl<CodeSystem>("codesystems");
  const line = (url: string): readonly Definition[] => {
    const profile = profiles.get(url);
    return profile === undefined ? [] : [...line(profile.baseDefinition), profile];
  };
  const definitions: ProfileDefinitions = {
    profile: (url) => (profiles.has(url) ? merged(line(url)) : undefined),
    codes(url) {
      if (url === "http://hl7.org/fhir/ValueSet/all-distance-units") return DISTANCES;
      const include = valueSets.get(url)?.compose?.include ?? [];
      const lists = include.map(({ system = "", concept = codeSystems.get(system)?.concept, filter, valueSet }) =>
        filter === undefined && valueSet === undefined && concept !== undefined
          ? ([system, new Set(concept.map(({ code }) => code))] as const)
          : undefined,
      );
      const known = lists.filter((list) => list !== undefined);
      return known.length === 0 || known.length < lists.length ? undefined : new Map(known);
    },
  };
  const compiled = new Map<string, Compiled>();
  const compiledOf = (url: string): Compiled => {
    const known = compiled.get(url);
    if (known !== undefined) return known;
    const chain = line(url);
    if (chain.length === 0) throw new Error(`No profile ${url}`);
    const made = { check: compileProfile(merged(chain), definitions), invariants: invariantsOf(chain) };
    compiled.set(url, made);
    return made;
  };
  return {
    has: (url) => profiles.has(url),
    issues(url, resource) {
      const { check, invariants } = compiledOf(url);
      const out: Issues = [];
      check({ ...resource }, out);
      const broken = invariants.filter(({ expression = "true" }) => {
        const typed: Resource = JSON.parse(JSON.stringify(resource));
        return evalFhirPath(expression, typed)[0] !== true;
      });
      return [
        ...out.map(({ code, expression, message }) => `${code} ${expression}: ${message}`),
        ...broken.map(({ key }) => key),
      ];
    },
  };
}

interface Invariant {
  readonly key: string;
  readonly expression?: string;
}

/** Only profiles of resources have any, and they stand at the root. */
function invariantsOf(chain: readonly Definition[]): readonly Invariant[] {
  return chain.flatMap(({ differential }) => differential.element.flatMap(({ constraint = [] }) => constraint));
}

/** Parts of an extension are named there without their URL; the definition of the extension says the same. */
function isTold({ id }: ProfileElement): boolean {
  return !/[a-z.]extension:[^.]+\.extension/.test(id);
}

function merged(chain: readonly Definition[]): Profile {
  const last = chain.at(-1);
  if (last === undefined) throw new Error("No profile");
  const differentials = chain.map(({ differential }) =>
    differential.element.filter(isTold).map(({ constraint: _, ...element }) => element),
  );
  return { ...last, differential: { element: mergeElements(differentials) } };
}
