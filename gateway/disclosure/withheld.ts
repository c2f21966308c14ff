import type { Patient } from "@medplum/fhirtypes";

/** What a source says of the child, without the identifiers (`system|value`) that another child carries. */
export function withoutWithheld(patient: Patient, withheld: readonly string[] | undefined): Patient {
  if (withheld === undefined || withheld.length === 0 || patient.identifier === undefined) return patient;
  const { identifier: told, ...others } = patient;
  const identifier = told.filter(({ system, value }) => !withheld.includes(`${system}|${value}`));
  return identifier.length === 0 ? others : { ...others, identifier };
}
