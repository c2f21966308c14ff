import type { CodeableConcept } from "@medplum/fhirtypes";
import { DEVELOPMENTAL_DOMAIN, OBSERVATION_CATEGORY } from "#profiles/systems.ts";
import { toCodeableConcept, toCoding } from "./coding.ts";

/** Of what speaks of several domains at once: a search by one domain brings the findings behind it, and not it as well. */
export const SEVERAL_DOMAINS = "several-domains";

/**
 * The categories of an Observation about a child's development: `survey`, and each developmental domain it speaks of,
 * so that findings of health visiting and education about one domain come with one search.
 */
export function toDevelopmentalCategory(domains: readonly string[]): CodeableConcept[] {
  return [
    { coding: [toCoding(OBSERVATION_CATEGORY, "survey", "Survey")] },
    ...domains.map((domain) => toCodeableConcept(DEVELOPMENTAL_DOMAIN, domain)),
  ];
}
