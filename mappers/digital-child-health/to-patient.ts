import type { Patient } from "@medplum/fhirtypes";
import { toNhsNumberIdentifier, toSourceChildIdentifier } from "../datatypes/identifier.ts";
import type { MessageChild } from "./record.ts";

/** What the message says of the child. Where the NHS number is what the source calls the child, it stands there once. */
export function toPatient(child: MessageChild, source: string): Patient {
  const { names, addresses, telecom, security, gender, birthDate, nhsNumber, nhsNumberStatus, localId } = child;
  return {
    resourceType: "Patient",
    ...(security.length === 0 ? {} : { meta: { security: [...security] } }),
    ...(child.extension.length === 0 ? {} : { extension: [...child.extension] }),
    identifier: [
      nhsNumber === undefined
        ? toSourceChildIdentifier(source, localId)
        : toNhsNumberIdentifier(nhsNumber, nhsNumberStatus),
    ],
    ...(names.length === 0 ? {} : { name: [...names] }),
    ...(telecom.length === 0 ? {} : { telecom: [...telecom] }),
    ...(gender === undefined ? {} : { gender }),
    ...(birthDate === undefined ? {} : { birthDate }),
    ...toDeceased(child),
    ...(addresses.length === 0 ? {} : { address: [...addresses] }),
    ...toMultipleBirth(child),
  };
}

function toDeceased({ deceased }: MessageChild): Pick<Patient, "deceasedBoolean" | "deceasedDateTime"> {
  if (deceased === undefined) return {};
  return typeof deceased === "boolean" ? { deceasedBoolean: deceased } : { deceasedDateTime: deceased };
}

function toMultipleBirth({
  multipleBirth,
}: MessageChild): Pick<Patient, "multipleBirthBoolean" | "multipleBirthInteger"> {
  if (multipleBirth === undefined) return {};
  return typeof multipleBirth === "boolean"
    ? { multipleBirthBoolean: multipleBirth }
    : { multipleBirthInteger: multipleBirth };
}
