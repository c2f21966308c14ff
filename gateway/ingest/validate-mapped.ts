import type { Patient, Resource } from "@medplum/fhirtypes";
import type { Mapped } from "#mappers/mapper.ts";
import { validate } from "../validation/validate.ts";
import type { UnitIssue } from "./unit.ts";

/** Turns what a mapper threw into an issue for the sender, and tells the operator. Never repeats the error's message. */
export type ExplainFault = (error: unknown) => UnitIssue;

/** Errors in what a mapper made of a record, one each, by FHIRPath. Empty when all of it may be stored. */
export function validateMapped(mapped: Mapped, patient: Patient | undefined): readonly UnitIssue[] {
  const resources: Resource[] = [...mapped.made.map(({ resource }) => resource), ...mapped.organizations];
  if (patient !== undefined) resources.push(patient);
  return resources.flatMap((resource) =>
    validate(resource)
      .filter(({ severity }) => severity === "error")
      .map(({ expression, message }) => ({ field: expression, message: `makes no valid FHIR resource: ${message}` })),
  );
}
