import type { Issue } from "../outcome/issue.ts";
import type { Requester } from "./requester.ts";

/** On whose behalf an NHS client says it asks; sent by those who serve several organisations. */
export const ORGANIZATION_HEADER = "NHSD-End-User-Organisation-ODS";

/** The organisation comes from the register. A header may repeat it, and must not say otherwise. */
export function checkOrganizationHeader(
  value: string | undefined,
  { organization }: Pick<Requester, "organization">,
): Issue | undefined {
  return value === undefined || value === organization.value ? undefined : { kind: "organization-mismatch" };
}
