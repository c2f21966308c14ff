import type { Resource } from "@medplum/fhirtypes";
import { type ValidationIssue, validateBase } from "#profiles/generated/validators.ts";
import { validateProfiles } from "#profiles/validate-profile.ts";

/**
 * Checks a resource against base R4 and every profile that it claims in `meta.profile`. A claimed profile that the
 * gateway does not know is no error: nobody can be held to what is not at hand.
 *
 * Returns issues of severity `error` and `warning`; without an `error` the resource is valid.
 */
export function validate(resource: Resource): readonly ValidationIssue[] {
  const issues = validateBase(resource);
  // Profile checks walk over elements whose types base R4 has just vouched for.
  return issues.some(({ severity }) => severity === "error") ? issues : [...issues, ...validateProfiles(resource)];
}
