import type { Organization } from "@medplum/fhirtypes";
import { ODS_ORGANIZATION } from "#profiles/systems.ts";
import { ORGANIZATION_PROFILES } from "../datatypes/organization.ts";
import type { MapContext } from "../mapper.ts";

/** The provider, of which the extract knows the ODS code alone. */
export function toOrganization(provider: string, context: MapContext): Organization {
  const identifier = { system: ODS_ORGANIZATION, value: provider };
  return {
    resourceType: "Organization",
    id: context.organizationId(identifier),
    meta: { profile: [...ORGANIZATION_PROFILES] },
    identifier: [identifier],
  };
}
