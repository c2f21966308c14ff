import type { Address, HumanName } from "@medplum/fhirtypes";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { toAddress } from "../datatypes/address.ts";
import { toHumanName } from "../datatypes/human-name.ts";
import { normaliseNhsNumber } from "../datatypes/nhs-number.ts";
import { readSecurity } from "./read-security.ts";
import type { ProgressChild } from "./record.ts";
import type { Stu3Patient } from "./resources.ts";

const NHS_NUMBER_STATUS =
  "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-NHSNumberVerificationStatus-1";

/** The child of a message. `patientId` is what the message calls the Patient, used where there is no NHS number. */
export function readChild(patient: Stu3Patient, patientId: string, notCarried: Set<string>): ProgressChild {
  const identifiers = patient.identifier ?? [];
  const identifier = identifiers.find(({ system, value }) => system === NHS_NUMBER && value !== undefined);
  if (identifiers.some((other) => other !== identifier)) notCarried.add("Patient.identifier");
  const nhsNumber = identifier?.value === undefined ? undefined : normaliseNhsNumber(identifier.value);
  const status = identifier?.extension?.find(({ url }) => url === NHS_NUMBER_STATUS)?.valueCodeableConcept?.coding?.[0]
    ?.code;
  const isKnownStatus = status !== undefined && /^0[1-8]$/.test(status);
  if (identifier?.extension !== undefined && !isKnownStatus) notCarried.add("Patient.identifier.extension");
  return {
    localId: nhsNumber ?? patientId,
    ...(nhsNumber === undefined ? {} : { nhsNumber }),
    ...(isKnownStatus ? { nhsNumberStatus: status } : {}),
    names: readNames(patient),
    ...(patient.gender === undefined ? {} : { gender: patient.gender }),
    ...(patient.birthDate === undefined ? {} : { birthDate: patient.birthDate }),
    addresses: readHomeAddresses(patient, notCarried),
    security: readSecurity("Patient", patient.meta?.security, notCarried),
  };
}

function readNames(patient: Stu3Patient): HumanName[] {
  return (patient.name ?? []).flatMap(({ use, family, given }) => {
    const known = use === "official" || use === "old" ? use : "usual";
    const name = toHumanName({ use: known, family, given: given ?? [] });
    return name === undefined ? [] : [name];
  });
}

function readHomeAddresses(patient: Stu3Patient, notCarried: Set<string>): Address[] {
  return (patient.address ?? []).flatMap(({ use = "home", line, city, district, postalCode, country }) => {
    if (use !== "home") {
      notCarried.add("Patient.address");
      return [];
    }
    const address = toAddress({ line: line ?? [], city, district, postalCode, country });
    return address === undefined ? [] : [address];
  });
}
