import type { Element } from "../generator/element.ts";
import { ADMINISTRATION } from "./administration.ts";
import { OBSERVATION } from "./observation.ts";
import { PATIENT } from "./patient.ts";
import type { UKCoreProfile } from "./profile.ts";
import { VITAL_SIGNS } from "./vital-signs.ts";

const BASE = "https://fhir.hl7.org.uk/StructureDefinition/";

/** The profiles of UK Core that ours are derived from or that made resources claim, by canonical. */
export const UK_CORE: ReadonlyMap<string, UKCoreProfile> = new Map(
  [...PATIENT, ...OBSERVATION, ...VITAL_SIGNS, ...ADMINISTRATION].map((profile) => [`${BASE}${profile.name}`, profile]),
);

/** A profile of UK Core and all that it is derived from, the first one first; none for a canonical of another. */
export function ukCoreLine(canonicalURL: string): readonly UKCoreProfile[] {
  const profile = UK_CORE.get(canonicalURL);
  return profile === undefined ? [] : [...ukCoreLine(profile.base), profile];
}

/** Extensions that carry an element of a later FHIR back to R4: validators of R4 refuse a snapshot that names one. */
const LATER_FHIR = /^http:\/\/hl7\.org\/fhir\/[5-9]\.\d\//;

/** The differential of a profile of UK Core, without the extensions of a later FHIR that it mentions. */
export function elementsOf({ elements }: UKCoreProfile): readonly Element[] {
  return Object.entries(elements)
    .filter(([, { type = [] }]) => !type.some(({ profile = [] }) => profile.some((url) => LATER_FHIR.test(url))))
    .map(([id, element]) => {
      const sliceName = /:([^.:]+)$/.exec(id)?.[1];
      return { id, path: id.replace(/:[^.]+/g, ""), ...(sliceName === undefined ? {} : { sliceName }), ...element };
    });
}
