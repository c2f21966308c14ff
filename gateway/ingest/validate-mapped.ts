import type { Organization, Patient, Resource } from "@medplum/fhirtypes";
import { checkConsentRules } from "../disclosure/consent-check.ts";
import { validate } from "../validation/validate.ts";
import type { UnitIssue } from "./unit.ts";

/** Turns what a mapper threw into an issue for the sender, and tells the operator. Never repeats the error's message. */
export type ExplainFault = (error: unknown) => UnitIssue;

/** What the sender is told of such a fault. */
export const FAULT: UnitIssue = {
  message: "a fault in the gateway, not in the file; the record is kept and can be sent again after a repair",
};

/**
 * Errors in what a mapper made of a record, one each, by FHIRPath. Empty when all of it may be stored. Resources that
 * are stored just so were found right when they came, and need not be looked at again.
 */
export function validateMapped(
  changed: readonly Resource[],
  organizations: readonly Organization[],
  patient: Patient | undefined,
): readonly UnitIssue[] {
  const resources = [...changed, ...organizations, ...(patient === undefined ? [] : [patient])];
  return resources.flatMap((resource) => [
    ...validate(resource)
      .filter(({ severity }) => severity === "error")
      .map(({ expression, message }) => ({ field: expression, message: `makes no valid FHIR resource: ${message}` })),
    ...(resource.resourceType === "Consent" ? checkConsentRules(resource) : []).map(({ expression, message }) => ({
      field: expression,
      message: `makes a Consent that cannot be carried out: ${message}`,
    })),
  ]);
}
