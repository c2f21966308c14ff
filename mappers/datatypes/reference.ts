import type { Organization, Patient, Reference } from "@medplum/fhirtypes";

/** A reference to the child. Without a display: a name in a reference would outlive what hides it in the Patient. */
export function toPatientReference(id: string): Reference<Patient> {
  return { reference: `Patient/${id}` };
}

/** A reference to an organisation, with its name where the source gives one. */
export function toOrganizationReference(id: string, name?: string): Reference<Organization> {
  return { reference: `Organization/${id}`, ...(name === undefined ? {} : { display: name }) };
}
