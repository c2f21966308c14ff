import type { Resource } from "@medplum/fhirtypes";
import { PATIENT_COMPARTMENT } from "#profiles/generated/compartment.ts";
import type { ServedType } from "#profiles/interactions.ts";
import { glimpse } from "../search/pack.ts";
import { hashToken } from "../search/token-hash.ts";
import { referenceHashes, referencesIn } from "./include-references.ts";
import type { Membership } from "./search-matches.ts";

/**
 * What makes a resource a member of a Patient's compartment: any of the parameters that R4 names for its type, and the
 * Patient itself. https://hl7.org/fhir/R4/compartmentdefinition-patient.html
 */
export function toMembership(type: ServedType, patientId: string, fhirBase: string): Membership {
  const codes = PATIENT_COMPARTMENT[type] ?? [];
  const reference = `Patient/${patientId}`;
  const { keyed, unkeyed } = referenceHashes(type, codes, [reference], fhirBase);
  const hashes = type === "Patient" ? [hashToken("_id", patientId), ...keyed] : keyed;
  if (unkeyed.length === 0) return { hashes };
  const written = Buffer.from(reference);
  return {
    hashes,
    isMember(pack, entry) {
      const bytes = glimpse(pack, entry);
      // Most bodies do not name the child by anything but a key, and need not be parsed to know it.
      if (!bytes.includes(written)) return false;
      const resource: Resource = JSON.parse(bytes.toString());
      return referencesIn(resource, unkeyed, fhirBase).includes(reference);
    },
  };
}
