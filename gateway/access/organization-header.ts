import type { Issue } from "../outcome/issue.ts";
import type { Requester } from "./requester.ts";

/** On whose behalf an NHS client says it asks; sent by those who serve several organisations. */
export const ORGANIZATION_HEADER = "NHSD-End-User-Organisation-ODS";

/** In which of the roles that they have a person acts; sent where a person is signed in. */
export const SESSION_ROLE_HEADER = "NHSD-Session-URID";

/** It must name a role of the person; of an application alone it is not looked at, as PDS does. */
export function checkSessionRole(value: string | undefined, { user }: Pick<Requester, "user">): Issue | undefined {
  if (value === undefined || user === undefined) return undefined;
  return user.roles?.includes(value) === true ? undefined : { kind: "session-role-mismatch" };
}

/** The organisation comes from the register. A header may repeat it, and must not say otherwise. */
export function checkOrganizationHeader(
  value: string | undefined,
  { organization }: Pick<Requester, "organization">,
): Issue | undefined {
  return value === undefined || value === organization.value ? undefined : { kind: "organization-mismatch" };
}
