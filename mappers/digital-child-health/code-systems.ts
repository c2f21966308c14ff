import { displayOf } from "#profiles/generated/codes.ts";
import { CONFIDENTIALITY, DATA_ABSENT_REASON, OBSERVATION_CATEGORY } from "#profiles/systems.ts";

const OBSERVATION_INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";

/** Code systems of HL7 that have another URL in R4, with the same codes. https://terminology.hl7.org */
const MOVED: ReadonlyMap<string, string> = new Map([
  ["http://hl7.org/fhir/observation-category", OBSERVATION_CATEGORY],
  ["http://hl7.org/fhir/v3/Confidentiality", CONFIDENTIALITY],
  ["http://hl7.org/fhir/data-absent-reason", DATA_ABSENT_REASON],
  ["http://hl7.org/fhir/referencerange-meaning", "http://terminology.hl7.org/CodeSystem/referencerange-meaning"],
]);

const FLAGS = "http://terminology.hl7.org/CodeSystem/v2-0078";

/**
 * The URL that R4 has for a code system of STU3; one that kept its URL is given back as it is. Codes of interpretation
 * moved from HL7 v2 to v3 with their meanings, but for some that v3 does not have.
 */
export function toR4System(system: string, code?: string): string {
  const moved = toMovedSystem(system);
  if (moved !== FLAGS || code === undefined) return moved;
  return displayOf(OBSERVATION_INTERPRETATION, code) === undefined ? moved : OBSERVATION_INTERPRETATION;
}

function toMovedSystem(system: string): string {
  const moved = MOVED.get(system);
  if (moved !== undefined) return moved;
  const v3 = /^http:\/\/hl7\.org\/fhir\/v3\/([A-Za-z]+)$/.exec(system)?.[1];
  if (v3 !== undefined) return `http://terminology.hl7.org/CodeSystem/v3-${v3}`;
  const v2 = /^http:\/\/hl7\.org\/fhir\/v2\/([0-9]{4})$/.exec(system)?.[1];
  return v2 === undefined ? system : `http://terminology.hl7.org/CodeSystem/v2-${v2}`;
}

/** Codes of data-absent-reason that R4 named anew. */
const ABSENT: ReadonlyMap<string, string> = new Map([
  ["asked", "asked-unknown"],
  ["temp", "temp-unknown"],
  ["notasked", "not-asked"],
  ["astext", "as-text"],
  ["NaN", "not-a-number"],
]);

export function toR4AbsentReason(code: string): string {
  return ABSENT.get(code) ?? code;
}
