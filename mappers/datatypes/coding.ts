import type { CodeableConcept, Coding } from "@medplum/fhirtypes";
import { displayOf } from "#profiles/generated/codes.ts";

/**
 * A Coding with the display that its code system gives the code. `display` is for codes of terminologies that this
 * project does not hold as a whole; a code that neither knows goes without one.
 */
export function toCoding(system: string, code: string, display?: string): Coding {
  const shown = displayOf(system, code) ?? display;
  return { system, code, ...(shown === undefined ? {} : { display: shown }) };
}

/** A CodeableConcept of one code. Its text is `text`, else the display of the code. */
export function toCodeableConcept(system: string, code: string, text?: string): CodeableConcept {
  const coding = toCoding(system, code);
  const said = text ?? coding.display;
  return { coding: [coding], ...(said === undefined ? {} : { text: said }) };
}
