import type { Patient } from "@medplum/fhirtypes";
import { toNhsNumberIdentifier, toSourceChildIdentifier } from "../datatypes/identifier.ts";
import type { ProgressChild } from "./record.ts";

/** What the message says of the child. Where the NHS number is what the source calls the child, it stands there once. */
export function toPatient(child: ProgressChild, source: string): Patient {
  const { names, addresses, security, gender, birthDate, nhsNumber, nhsNumberStatus, localId } = child;
  return {
    resourceType: "Patient",
    ...(security.length === 0 ? {} : { meta: { security: [...security] } }),
    identifier: [
      nhsNumber === undefined
        ? toSourceChildIdentifier(source, localId)
        : toNhsNumberIdentifier(nhsNumber, nhsNumberStatus),
    ],
    ...(names.length === 0 ? {} : { name: [...names] }),
    ...(gender === undefined ? {} : { gender }),
    ...(birthDate === undefined ? {} : { birthDate }),
    ...(addresses.length === 0 ? {} : { address: [...addresses] }),
  };
}
