import { elementsOf, UK_CORE, ukCoreLine } from "../uk-core/uk-core.ts";
import type { ProfileDefinitions } from "./profile-check.ts";
import { type Codes, codesOf, readArtefact } from "./profile-codes.ts";
import type { Profile, ProfileElement } from "./profile-elements.ts";

/** A profile with all that it is derived from, as far as that is beyond base R4: what a check of it has to hold. */

export interface DerivedProfile extends Profile {
  readonly baseDefinition?: string;
}

const UK_CORE_BASE = "https://fhir.hl7.org.uk/";
const BY_URL = { discriminator: [{ type: "value", path: "url" }], rules: "open" };

/** One differential of several, each element with what every one of them says of it, and extensions sliced by their URL. */
export function mergeElements(differentials: readonly (readonly ProfileElement[])[]): readonly ProfileElement[] {
  const elements = new Map<string, ProfileElement>();
  for (const element of differentials.flat()) {
    const sliced = /^(.*xtension):[^.:]+$/.exec(element.id)?.[1];
    if (sliced !== undefined && elements.get(sliced)?.slicing === undefined) {
      elements.set(sliced, { ...elements.get(sliced), id: sliced, slicing: BY_URL });
    }
    const known = elements.get(element.id);
    const constraint = [...(known?.constraint ?? []), ...(element.constraint ?? [])];
    elements.set(element.id, { ...known, ...element, ...(constraint.length === 0 ? {} : { constraint }) });
  }
  return [...elements.values()];
}

export interface WholeProfile extends Profile {
  /** Canonicals of the profiles of UK Core that it is derived from. */
  readonly bases: readonly string[];
}

/** A profile of this project or of UK Core with the profiles of UK Core that it is derived from. */
export function readWholeProfile(url: string): WholeProfile | undefined {
  const own = readArtefact<DerivedProfile>("StructureDefinition", url);
  const line = ukCoreLine(own === undefined ? url : (own.baseDefinition ?? ""));
  const differentials = line.map(elementsOf);
  const bases = line.map(({ name }) => `${UK_CORE_BASE}StructureDefinition/${name}`).filter((base) => base !== url);
  if (own !== undefined) {
    return { ...own, bases, differential: { element: mergeElements([...differentials, own.differential.element]) } };
  }
  const ukCore = UK_CORE.get(url);
  const type = differentials.flat()[0]?.path.split(".")[0];
  if (ukCore === undefined || type === undefined) return undefined;
  const { name, version } = ukCore;
  return { name, version, url, type, bases, differential: { element: mergeElements(differentials) } };
}

/** Value sets to which UK Core binds what a child's record holds: a length is in units of length. */
const BOUND: ReadonlyMap<string, Codes> = new Map([
  [
    "http://hl7.org/fhir/ValueSet/all-distance-units",
    new Map([["http://unitsofmeasure.org", new Set(["m", "cm", "mm"])]]),
  ],
]);

/** Every language there is, which no list here holds. */
const UNBOUND = ["http://hl7.org/fhir/ValueSet/all-languages"];

/** Extensions of UK Core and of base R4 are told apart by their URL and not looked into; whatever is ours has to be there. */
export const WHOLE_DEFINITIONS: ProfileDefinitions = {
  profile(url) {
    if (url.startsWith(UK_CORE_BASE) || url.startsWith("http://hl7.org/fhir/")) return undefined;
    const profile = readWholeProfile(url);
    if (profile === undefined) throw new Error(`No profile ${url}`);
    return profile;
  },
  codes: (valueSet) => (UNBOUND.includes(valueSet) ? undefined : (BOUND.get(valueSet) ?? codesOf(valueSet))),
};
