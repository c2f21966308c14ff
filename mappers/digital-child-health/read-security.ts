import type { Coding } from "@medplum/fhirtypes";
import { CONFIDENTIALITY } from "#profiles/systems.ts";
import { toCoding } from "../datatypes/coding.ts";
import type { Stu3Coding } from "./resources.ts";

/** v3-Confidentiality as STU3 writes it and as R4 does. */
const CONFIDENTIALITY_SYSTEMS: readonly (string | undefined)[] = [
  "http://hl7.org/fhir/v3/Confidentiality",
  CONFIDENTIALITY,
];
const LEVELS = /^[ULMNRV]$/;

/** The confidentiality labels of a resource, in R4's code system; a label of another kind is named as not carried. */
export function readSecurity(type: string, labels: readonly Stu3Coding[] = [], notCarried: Set<string>): Coding[] {
  return labels.flatMap(({ system, code }) => {
    if (CONFIDENTIALITY_SYSTEMS.includes(system) && code !== undefined && LEVELS.test(code)) {
      return [toCoding(CONFIDENTIALITY, code)];
    }
    notCarried.add(`${type}.meta.security`);
    return [];
  });
}
