import type { Organization, Reference } from "@medplum/fhirtypes";
import { ODS_ORGANIZATION } from "#profiles/systems.ts";
import { ORGANIZATION_PROFILES } from "../datatypes/organization.ts";
import { toOrganizationReference } from "../datatypes/reference.ts";
import type { MapContext } from "../mapper.ts";
import type { Provider } from "./record.ts";

export function toOrganization({ odsCode, name }: Provider, context: MapContext): Organization {
  const identifier = { system: ODS_ORGANIZATION, value: odsCode };
  return {
    resourceType: "Organization",
    id: context.organizationId(identifier),
    meta: { profile: [...ORGANIZATION_PROFILES] },
    identifier: [identifier],
    ...(name === undefined ? {} : { name }),
  };
}

/** The organisation that carried it out. */
export function toPerformer({ odsCode, name }: Provider, context: MapContext): Reference<Organization> {
  return toOrganizationReference(context.organizationId({ system: ODS_ORGANIZATION, value: odsCode }), name);
}
